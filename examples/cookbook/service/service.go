// Package service shows what the service of a module may do besides keeping records.
package service

import (
	"context"
	"log/slog"
	"strings"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/module"
)

// A Custom is a record of the service.
type Custom struct {
	module.Model
	Name string `json:"name"`
	Age  int    `json:"age"`
}

// A Service does what its table does, and more. What else it needs are fields.
type Service struct {
	*module.Table[Custom]
	options Options
	log     *slog.Logger
	shop    *commerce.Shop
}

// Options are what the service has to be told.
type Options struct {
	Uppercase bool // of all names
}

// New returns the service of a shop.
func New(shop *commerce.Shop, o Options) *Service {
	return &Service{module.NewTable[Custom]("my_custom", "my_customs"), o, shop.App.Log(), shop}
}

// Plugin adds the service to a shop.
func (s *Service) Plugin() gorgon.Plugin {
	return gorgon.Plugin{Name: "customs", Tables: []module.Entity{s}}
}

// Rename gives a record another name, as the options want it.
func (s *Service) Rename(ctx context.Context, id, name string) (Custom, error) {
	if s.options.Uppercase {
		name = strings.ToUpper(name)
	}
	return s.UpdateOne(ctx, id, module.Set{"name": name})
}

// Report writes to the shop's log how many products there are for a record.
func (s *Service) Report(ctx context.Context, id string) error {
	c, err := s.Retrieve(ctx, id)
	if err != nil {
		return err
	}
	n, err := s.shop.Product.Products.Count(ctx, nil)
	s.log.InfoContext(ctx, "report", "name", c.Name, "products", n)
	return err
}

// Adults counts by the query builder.
func (s *Service) Adults(ctx context.Context) (int, error) {
	return s.Count(ctx, module.Filter{"age": module.Filter{"$gte": 18}})
}

// Oldest asks in SQL, which is the same for both databases as far as it can be.
func (s *Service) Oldest(ctx context.Context) (age int, err error) {
	d, err := module.DB(s)
	if err != nil {
		return 0, err
	}
	_, err = db.QueryRow(ctx, d, db.Statement{SQL: "SELECT max(age) FROM my_custom WHERE name <> $1 AND deleted_at IS NULL", Args: []any{"Methuselah"}}, &age)
	return age, err
}

// Move takes years from one record and gives them to another: both, or neither. Inside a transaction of its caller it is a part of that.
func (s *Service) Move(ctx context.Context, years int, from, to string) (Custom, error) {
	return module.InTx(ctx, s, func(ctx context.Context) (Custom, error) {
		giver, err := s.Retrieve(ctx, from, module.FindOptions{Lock: true})
		if err != nil {
			return Custom{}, err
		}
		if _, err := s.UpdateOne(ctx, from, module.Set{"age": giver.Age - years}); err != nil {
			return Custom{}, err
		}
		taker, err := s.Retrieve(ctx, to, module.FindOptions{Lock: true})
		if err != nil {
			return Custom{}, err
		}
		return s.UpdateOne(ctx, to, module.Set{"age": taker.Age + years})
	})
}
