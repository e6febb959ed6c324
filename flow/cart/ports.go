package cart

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// Ports are what carts need of parts of a shop that come after them.
type Ports struct {
	// Payment makes the cart's payment collection be about amount; sessions that were about another are ended.
	Payment func(ctx context.Context, s *State, amount money.Decimal) error
	// Promotions tie carts to the promotions that are on them.
	Promotions Joined
}

// Joined is a link from carts to what belongs to them, by id.
type Joined interface {
	Others(ctx context.Context, id string) ([]string, error)
	Set(ctx context.Context, id string, others []string) error
}

// A Wanted is a quantity of a variant.
type Wanted struct {
	VariantID string
	Quantity  money.Decimal
	Context   module.Map // to find prices by, besides what the cart says
	Priced    bool       // it has a price of its own, and needs no other
}

// A Price is what one unit costs. Before is what it would without a sale; nil when there is none.
type Price struct {
	Amount       money.Decimal
	TaxInclusive bool
	Before       *money.Decimal
}

// A Choice is a shipping option that a buyer takes, and what the buyer says about it.
type Choice struct {
	ID   string     `json:"id"`
	Data module.Map `json:"data"`
}

// An Option is a shipping option that a cart can have. Price is nil when it has none for this cart.
type Option struct {
	ID, Name, ProfileID, ProviderID string
	Data                            module.Map
	Price                           *Price
}
