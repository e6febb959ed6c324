package api_test

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/examples/cookbook/api"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("API-01", testHello)
	t.Run("API-02", testCount)
	t.Run("API-07", testGreeting)
}

func testHello(t *testing.T) {
	t.Parallel()
	gorgontest.New(t, api.Hello).Anyone.Get("/hello-world").Want(200, `{"message":"[GET] Hello world!"}`)
}

func testCount(t *testing.T) {
	t.Parallel()
	gorgontest.Each(t, func(t *testing.T, shop *gorgontest.Shop) {
		shop.Anyone.Get("/products/count").Want(200, `{"count":0}`)
		if _, err := shop.Product.Products.Create(shop.Context(), product.Product{Title: "Lamp", Handle: "lamp"}); err != nil {
			t.Fatal(err)
		}
		shop.Anyone.Get("/products/count").Want(200, `{"count":1}`)
	}, api.Count)
}

func testGreeting(t *testing.T) {
	t.Parallel()
	shop := gorgontest.New(t, api.Greeting)
	shop.Anyone.Get("/greeting?name=Ada").Want(200, `{"message":"Hello, Ada!"}`)
	shop.Anyone.Get("/greeting").Want(400, `{"type":"invalid_data","message":"Invalid request: Field 'name' is required"}`)
}
