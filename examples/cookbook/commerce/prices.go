package commerce

import (
	"context"

	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/query"
)

// A Calculated is what a variant costs in a context.
type Calculated struct {
	Amount     money.Decimal  `json:"calculated_amount"`
	Currency   string         `json:"currency_code"`
	WithTax    *money.Decimal `json:"calculated_amount_with_tax"`
	WithoutTax *money.Decimal `json:"calculated_amount_without_tax"`
}

// A Priced is a product whose variants have a price.
type Priced struct {
	product.Product
	Variants []struct {
		product.Variant
		CalculatedPrice *Calculated
	}
}

// Prices reads a product with the prices of its variants for a region and currency.
func (d *Desk) Prices(ctx context.Context, id, region, currency string) (Priced, error) {
	return query.One[Priced](ctx, query.ID(id), query.Context(productflow.PricingContextFor(region, currency)))
}

// Taxed reads a product with the prices of its variants with and without the tax of a country.
func (d *Desk) Taxed(ctx context.Context, id, region, currency, country string) (Priced, error) {
	return query.One[Priced](ctx, query.ID(id), query.Context(productflow.PricingContextFor(region, currency)), query.Context(productflow.TaxContextFor(country)))
}

// A Listed is a product with all prices of its variants.
type Listed struct {
	product.Product
	Variants []struct {
		product.Variant
		Prices []struct {
			Amount   money.Decimal
			Currency string `json:"currency_code"`
			Rules    map[string]string
		}
	}
}

// AllPrices reads a product with all prices of its variants, whatever they hold for.
func (d *Desk) AllPrices(ctx context.Context, id string) (Listed, error) {
	return query.One[Listed](ctx, query.ID(id))
}
