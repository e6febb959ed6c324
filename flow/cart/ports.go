package cart

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/money"
)

// Ports are what carts need of the parts of a shop that they are not tied to. Each asks for several things at once.
type Ports struct {
	// Variants reads variants with their product, its type and collection. Unknown ones are left out.
	Variants func(ctx context.Context, ids []string) ([]Variant, error)
	// Prices finds what each of the wanted costs this cart; nil where there is no price.
	Prices func(ctx context.Context, s *State, want []Wanted) ([]*Price, error)
	// Stock fails with fault.NotAllowed when the channel's locations do not have what is wanted.
	Stock func(ctx context.Context, channel string, want []Wanted, variants []Variant) error
	// Taxes finds the rates of tax of the cart's items and shipping methods. Those of gift cards are not asked for.
	Taxes func(ctx context.Context, s *State, items []TaxedItem, methods []TaxedMethod) ([]TaxLine, error)
	// Options finds those of the shipping options that the cart can have, with their price; all that it can have when there are no ids.
	Options func(ctx context.Context, s *State, chosen []Choice) ([]Option, error)
	// Data checks what was said with the choice of an option, and returns what to keep of it.
	Data func(ctx context.Context, s *State, o Option, data module.Map) (module.Map, error)
	// Payment makes the cart's payment collection be about amount; sessions that were about another are ended.
	Payment func(ctx context.Context, s *State, amount money.Decimal) error
	// Promotions are the ids of what is on a cart.
	Promotions Joined
}

// Joined is a link from carts to what belongs to them.
type Joined interface {
	Others(ctx context.Context, id string) ([]string, error)
	Set(ctx context.Context, id string, others []string) error
}

// A Variant is something that can be put into a cart.
type Variant struct {
	product.Variant
	Product           *product.Product // with its type and collection
	ShippingProfileID string           // empty when its product has none
	Parts             []Part           // what it takes from stock
	RequiresShipping  bool             // some part of it does
}

// A Part is an inventory item that a variant takes from stock, and how much of it.
type Part struct {
	InventoryItemID  string
	RequiredQuantity money.Decimal
}

// A Wanted is a quantity of a variant.
type Wanted struct {
	VariantID string
	Quantity  money.Decimal
	Context   module.Map // to find prices by, besides what the cart says
}

// A Price is what one unit costs. Before is what it would without a sale; nil when there is none.
type Price struct {
	Amount       money.Decimal
	TaxInclusive bool
	Before       *money.Decimal
}

// A TaxedItem is a line that may be taxed.
type TaxedItem struct {
	ID, ProductID, ProductTypeID string
	Quantity                     int
	UnitPrice                    money.Decimal
}

// A TaxedMethod is a shipping method that may be taxed.
type TaxedMethod struct {
	ID, OptionID string
	Amount       money.Decimal
}

// A TaxLine is one rate of tax of an item or shipping method, in percent.
type TaxLine struct {
	ItemID, MethodID                  string // one of them
	Name, Code, ProviderID, TaxRateID string
	Rate                              float64
	Data                              module.JSON
}

// A Choice is a shipping option that a buyer takes, and what the buyer says about it.
type Choice struct {
	ID   string     `json:"id"`
	Data module.Map `json:"data"`
}

// An Option is a shipping option that a cart can have. Price is nil when it has none for this cart.
type Option struct {
	ID, Name, ProfileID, ProviderID, TypeID string
	Data                                    module.Map
	Price                                   *Price
}
