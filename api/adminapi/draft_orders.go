package adminapi

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/flow/changeflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A CreateDraftOrderRequest is an order that the shop writes down for a buyer.
type CreateDraftOrderRequest struct {
	Status          module.Opt[string]                      `json:"status" valid:"notnull"`
	SalesChannelID  module.Opt[string]                      `json:"sales_channel_id"`
	Email           module.Opt[string]                      `json:"email"`
	CustomerID      module.Opt[string]                      `json:"customer_id"`
	BillingAddress  module.Opt[AddressPayload]              `json:"billing_address" valid:"notnull"`
	ShippingAddress module.Opt[AddressPayload]              `json:"shipping_address" valid:"notnull"`
	Items           module.Opt[[]CreateDraftOrderItem]      `json:"items" valid:"notnull"`
	RegionID        string                                  `json:"region_id"`
	PromoCodes      module.Opt[[]string]                    `json:"promo_codes" valid:"notnull"`
	CurrencyCode    module.Opt[string]                      `json:"currency_code"`
	Quiet           module.Opt[bool]                        `json:"no_notification_order" valid:"notnull"`
	ShippingMethods module.Opt[[]DraftOrderShippingRequest] `json:"shipping_methods" valid:"notnull"`
	Locale          module.Opt[string]                      `json:"locale"`
	Metadata        module.Opt[module.Map]                  `json:"metadata"`
	AdditionalData  module.Map                              `json:"additional_data" valid:"nullish"`
}

// A CreateDraftOrderItem is a variant, or anything with a title and a price.
type CreateDraftOrderItem struct {
	Title     module.Opt[string]     `json:"title"`
	SKU       module.Opt[string]     `json:"variant_sku"`
	Barcode   module.Opt[string]     `json:"variant_barcode"`
	VariantID module.Opt[string]     `json:"variant_id"`
	UnitPrice module.Opt[float64]    `json:"unit_price"`
	Quantity  float64                `json:"quantity"`
	Metadata  module.Opt[module.Map] `json:"metadata"`
}

// A UpdateDraftOrderRequest changes a draft.
type UpdateDraftOrderRequest struct {
	UpdateOrderRequest
	CustomerID     module.Opt[string] `json:"customer_id"`
	SalesChannelID module.Opt[string] `json:"sales_channel_id"`
}

// A DraftOrderShippingRequest is a way in which a draft's goods travel.
type DraftOrderShippingRequest struct {
	Name     string                 `json:"name"`
	OptionID string                 `json:"shipping_option_id"`
	Data     module.Opt[module.Map] `json:"data" valid:"notnull"`
	Amount   module.Opt[float64]    `json:"amount" valid:"notnull"`
}

const draftFields = "id display_id custom_display_id status version email region_id summary total metadata created_at updated_at *items *items.tax_lines *items.adjustments " +
	"*items.variant *items.variant.product *items.detail *shipping_address *billing_address *shipping_methods *shipping_methods.tax_lines *shipping_methods.adjustments"

