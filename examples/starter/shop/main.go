// Command shop is a shop whose products have reviews.
package main

import (
	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"

	"github.com/gorgon-commerce/gorgon/examples/starter/shop/reviews"
)

func main() {
	app := gorgon.New(gorgon.Config{})
	shop := commerce.New(app)
	app.Use(shop.Plugin(), reviews.New(shop).Plugin())
	app.Main()
}
