// Command blog is a shop with a blog.
package main

import (
	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/examples/blog/blog"
)

func main() {
	app := gorgon.New(gorgon.Config{})
	shop := commerce.New(app)
	app.Use(shop.Plugin(), blog.New(shop).Plugin())
	app.Main()
}
