// Package cartflow has the workflows of carts: filling them, addressing them, choosing how they are shipped, and keeping prices, taxes,
// discounts and payments right after each change.
package cartflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/inventoryflow"
	"github.com/gorgon-commerce/gorgon/flow/shippingflow"
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
	CustomerTransferred = event.Topic[CustomerTransferredData]("cart.customer_transferred")
)

// CustomerTransferredData is the data of CustomerTransferred.
type CustomerTransferredData struct {
	ID         string `json:"id"`
	CustomerID string `json:"customer_id"`
}

// An ItemInput is a quantity of a variant to put into a cart. Buyers cannot say what it costs; those who change orders can.
type ItemInput struct {
	VariantID                     string         `json:"variant_id"`
	Quantity                      money.Decimal  `json:"quantity"`
	UnitPrice, CompareAtUnitPrice *money.Decimal `json:"-"`
	Metadata                      module.Map     `json:"metadata"`
}

// A CreateInput is a new cart. What it leaves out comes from the shop's defaults.
type CreateInput struct {
	RegionID, SalesChannelID, CustomerID, Email, CurrencyCode, Locale *string
	ShippingAddress, BillingAddress                                   *cart.Address
	Items                                                             []ItemInput
	PromoCodes                                                        []string
	Metadata                                                          module.Map
	AdditionalData                                                    module.Map
}

// A UpdateInput of a cart; what is absent stays. An address with an id changes the one that has it, others are new.
type UpdateInput struct {
	ID                                      string
	RegionID, SalesChannelID, Email, Locale module.Opt[string]
	ShippingAddress, BillingAddress         module.Set
	Metadata                                module.Opt[module.Map]
	PromoCodes                              module.Opt[[]string]
	AdditionalData                          module.Map
}

// An AddItemsInput puts items into a cart.
type AddItemsInput struct {
	CartID         string
	Items          []ItemInput
	AdditionalData module.Map
}

// A UpdateItemInput changes one line of a cart. A quantity of 0 removes it.
type UpdateItemInput struct {
	CartID, ItemID string
	Quantity       money.Decimal
	Metadata       module.Opt[module.Map]
	AdditionalData module.Map
}

// A DeleteItemsInput takes lines out of a cart.
type DeleteItemsInput struct {
	CartID         string
	IDs            []string
	AdditionalData module.Map
}

// AddShippingInput chooses shipping options for a cart.
type AddShippingInput struct {
	CartID         string
	Options        []ShippingChoice
	AdditionalData module.Map
}

// A UpdateCodesInput adds promotion codes to a cart, removes them, or replaces those that are there.
type UpdateCodesInput struct {
	CartID string
	Codes  []string
	Action string // Add, RemoveCodes or ReplaceCodes
}

// What to do with codes.
const (
	AddCodes     = "add"
	RemoveCodes  = "remove"
	ReplaceCodes = "replace"
)

// A TransferInput gives a cart to a customer.
type TransferInput struct {
	CartID, CustomerID string
	AdditionalData     module.Map
}

// A UpdateTaxesInput works out the taxes of a cart anew; with Force also where the region does not do so by itself.
type UpdateTaxesInput struct {
	CartID string
	Force  bool
}

// A HookInput is what hooks are told: the cart as it is then, and what is asked of it.
type HookInput struct {
	Cart           *State     `json:"cart"`
	Input          any        `json:"input"`
	AdditionalData module.Map `json:"additional_data"`
}

// Hooks are the places in one workflow where others join in. Validate may refuse; Pricing adds to what prices are found by.
type Hooks struct {
	Validate workflow.Hook[HookInput]
	Pricing  workflow.HookWithResult[HookInput, module.Map]
}