// drafts routes /admin/draft-orders.
func (a changeAPI) drafts() []route.Route {
	const path = "/admin/draft-orders"
	f := a.flows.DraftOrders
	read := func(statuses, drafts bool) func(context.Context, *resource.Query) error {
		return func(_ context.Context, q *resource.Query) error {
			if drafts {
				q.Filters["is_draft_order"] = true
			}
			q.Fields = resource.OrderFields(q.Fields, statuses)
			return nil
		}
	}
	many := resource.Resource{Path: path, Entity: "order", RecordKey: "draft_order", ListKey: "draft_orders", Limit: 50, Fields: orderFields, IgnoreUnknownParams: true, NoLogicalFilters: true, Read: a.read,
		Filters: resource.Filters{{Name: "id", Schema: resource.Operators}, {Name: "q", Schema: resource.Text}, {Name: "region_id", Schema: resource.TextOrList},
			{Name: "customer_id", Schema: resource.TextOrList}, {Name: "sales_channel_id", Schema: schema.ArrayOf(schema.String()).Optional()},
			{Name: "created_at", Schema: resource.Dates}, {Name: "updated_at", Schema: resource.Dates}},
		Prepare: func(_ context.Context, q *resource.Query) error {
			q.Filters["is_draft_order"] = true
			q.Fields = resource.OrderListFields(q.Fields)
			return nil
		}}
	one := resource.Resource{Path: path, Entity: "order", RecordKey: "draft_order", Retrievable: true, Fields: draftFields, NotFoundMessage: "Order id not found: %s", Read: a.read, Prepare: read(true, true)}
	createResource, placed := one, one
	createResource.Prepare, placed.Prepare, placed.RecordKey = read(false, true), read(false, false), "order"
	key := func(r changeflow.ChangeRef) string { return r.OrderID }
	one.Delete = func(ctx context.Context, id string) error {
		_, err := f.Delete.Run(ctx, []string{id})
		return err
	}
	one.DeletedObject = "draft-order"
	return append(append(append(many.Routes(), one.Routes()...), a.draftEdits()...),
		act(http.MethodPost, path, func(ctx context.Context, in CreateDraftOrderRequest) (changeflow.ChangeRef, error) {
			return f.Create.Run(ctx, in.draft())
		}, showing("draft_order", createResource, key)),
		act(http.MethodPost, path+"/{id}", func(ctx context.Context, in UpdateDraftOrderRequest) (changeflow.ChangeRef, error) {
			p := in.patch(ctx)
			p.CustomerID, p.SalesChannelID = in.CustomerID, in.SalesChannelID
			return f.Update.Run(ctx, p)
		}, showing("draft_order", createResource, key)),
		act(http.MethodPost, path+"/{id}/convert-to-order", func(ctx context.Context, in orderNamed) (changeflow.ChangeRef, error) {
			return f.Convert.Run(ctx, in.ID)
		}, showing("order", placed, key)),
	)
}

func (in CreateDraftOrderRequest) draft() changeflow.CreateDraftInput {
	quiet := in.Quiet.Value
	d := changeflow.CreateDraftInput{Quiet: &quiet, CreateInput: cartflow.CreateInput{RegionID: &in.RegionID, SalesChannelID: in.SalesChannelID.Ptr(), CustomerID: in.CustomerID.Ptr(), Email: in.Email.Ptr(),
		CurrencyCode: in.CurrencyCode.Ptr(), Locale: in.Locale.Ptr(), PromoCodes: in.PromoCodes.Value, Metadata: in.Metadata.Value}}
	if in.ShippingAddress.Set {
		a := in.ShippingAddress.Value.address()
		d.Addresses.ShippingAddress = &a
		d.ShippingAddress = &cart.Address{CountryCode: a.CountryCode, Province: a.Province, City: a.City, PostalCode: a.PostalCode}
	}
	if in.BillingAddress.Set {
		a := in.BillingAddress.Value.address()
		d.Addresses.BillingAddress = &a
	}
	for _, i := range in.Items.Value {
		d.Items = append(d.Items, changeflow.DraftItemInput{Title: i.Title.Value, SKU: i.SKU.Value, Barcode: i.Barcode.Value, ItemInput: changeflow.ItemInput{VariantID: i.VariantID.Value,
			Quantity: money.Float(i.Quantity), UnitPrice: decimal(i.UnitPrice), Metadata: i.Metadata.Value}})
	}
	for _, m := range in.ShippingMethods.Value {
		id := m.OptionID
		d.Methods = append(d.Methods, order.ShippingMethod{Name: m.Name, ShippingOptionID: &id, Amount: money.Float(m.Amount.Value), Data: m.Data.Value})
	}
	return d
}

func (p AddressPayload) address() order.Address {
	return order.Address{FirstName: p.FirstName.Ptr(), LastName: p.LastName.Ptr(), Phone: p.Phone.Ptr(), Company: p.Company.Ptr(), Address1: p.Address1.Ptr(), Address2: p.Address2.Ptr(),
		City: p.City.Ptr(), CountryCode: p.CountryCode.Ptr(), Province: p.Province.Ptr(), PostalCode: p.PostalCode.Ptr(), Metadata: p.Metadata.Value}
}

