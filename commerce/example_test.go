package commerce_test

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/query"
)

// A shop's modules and workflows are fields, for plugins, scripts and tests. Its plugin makes an app a shop.
func ExampleNew() {
	app := gorgon.New(gorgon.Config{DatabaseURL: "sqlite::memory:", Log: slog.New(slog.DiscardHandler), Getenv: func(string) string { return "" }})
	shop := commerce.New(app)
	app.Use(shop.Plugin())
	defer app.Close()
	if _, err := app.Migrate(context.Background()); err != nil {
		panic(err)
	}
	if err := app.Start(context.Background()); err != nil {
		panic(err)
	}

	ctx := app.Context(context.Background())
	_, err := shop.ProductFlows.Create.Run(ctx, productflow.CreateProductsInput{Products: []productflow.CreateProductInput{{
		Title: "Tea", Options: []productflow.OptionInput{{Title: module.Some("Size"), Values: module.Some([]string{"small", "large"})}},
	}}})
	if err != nil {
		panic(err)
	}
	type Page struct {
		Title, Handle string
		Options       []struct{ Title string }
	}
	tea, _ := query.One[Page](ctx, query.From("product"), query.Where(module.Filter{"title": "Tea"}))
	n, _ := shop.Product.Products.Count(ctx, nil)
	fmt.Println(tea.Title, tea.Handle, tea.Options[0].Title, n)
	// Output: Tea tea Size 1
}
