package gorgontest_test

import (
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/gorgontest"
)

// What an order costs, from the cart to the end: six requests.
func BenchmarkBuy(b *testing.B) {
	for name, open := range map[string]func(testing.TB, ...func(*commerce.Shop) gorgon.Plugin) *gorgontest.Shop{"sqlite": gorgontest.New, "postgres": gorgontest.NewPostgres} {
		b.Run(name, func(b *testing.B) {
			shop := open(b)
			g := shop.AddProduct(1_000_000)
			shop.PlaceOrder(g, 1)
			b.ReportAllocs()
			for b.Loop() {
				shop.PlaceOrder(g, 1)
			}
		})
	}
}
