// Package modules shows modules: models with what is done with them, options, and systems of others.
package modules

import (
	"context"
	"embed"
	"io/fs"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
)

// A Custom is a record of the module: a row of the table my_custom.
type Custom struct {
	module.Model
	Name string `json:"name"`
}

// A Hello is a module: its tables, and what it does with them.
type Hello struct {
	Customs *module.Table[Custom]
}

// NewHello returns the module of a shop.
func NewHello(*commerce.Shop) *Hello {
	return &Hello{Customs: module.NewTable[Custom]("my_custom", "my_customs")}
}

//go:embed migrations
var migrations embed.FS // written by: db:generate hello

// Plugin adds the module to a shop, with a route that uses it.
func (h *Hello) Plugin() gorgon.Plugin {
	files, _ := fs.Sub(migrations, "migrations") // the name is valid
	return gorgon.Plugin{
		Name:       "hello",
		Tables:     []module.Entity{h.Customs},
		Migrations: []db.MigrationSet{{Plugin: "hello", FS: files}},
		Routes: []route.Route{
			route.Post("/admin/customs", h.create),
			route.Get("/admin/customs", h.list),
		},
	}
}

func (h *Hello) create(ctx context.Context, in struct {
	Name string `json:"name"`
}) (Custom, error) {
	return h.Customs.Create(ctx, Custom{Name: in.Name})
}

func (h *Hello) list(ctx context.Context, _ struct{}) ([]Custom, error) {
	return h.Customs.List(ctx, nil, module.FindOptions{Order: []string{"name"}})
}
