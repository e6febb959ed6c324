// Package loader shows what may happen when a shop starts.
package loader

import (
	"context"
	"log/slog"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/route"
)

// Options are what the loader has to be told.
type Options struct {
	Tag string // that every shop has
}

// A Loader runs when the shop starts, each time.
type Loader struct {
	options Options
	log     *slog.Logger
	shop    *commerce.Shop
}

// New returns the loader of a shop.
func New(shop *commerce.Shop, o Options) *Loader { return &Loader{o, shop.App.Log(), shop} }

// Plugin adds loaders to a shop. They run in their order, after the migrations; an error keeps the shop from starting.
func (l *Loader) Plugin() gorgon.Plugin {
	return gorgon.Plugin{
		Name:    "loader",
		Loaders: []func(context.Context) error{l.greet, l.tag, l.register},
		Routes:  []route.Route{route.Get("/custom-data", data)},
	}
}

func (l *Loader) greet(ctx context.Context) error {
	l.log.InfoContext(ctx, "Just started the application!")
	return nil
}

// tag makes a tag unless an earlier start has.
func (l *Loader) tag(ctx context.Context) error {
	n, err := l.shop.Product.Tags.Count(ctx, map[string]any{"value": l.options.Tag})
	if err != nil || n > 0 {
		return err
	}
	_, err = l.shop.Product.Tags.Create(ctx, product.Tag{Value: l.options.Tag})
	return err
}

// A Custom is something that only exists once the shop has started.
type Custom struct {
	Test bool `json:"test"`
}

// register provides a value to all who ask for its type.
func (l *Loader) register(ctx context.Context) error {
	gorgon.Provide(l.shop.App, &Custom{Test: true})
	return nil
}

// data resolves what the loader has provided.
func data(ctx context.Context, _ struct{}) (*Custom, error) {
	c, err := gorgon.Resolve[*Custom](ctx)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "Not yet")
	}
	return c, nil
}
