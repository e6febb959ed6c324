// Package cart has the workflows of carts: filling them, addressing them, choosing how they are shipped, and keeping prices, taxes,
// discounts and payments right after each change.
package cart

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/inventory"
	"github.com/gorgon-commerce/gorgon/flow/shipping"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
	"github.com/gorgon-commerce/gorgon/modules/store"
	"github.com/gorgon-commerce/gorgon/modules/tax"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to carts.
const (
	Created             = event.Topic[event.ID]("cart.created")
	Updated             = event.Topic[event.ID]("cart.updated")
	RegionUpdated       = event.Topic[event.ID]("cart.region_updated")
	CustomerTransferred = event.Topic[Transferred]("cart.customer_transferred")
)

// Transferred is the data of CustomerTransferred.
type Transferred struct {
	ID         string `json:"id"`
	CustomerID string `json:"customer_id"`
}

// A NewItem is a quantity of a variant to put into a cart. Buyers cannot say what it costs; those who change orders can.
type NewItem struct {
	VariantID                     string         `json:"variant_id"`
	Quantity                      money.Decimal  `json:"quantity"`
	UnitPrice, CompareAtUnitPrice *money.Decimal `json:"-"`
	Metadata                      module.Map     `json:"metadata"`
}

// A Draft is a new cart. What it leaves out comes from the shop's defaults.
type Draft struct {
	RegionID, SalesChannelID, CustomerID, Email, CurrencyCode, Locale *string
	ShippingAddress, BillingAddress                                   *cart.Address
	Items                                                             []NewItem
	PromoCodes                                                        []string
	Metadata                                                          module.Map
	AdditionalData                                                    module.Map
}

// A Change of a cart; what is absent stays. An address with an id changes the one that has it, others are new.
type Change struct {
	ID                                      string
	RegionID, SalesChannelID, Email, Locale module.Opt[string]
	ShippingAddress, BillingAddress         module.Set
	Metadata                                module.Opt[module.Map]
	PromoCodes                              module.Opt[[]string]
	AdditionalData                          module.Map
}

// An Addition puts items into a cart.
type Addition struct {
	CartID         string
	Items          []NewItem
	AdditionalData module.Map
}

// A LineChange changes one line of a cart. A quantity of 0 removes it.
type LineChange struct {
	CartID, ItemID string
	Quantity       money.Decimal
	Metadata       module.Opt[module.Map]
	AdditionalData module.Map
}

// A Removal takes lines out of a cart.
type Removal struct {
	CartID         string
	IDs            []string
	AdditionalData module.Map
}

// Shipping chooses shipping options for a cart.
type Shipping struct {
	CartID         string
	Options        []Choice
	AdditionalData module.Map
}

// A CodeChange adds promotion codes to a cart, removes them, or replaces those that are there.
type CodeChange struct {
	CartID string
	Codes  []string
	Action string // Add, Remove or Replace
}

// What to do with codes.
const (
	Add     = "add"
	Remove  = "remove"
	Replace = "replace"
)

// A Transfer gives a cart to a customer.
type Transfer struct {
	CartID, CustomerID string
	AdditionalData     module.Map
}

// A TaxUpdate works out the taxes of a cart anew; with Force also where the region does not do so by itself.
type TaxUpdate struct {
	CartID string
	Force  bool
}

// A Moment is what hooks are told: the cart as it is then, and what is asked of it.
type Moment struct {
	Cart           *State     `json:"cart"`
	Input          any        `json:"input"`
	AdditionalData module.Map `json:"additional_data"`
}

// Hooks are the places in one workflow where others join in. Validate may refuse; Pricing adds to what prices are found by.
type Hooks struct {
	Validate workflow.Hook[Moment]
	Pricing  workflow.HookOf[Moment, module.Map]
}

