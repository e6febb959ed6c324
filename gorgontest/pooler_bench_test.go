package gorgontest_test

import (
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/gorgontest"
)

// What PgBouncer costs an order, and an uncached list of products.
func BenchmarkPooler(b *testing.B) {
	for _, c := range []struct{ name, mode, parameter string }{
		{"direct", "", ""}, {"session", "session", ""}, {"transaction", "transaction", ""},
		{"simple", "transaction", "&default_query_exec_mode=simple_protocol"}, {"polling", "transaction", ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			cfg := gorgon.Config{DatabaseURL: gorgontest.PostgresURL(b)}
			if c.mode != "" {
				direct := cfg.DatabaseURL
				cfg.DatabaseURL = dbtest.Pooled(b, c.mode, direct) + c.parameter
				if c.name != "polling" {
					cfg.DatabaseDirectURL = direct
				}
			}
			shop := gorgontest.NewWithConfig(b, cfg)
			goods := shop.AddProduct(1_000_000)
			shop.PlaceOrder(goods, 1)
			b.Run("order", func(b *testing.B) {
				for b.Loop() {
					shop.PlaceOrder(goods, 1)
				}
			})
			b.Run("list", func(b *testing.B) {
				for b.Loop() {
					shop.Store.Get("/store/products?region_id=" + goods.RegionID).Decode(&struct{}{})
				}
			})
			b.Run("admin-list", func(b *testing.B) {
				for b.Loop() {
					shop.Admin.Get("/admin/products").Decode(&struct{}{})
				}
			})
		})
	}
}