// Flows are the workflows of carts.
type Flows struct {
	Cart         *cart.Module
	Region       *region.Module
	Customer     *customer.Module
	Store        *store.Module
	SalesChannel *saleschannel.Module
	Product      *product.Module
	Promotion    *promotion.Module
	Pricing      *pricing.Module
	Tax          *tax.Module
	Fulfillment  *fulfillment.Module
	Inventory    *inventoryflow.Flows
	Shipping     *shippingflow.Flows
	Deps         Deps

	Create             *workflow.Workflow[CreateInput, *State]
	Update             *workflow.Workflow[UpdateInput, *State]
	AddItems           *workflow.Workflow[AddItemsInput, *State]
	UpdateItem         *workflow.Workflow[UpdateItemInput, *State]
	DeleteItems        *workflow.Workflow[DeleteItemsInput, *State]
	AddShipping        *workflow.Workflow[AddShippingInput, *State]
	UpdateCodes        *workflow.Workflow[UpdateCodesInput, *State]
	UpdateTaxes        *workflow.Workflow[UpdateTaxesInput, *State]
	RefreshItems       *workflow.Workflow[RefreshInput, string]
	RefreshPayment     *workflow.Workflow[string, string]
	TransferToCustomer *workflow.Workflow[TransferInput, *State]
	CreateCreditLines  *workflow.Workflow[[]cart.CreditLine, []cart.CreditLine]
	DeleteCreditLines  *workflow.Workflow[[]string, []string]

	CreateHooks, UpdateHooks, AddHooks, UpdateItemHooks, ShippingHooks, CodeHooks, TransferHooks, PaymentHooks Hooks
	RefreshPricing                                                                                             workflow.HookWithResult[HookInput, module.Map]
	BeforePayment, CartCreated, CartUpdated                                                                    workflow.Hook[HookInput]
	PromotionContext                                                                                           workflow.HookWithResult[HookInput, module.Map]
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
	f.TransferToCustomer = workflow.New("transfer-cart-customer", f.transfer, atomic)
	f.CreateCreditLines = workflow.New("create-cart-credit-lines", f.createCredits, atomic)
	f.DeleteCreditLines = workflow.New("delete-cart-credit-lines", f.deleteCredits, atomic)
	if f.Shipping != nil {
		f.Shipping.CartOptionQuery = f.LoadShippingOptionQuery
	}
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.AddItems, f.UpdateItem, f.DeleteItems, f.AddShipping, f.UpdateCodes, f.UpdateTaxes,
		f.RefreshItems, f.RefreshPayment, f.TransferToCustomer, f.CreateCreditLines, f.DeleteCreditLines}
}

// HasHooks reports whether anybody else may have changed a cart while a workflow did.
func (f *Flows) HasHooks() bool {
	for _, h := range []*Hooks{&f.CreateHooks, &f.UpdateHooks, &f.AddHooks, &f.UpdateItemHooks, &f.ShippingHooks, &f.CodeHooks, &f.TransferHooks, &f.PaymentHooks} {
		if h.Validate.HasHandlers() {
			return true
		}
	}
	return f.BeforePayment.HasHandlers() || f.CartCreated.HasHandlers() || f.CartUpdated.HasHandlers()
}

// Deps are what carts need of parts of a shop that come after them.
type Deps struct {
	// Payment makes the cart's payment collection be about amount; sessions that were about another are ended.
	Payment func(ctx context.Context, s *State, amount money.Decimal) error
	// Promotions tie carts to the promotions that are on them.
	Promotions IDLinks
}

// IDLinks is a link from carts to what belongs to them, by id.
type IDLinks interface {
	LinkedIDs(ctx context.Context, id string) ([]string, error)
	Set(ctx context.Context, id string, others []string) error
}

// An ItemRequest is a quantity of a variant.
type ItemRequest struct {
	VariantID string
	Quantity  money.Decimal
	Context   module.Map // to find prices by, besides what the cart says
	Priced    bool       // it has a price of its own, and needs no other
}

// A UnitPrice is what one unit costs. Before is what it would without a sale; nil when there is none.
type UnitPrice struct {
	Amount         money.Decimal
	TaxInclusive   bool
	OriginalAmount *money.Decimal
}

// A ShippingChoice is a shipping option that a buyer takes, and what the buyer says about it.
type ShippingChoice struct {
	ID   string     `json:"id"`
	Data module.Map `json:"data"`
}

// A PricedShippingOption is a shipping option that a cart can have. Price is nil when it has none for this cart.
type PricedShippingOption struct {
	ID, Name, ProfileID, ProviderID string
	Data                            module.Map
	Price                           *UnitPrice
}
