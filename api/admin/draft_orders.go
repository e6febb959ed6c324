package admin

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/flow/change"
	flow "github.com/gorgon-commerce/gorgon/flow/order"
	"github.com/gorgon-commerce/gorgon/module"
	carts "github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A NewDraftOrder is an order that the shop writes down for a buyer.
type NewDraftOrder struct {
	Status          module.Opt[string]           `json:"status" valid:"notnull"`
	SalesChannelID  module.Opt[string]           `json:"sales_channel_id"`
	Email           module.Opt[string]           `json:"email"`
	CustomerID      module.Opt[string]           `json:"customer_id"`
	BillingAddress  module.Opt[AddressPayload]   `json:"billing_address" valid:"notnull"`
	ShippingAddress module.Opt[AddressPayload]   `json:"shipping_address" valid:"notnull"`
	Items           module.Opt[[]DraftOrderItem] `json:"items" valid:"notnull"`
	RegionID        string                       `json:"region_id"`
	PromoCodes      module.Opt[[]string]         `json:"promo_codes" valid:"notnull"`
	CurrencyCode    module.Opt[string]           `json:"currency_code"`
	Quiet           module.Opt[bool]             `json:"no_notification_order" valid:"notnull"`
	ShippingMethods module.Opt[[]DraftOrderPost] `json:"shipping_methods" valid:"notnull"`
	Locale          module.Opt[string]           `json:"locale"`
	Metadata        module.Opt[module.Map]       `json:"metadata"`
	AdditionalData  module.Map                   `json:"additional_data" valid:"nullish"`
}

// A DraftOrderItem is a variant, or anything with a title and a price.
type DraftOrderItem struct {
	Title     module.Opt[string]     `json:"title"`
	SKU       module.Opt[string]     `json:"variant_sku"`
	Barcode   module.Opt[string]     `json:"variant_barcode"`
	VariantID module.Opt[string]     `json:"variant_id"`
	UnitPrice module.Opt[float64]    `json:"unit_price"`
	Quantity  float64                `json:"quantity"`
	Metadata  module.Opt[module.Map] `json:"metadata"`
}

// A DraftOrderPost is a way in which a draft's goods travel.
type DraftOrderPost struct {
	Name     string                 `json:"name"`
	OptionID string                 `json:"shipping_option_id"`
	Data     module.Opt[module.Map] `json:"data" valid:"notnull"`
	Amount   module.Opt[float64]    `json:"amount" valid:"notnull"`
}

const draftFields = "id display_id custom_display_id status version email region_id summary total metadata created_at updated_at *items *items.tax_lines *items.adjustments " +
	"*items.variant *items.variant.product *items.detail *shipping_address *billing_address *shipping_methods *shipping_methods.tax_lines *shipping_methods.adjustments"

// drafts routes /admin/draft-orders.
func (a changeAPI) drafts(orders *flow.Flows) []route.Route {
	const path = "/admin/draft-orders"
	f := a.flows.Drafts
	read := func(statuses, drafts bool) func(context.Context, *resource.Query) error {
		return func(_ context.Context, q *resource.Query) error {
			if drafts {
				q.Filters["is_draft_order"] = true
			}
			q.Fields = resource.OrderFields(q.Fields, statuses)
			return nil
		}
	}
	many := resource.Resource{Path: path, Entity: "order", One: "draft_order", Many: "draft_orders", Limit: 15, Fields: orderFields, Loose: true, Plain: true, Read: a.read,
		Filters: resource.Filters{{Name: "id", Kind: resource.Operators}, {Name: "q", Kind: resource.Text}, {Name: "region_id", Kind: resource.TextOrList},
			{Name: "customer_id", Kind: resource.TextOrList}, {Name: "sales_channel_id", Kind: schema.ArrayOf(schema.String()).Optional()},
			{Name: "created_at", Kind: resource.Dates}, {Name: "updated_at", Kind: resource.Dates}},
		Prepare: func(_ context.Context, q *resource.Query) error {
			q.Filters["is_draft_order"] = true
			q.Fields = resource.OrderListFields(q.Fields)
			return nil
		}}
	one := resource.Resource{Path: path, Entity: "order", One: "draft_order", Singular: true, Fields: draftFields, Missing: "Order id not found: %s", Read: a.read, Prepare: read(true, true)}
	made, placed := one, one
	made.Prepare, placed.Prepare, placed.One = read(false, true), read(false, false), "order"
	key := func(r change.Ref) string { return r.OrderID }
	one.Delete = func(ctx context.Context, id string) error {
		_, err := f.Delete.Run(ctx, []string{id})
		return err
	}
	one.Object = "draft-order"
	return append(append(many.Routes(), one.Routes()...),
		act(http.MethodPost, path, func(ctx context.Context, in NewDraftOrder) (change.Ref, error) { return f.Create.Run(ctx, in.draft()) }, showing("draft_order", made, key)),
		act(http.MethodPost, path+"/{id}", func(ctx context.Context, in OrderPatch) (change.Ref, error) {
			_, err := orderAPI{orders}.update(ctx, in)
			return change.Ref{OrderID: in.ID}, err
		}, showing("draft_order", made, key)),
		act(http.MethodPost, path+"/{id}/convert-to-order", func(ctx context.Context, in orderNamed) (change.Ref, error) { return f.Convert.Run(ctx, in.ID) }, showing("order", placed, key)),
	)
}

func (in NewDraftOrder) draft() change.Draft {
	d := change.Draft{Quiet: in.Quiet.Ptr(), Draft: cart.Draft{RegionID: &in.RegionID, SalesChannelID: in.SalesChannelID.Ptr(), CustomerID: in.CustomerID.Ptr(), Email: in.Email.Ptr(),
		CurrencyCode: in.CurrencyCode.Ptr(), Locale: in.Locale.Ptr(), PromoCodes: in.PromoCodes.Value, Metadata: in.Metadata.Value}}
	if in.ShippingAddress.Set {
		a := in.ShippingAddress.Value.address()
		d.Addresses.ShippingAddress = &a
		d.ShippingAddress = &carts.Address{CountryCode: a.CountryCode, Province: a.Province, City: a.City, PostalCode: a.PostalCode}
	}
	if in.BillingAddress.Set {
		a := in.BillingAddress.Value.address()
		d.Addresses.BillingAddress = &a
	}
	for _, i := range in.Items.Value {
		d.Items = append(d.Items, change.DraftItem{Title: i.Title.Value, SKU: i.SKU.Value, Barcode: i.Barcode.Value, Good: change.Good{VariantID: i.VariantID.Value,
			Quantity: money.Float(i.Quantity), UnitPrice: decimal(i.UnitPrice), Metadata: i.Metadata.Value}})
	}
	for _, m := range in.ShippingMethods.Value {
		id := m.OptionID
		d.Methods = append(d.Methods, order.ShippingMethod{Name: m.Name, ShippingOptionID: &id, Amount: money.Float(m.Amount.Value), Data: m.Data.Or(module.Map{})})
	}
	return d
}

func (p AddressPayload) address() order.Address {
	return order.Address{FirstName: p.FirstName.Ptr(), LastName: p.LastName.Ptr(), Phone: p.Phone.Ptr(), Company: p.Company.Ptr(), Address1: p.Address1.Ptr(), Address2: p.Address2.Ptr(),
		City: p.City.Ptr(), CountryCode: p.CountryCode.Ptr(), Province: p.Province.Ptr(), PostalCode: p.PostalCode.Ptr(), Metadata: p.Metadata.Value}
}
