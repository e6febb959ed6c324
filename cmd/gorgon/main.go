// Command gorgon is a shop as it comes: all of commerce, and nothing else.
package main

import (
	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
)

func main() {
	app := gorgon.New(gorgon.Config{})
	shop := commerce.New(app)
	app.Use(shop.Plugin())
	app.Main()
}