// AddDraftOrderItemsRequest are added to a draft.
type AddDraftOrderItemsRequest struct {
	ID    string                `path:"id"`
	Items []DraftOrderItemInput `json:"items"`
}

// A DraftOrderItemInput is a variant, or anything with a title and a price.
type DraftOrderItemInput struct {
	Title     module.Opt[string]     `json:"title" valid:"notnull"`
	SKU       module.Opt[string]     `json:"variant_sku" valid:"notnull"`
	Barcode   module.Opt[string]     `json:"variant_barcode" valid:"notnull"`
	VariantID module.Opt[string]     `json:"variant_id" valid:"notnull"`
	UnitPrice module.Opt[float64]    `json:"unit_price"`
	CompareAt module.Opt[float64]    `json:"compare_at_unit_price"`
	Quantity  float64                `json:"quantity"`
	Note      module.Opt[string]     `json:"internal_note"`
	Metadata  module.Opt[module.Map] `json:"metadata"`
}

// A UpdateDraftOrderItemRequest changes how much of something is added.
type UpdateDraftOrderItemRequest struct {
	ID        string              `path:"id"`
	ActionID  string              `path:"action_id"`
	Quantity  float64             `json:"quantity"`
	UnitPrice module.Opt[float64] `json:"unit_price"`
	CompareAt module.Opt[float64] `json:"compare_at_unit_price"`
	Note      module.Opt[string]  `json:"internal_note"`
}

// A UpdateDraftOrderShippingRequest changes what a shipping method that is added costs.
type UpdateDraftOrderShippingRequest struct {
	ID       string                 `path:"id"`
	ActionID string                 `path:"action_id"`
	OptionID string                 `json:"shipping_option_id"`
	Amount   module.Opt[float64]    `json:"custom_amount"`
	Note     module.Opt[string]     `json:"internal_note"`
	Metadata module.Opt[module.Map] `json:"metadata"`
}

// A UpdateDraftOrderMethodRequest changes what a shipping method of a draft costs.
type UpdateDraftOrderMethodRequest struct {
	ID       string                 `path:"id"`
	MethodID string                 `path:"method_id"`
	OptionID module.Opt[string]     `json:"shipping_option_id" valid:"notnull"`
	Amount   module.Opt[float64]    `json:"custom_amount"`
	Note     module.Opt[string]     `json:"internal_note"`
	Metadata module.Opt[module.Map] `json:"metadata"`
}

// A RemoveDraftOrderMethodRequest takes a shipping method out of a draft.
type RemoveDraftOrderMethodRequest struct {
	ID       string `path:"id"`
	MethodID string `path:"method_id"`
}

// DraftOrderCodesRequest are promotion codes that are put on a draft, or taken off.
type DraftOrderCodesRequest struct {
	ID    string   `path:"id"`
	Codes []string `json:"promo_codes"`
}

func exact(o module.Opt[float64]) module.Opt[money.Decimal] {
	return module.Opt[money.Decimal]{Set: o.Set, Null: o.Null, Value: money.Float(o.Value)}
}

