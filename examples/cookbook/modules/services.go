package modules

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
)

// Authors keeps who writes.
type Authors struct {
	*module.Table[Author]
}

// An Author writes.
type Author struct {
	module.Model
	Name string `json:"name"`
}

// Articles keeps what is written. One service of a module uses the other as a field.
type Articles struct {
	*module.Table[Article]
	authors Authors
}

// An Article is written by somebody.
type Article struct {
	module.Model
	Title    string `json:"title"`
	AuthorID string `json:"author_id"`
}

// Publish saves an article of an author who exists.
func (a Articles) Publish(ctx context.Context, in Article) (Article, error) {
	if _, err := a.authors.Retrieve(ctx, in.AuthorID); err != nil {
		return Article{}, err
	}
	return a.Create(ctx, in)
}

// A Magazine is a module with two services.
type Magazine struct {
	Authors  Authors
	Articles Articles
}

// NewMagazine returns the module of a shop.
func NewMagazine(*commerce.Shop) *Magazine {
	authors := Authors{module.NewTable[Author]("author", "authors")}
	return &Magazine{authors, Articles{module.NewTable[Article]("article", "articles"), authors}}
}

// Plugin adds the module to a shop.
func (m *Magazine) Plugin() gorgon.Plugin {
	return gorgon.Plugin{Name: "magazine", Tables: []module.Entity{m.Authors, m.Articles}, Routes: []route.Route{route.Post("/admin/articles", m.publish)}}
}

func (m *Magazine) publish(ctx context.Context, in struct {
	Title    string `json:"title"`
	AuthorID string `json:"author_id"`
}) (Article, error) {
	return m.Articles.Publish(ctx, Article{Title: in.Title, AuthorID: in.AuthorID})
}