// Flows are the workflows of carts.
type Flows struct {
	Cart        *cart.Module
	Region      *region.Module
	Customer    *customer.Module
	Store       *store.Module
	Channel     *saleschannel.Module
	Product     *product.Module
	Promotion   *promotion.Module
	Pricing     *pricing.Module
	Tax         *tax.Module
	Fulfillment *fulfillment.Module
	Stock       *inventory.Flows
	Shipping    *shipping.Flows
	Ports       Ports

	Create         *workflow.Workflow[Draft, *State]
	Update         *workflow.Workflow[Change, *State]
	AddItems       *workflow.Workflow[Addition, *State]
	UpdateItem     *workflow.Workflow[LineChange, *State]
	DeleteItems    *workflow.Workflow[Removal, *State]
	AddShipping    *workflow.Workflow[Shipping, *State]
	UpdateCodes    *workflow.Workflow[CodeChange, *State]
	UpdateTaxes    *workflow.Workflow[TaxUpdate, *State]
	RefreshItems   *workflow.Workflow[Refresh, string]
	RefreshPayment *workflow.Workflow[string, string]
	TransferTo     *workflow.Workflow[Transfer, *State]
	CreateCredits  *workflow.Workflow[[]cart.CreditLine, []cart.CreditLine]
	DeleteCredits  *workflow.Workflow[[]string, []string]

	CreateHooks, UpdateHooks, AddHooks, UpdateItemHooks, ShippingHooks, CodeHooks, TransferHooks, PaymentHooks Hooks
	RefreshPricing                                                                                             workflow.HookOf[Moment, module.Map]
	BeforePayment, CartCreated, CartUpdated                                                                    workflow.Hook[Moment]
	PromotionContext                                                                                           workflow.HookOf[Moment, module.Map]
}

// New returns the workflows of carts in a shop. Ports may be set until it starts.
func New(f *Flows) *Flows {
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-cart", f.create, atomic)
	f.Update = workflow.New("update-cart", f.update, atomic)
	f.AddItems = workflow.New("add-to-cart", f.addItems, atomic)
	f.UpdateItem = workflow.New("update-line-item-in-cart", f.updateItem, atomic)
	f.DeleteItems = workflow.New("delete-line-items", f.deleteItems, atomic)
	f.AddShipping = workflow.New("add-shipping-method-to-cart", f.addShipping, atomic)
	f.UpdateCodes = workflow.New("update-cart-promotions", f.updateCodes, atomic)
	f.UpdateTaxes = workflow.New("update-tax-lines", f.updateTaxes, atomic)
	f.RefreshItems = workflow.New("refresh-cart-items", f.refreshItems, atomic)
	f.RefreshPayment = workflow.New("refresh-payment-collection-for-cart", f.refreshPayment, atomic)
	f.TransferTo = workflow.New("transfer-cart-customer", f.transfer, atomic)
	f.CreateCredits = workflow.New("create-cart-credit-lines", f.createCredits, atomic)
	f.DeleteCredits = workflow.New("delete-cart-credit-lines", f.deleteCredits, atomic)
	if f.Shipping != nil {
		f.Shipping.OfCart = f.AskShipping
	}
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.Any {
	return []workflow.Any{f.Create, f.Update, f.AddItems, f.UpdateItem, f.DeleteItems, f.AddShipping, f.UpdateCodes, f.UpdateTaxes,
		f.RefreshItems, f.RefreshPayment, f.TransferTo, f.CreateCredits, f.DeleteCredits}
}

// Hooked reports whether anybody else may have changed a cart while a workflow did.
func (f *Flows) Hooked() bool {
	for _, h := range []*Hooks{&f.CreateHooks, &f.UpdateHooks, &f.AddHooks, &f.UpdateItemHooks, &f.ShippingHooks, &f.CodeHooks, &f.TransferHooks, &f.PaymentHooks} {
		if h.Validate.Handled() {
			return true
		}
	}
	return f.BeforePayment.Handled() || f.CartCreated.Handled() || f.CartUpdated.Handled()
}

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