// draftEdits routes /admin/draft-orders/{id}/edit.
func (a changeAPI) draftEdits() []route.Route {
	const path = "/admin/draft-orders/{id}/edit"
	f, preview := a.flows.DraftOrderEdits, a.after("draft_order_preview")
	codes := func(run *workflow.Workflow[changeflow.CodesInput, changeflow.ChangeRef]) func(context.Context, DraftOrderCodesRequest) (changeflow.ChangeRef, error) {
		return func(ctx context.Context, in DraftOrderCodesRequest) (changeflow.ChangeRef, error) {
			return run.Run(ctx, changeflow.CodesInput(in))
		}
	}
	return []route.Route{
		act(http.MethodPost, path, func(ctx context.Context, in orderNamed) (changeflow.ChangeRef, error) {
			return f.Begin.Run(ctx, changeflow.BeginInput{OrderID: in.ID, CreatedBy: actorID(ctx)})
		}, preview),
		gone(path, "draft-order-edit", f.Cancel),
		act(http.MethodPost, path+"/items", func(ctx context.Context, in AddDraftOrderItemsRequest) (changeflow.ChangeRef, error) {
			goods, err := in.goods()
			if err != nil {
				return changeflow.ChangeRef{}, err
			}
			return f.AddItems.Run(ctx, goods)
		}, preview),
		act(http.MethodPost, path+"/items/{action_id}", func(ctx context.Context, in UpdateDraftOrderItemRequest) (changeflow.ChangeRef, error) {
			q := money.Float(in.Quantity)
			return f.UpdateItem.Run(ctx, changeflow.UpdateActionInput{ID: in.ID, ActionID: in.ActionID, Quantity: &q, UnitPrice: decimal(in.UnitPrice), CompareAtUnitPrice: decimal(in.CompareAt), Note: in.Note})
		}, preview),
		act(http.MethodDelete, path+"/items/{action_id}", dropping(f.RemoveItem), preview),
		act(http.MethodPost, path+"/items/item/{item_id}", lineChange(f.UpdateItemQuantity), preview),
		act(http.MethodPost, path+"/shipping-methods", posting(f.Shipping.Add, false), preview),
		act(http.MethodPost, path+"/shipping-methods/{action_id}", func(ctx context.Context, in UpdateDraftOrderShippingRequest) (changeflow.ChangeRef, error) {
			return f.Shipping.Update.Run(ctx, changeflow.UpdateShippingInput{ID: in.ID, ActionID: in.ActionID, Amount: exact(in.Amount), Note: in.Note, Metadata: in.Metadata})
		}, preview),
		act(http.MethodDelete, path+"/shipping-methods/{action_id}", dropping(f.Shipping.Remove), preview),
		act(http.MethodPost, path+"/shipping-methods/method/{method_id}", func(ctx context.Context, in UpdateDraftOrderMethodRequest) (changeflow.ChangeRef, error) {
			return f.UpdateShippingMethod.Run(ctx, changeflow.UpdateShippingInput{ID: in.ID, ActionID: in.MethodID, Amount: exact(in.Amount), Note: in.Note, Metadata: in.Metadata})
		}, preview),
		act(http.MethodDelete, path+"/shipping-methods/method/{method_id}", func(ctx context.Context, in RemoveDraftOrderMethodRequest) (changeflow.ChangeRef, error) {
			return f.RemoveShippingMethod.Run(ctx, changeflow.RemoveActionInput{ID: in.ID, ActionID: in.MethodID})
		}, preview),
		act(http.MethodPost, path+"/promotions", codes(f.AddCodes), preview),
		act(http.MethodDelete, path+"/promotions", codes(f.RemoveCodes), preview),
		act(http.MethodPost, path+"/request", ending(f.Request), preview),
		act(http.MethodPost, path+"/confirm", ending(f.Confirm), preview),
	}
}

func (in AddDraftOrderItemsRequest) goods() (changeflow.AddDraftItemsInput, error) {
	out := changeflow.AddDraftItemsInput{ID: in.ID}
	for _, i := range in.Items {
		if !i.VariantID.Set && !i.Title.Set {
			return out, fault.New(fault.Invalid, "Invalid request: Items must have either a variant_id or a title")
		}
		out.Items = append(out.Items, changeflow.DraftItemInput{Title: i.Title.Value, SKU: i.SKU.Value, Barcode: i.Barcode.Value, ItemInput: changeflow.ItemInput{VariantID: i.VariantID.Value,
			Quantity: money.Float(i.Quantity), UnitPrice: decimal(i.UnitPrice), CompareAtUnitPrice: decimal(i.CompareAt), Note: i.Note.Ptr(), Metadata: i.Metadata.Value}})
	}
	return out, nil
}
