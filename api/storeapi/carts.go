package storeapi

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A CreateCartRequest is what a buyer may say of a cart to begin with.
type CreateCartRequest struct {
	RegionID        module.Opt[string]            `json:"region_id"`
	ShippingAddress module.Opt[CreateCartAddress] `json:"shipping_address" valid:"notnull"`
	BillingAddress  module.Opt[CreateCartAddress] `json:"billing_address" valid:"notnull"`
	Email           module.Opt[string]            `json:"email" valid:"email"`
	CurrencyCode    module.Opt[string]            `json:"currency_code"`
	Items           module.Opt[[]CreateCartItem]  `json:"items" valid:"notnull"`
	SalesChannelID  module.Opt[string]            `json:"sales_channel_id"`
	PromoCodes      module.Opt[[]string]          `json:"promo_codes" valid:"notnull"`
	Metadata        module.Opt[module.Map]        `json:"metadata"`
	Locale          module.Opt[string]            `json:"locale"`
	AdditionalData  module.Map                    `json:"additional_data" valid:"nullish"`
}

// A CreateCartItem is a quantity of a variant in a new cart.
type CreateCartItem struct {
	VariantID string                 `json:"variant_id"`
	Quantity  float64                `json:"quantity" valid:"above=0"`
	Metadata  module.Opt[module.Map] `json:"metadata"`
}

// A UpdateCartRequest changes a cart.
type UpdateCartRequest struct {
	ID              string                       `path:"id"`
	RegionID        module.Opt[string]           `json:"region_id" valid:"notnull"`
	Email           module.Opt[string]           `json:"email" valid:"email"`
	BillingAddress  module.Opt[CartAddressInput] `json:"billing_address" valid:"notnull"`
	ShippingAddress module.Opt[CartAddressInput] `json:"shipping_address" valid:"notnull"`
	SalesChannelID  module.Opt[string]           `json:"sales_channel_id"`
	Metadata        module.Opt[module.Map]       `json:"metadata"`
	PromoCodes      module.Opt[[]string]         `json:"promo_codes" valid:"notnull"`
	Locale          module.Opt[string]           `json:"locale"`
	AdditionalData  module.Map                   `json:"additional_data" valid:"nullish"`
}

// An AddCartItemRequest puts a quantity of a variant into a cart.
type AddCartItemRequest struct {
	CartID         string                 `path:"id"`
	VariantID      string                 `json:"variant_id"`
	Quantity       float64                `json:"quantity" valid:"above=0"`
	Metadata       module.Opt[module.Map] `json:"metadata"`
	AdditionalData module.Map             `json:"additional_data" valid:"nullish"`
}

// A UpdateCartItemRequest changes a line; a quantity of 0 removes it.
type UpdateCartItemRequest struct {
	CartID         string                 `path:"id"`
	ID             string                 `path:"line_id"`
	Quantity       float64                `json:"quantity" valid:"min=0"`
	Metadata       module.Opt[module.Map] `json:"metadata"`
	AdditionalData module.Map             `json:"additional_data" valid:"nullish"`
}

// CartCodesRequest are promotion codes for a cart.
type CartCodesRequest struct {
	CartID string   `path:"id"`
	Codes  []string `json:"promo_codes"`
}

// A CartAddressInput is an address of a cart: a new one, or a change of the one with that id.
type CartAddressInput struct{ Fields module.Set }

func addressSchema() *schema.Schema {
	var fields []schema.Field
	for _, name := range []string{"first_name", "last_name", "phone", "company", "address_1", "address_2", "city", "country_code", "province", "postal_code"} {
		fields = append(fields, schema.Field{Name: name, Schema: schema.String().Nullish()})
	}
	return schema.ObjectOf(append(fields, schema.Field{Name: "metadata", Schema: schema.Record(schema.Unknown()).Nullish()})...)
}

// Schema is what an address may look like.
func (*CartAddressInput) Schema() *schema.Schema {
	return addressSchema().Extend(schema.Field{Name: "id", Schema: schema.String().Optional()})
}

// UnmarshalJSON keeps the fields that are given.
func (a *CartAddressInput) UnmarshalJSON(b []byte) error {
	err := json.Unmarshal(b, &a.Fields)
	if m, ok := a.Fields["metadata"].(map[string]any); ok {
		a.Fields["metadata"] = module.Map(m)
	}
	return err
}

// A CreateCartAddress is an address of a new cart. As Medusa's, its schema takes an id, too.
type CreateCartAddress struct{ CartAddressInput }

// Schema is what the address of a new cart may look like.
func (*CreateCartAddress) Schema() *schema.Schema {
	return schema.Union(addressSchema().Strict(), schema.String())
}

// UnmarshalJSON keeps the fields that are given.
func (a *CreateCartAddress) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return nil
	}
	return a.CartAddressInput.UnmarshalJSON(b)
}

// A cartAPI is /store/carts.
type cartAPI struct{ flows *cartflow.Flows }

// Carts routes /store/carts.
func Carts(flows *cartflow.Flows) []route.Route {
	c := cartAPI{flows}
	all := resource.Resource{
		Path: "/store/carts", Entity: "cart", RecordKey: "cart", Retrievable: true,
		Fields: CartFields, Allow: cartExtras(),
		NotFoundMessage: "Cart with id '%s' not found",
		Read:            c.read,
		Prepare: func(_ context.Context, q *resource.Query) error {
			q.Fields = resource.MethodFields(q.Fields)
			return nil
		},
		Options: []route.Option{route.Use(hold)},
		Update:  resource.Do(c.update),
		Actions: []resource.Action{
			resource.Post("/{id}/line-items", resource.Do(c.addItem)),
			resource.Post("/{id}/line-items/{line_id}", resource.Do(c.updateItem)),
			resource.Post("/{id}/promotions", resource.Do(c.addCodes)),
			resource.Delete("/{id}/promotions", resource.Do(c.removeCodes)),
			resource.Post("/{id}/taxes", resource.Do(c.taxes)),
			resource.Post("/{id}/shipping-methods", resource.Do(c.addShipping)),
		},
	}
	first, mine := all, all
	first.Retrievable, first.Update, first.Actions = false, nil, nil
	first.Create, first.Options = resource.Do(c.create), []route.Option{route.Use(hold, ownChannel)}
	mine.Retrievable, mine.Update = false, nil
	mine.Actions = []resource.Action{resource.Post("/{id}/customer", resource.Do(c.transfer))}
	mine.Options = []route.Option{route.Auth(route.Session|route.Bearer, "customer"), route.Use(hold)}
	out := append(all.Routes(), first.Routes()...)
	out = append(out, mine.Routes()...)
	return append(out, all.DeleteSubRecordRoutes(resource.SubRecord{Pattern: "/{id}/line-items/{line_id}", Param: "line_id", Object: "line-item", Remove: c.removeItem})...)
}

// ownChannel refuses sales channels that are not of the request's key.
func ownChannel(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		channels, asked := route.SalesChannels(r.Context()), ""
		if req := route.RequestFromContext(r.Context()); req != nil && req.Body().Kind() == schema.KindObject {
			asked = req.Body().Get("sales_channel_id").Text()
		}
		problem := ""
		switch {
		case len(channels) > 0 && asked != "" && !slices.Contains(channels, asked):
			problem = "Sales channel ID in payload " + asked + " is not associated with the Publishable API Key in the header."
		case len(channels) > 1 && asked == "":
			problem = "Cannot assign sales channel to cart. The Publishable API Key in the header has multiple associated sales channels. " +
				"Please provide a sales channel ID in the request body."
		default:
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]any{"errors": []string{problem},
			"message": "Provided request body contains errors. Please check the data and retry the request"}) // a client that is gone
	})
}

func (c cartAPI) create(ctx context.Context, in CreateCartRequest) (string, error) {
	d := cartflow.CreateInput{RegionID: in.RegionID.Ptr(), SalesChannelID: in.SalesChannelID.Ptr(), Email: in.Email.Ptr(), CurrencyCode: in.CurrencyCode.Ptr(),
		Locale: in.Locale.Ptr(), ShippingAddress: in.ShippingAddress.Value.address(), BillingAddress: in.BillingAddress.Value.address(),
		PromoCodes: in.PromoCodes.Value, Metadata: in.Metadata.Value, AdditionalData: in.AdditionalData}
	if channels := route.SalesChannels(ctx); d.SalesChannelID == nil && len(channels) == 1 {
		d.SalesChannelID = &channels[0]
	}
	if customer := customerID(ctx); customer != "" {
		d.CustomerID = &customer
	}
	if d.Locale == nil {
		if l := route.RequestFromContext(ctx).Locale(); l != "" {
			d.Locale = &l
		}
	}
	for _, i := range in.Items.Value {
		d.Items = append(d.Items, cartflow.ItemInput{VariantID: i.VariantID, Quantity: money.Float(i.Quantity), Metadata: i.Metadata.Value})
	}
	return c.held(ctx)(c.flows.Create.Run(ctx, d))
}

func (a CartAddressInput) address() *cart.Address {
	if a.Fields == nil {
		return nil
	}
	v := cartflow.AddressFromSet(a.Fields)
	return &v
}

func (c cartAPI) update(ctx context.Context, in UpdateCartRequest) (string, error) {
	return c.held(ctx)(c.flows.Update.Run(ctx, cartflow.UpdateInput{ID: in.ID, RegionID: in.RegionID, SalesChannelID: in.SalesChannelID, Email: in.Email,
		Locale: in.Locale, ShippingAddress: in.ShippingAddress.Value.Fields, BillingAddress: in.BillingAddress.Value.Fields, Metadata: in.Metadata,
		PromoCodes: in.PromoCodes, AdditionalData: in.AdditionalData}))
}

func (c cartAPI) addItem(ctx context.Context, in AddCartItemRequest) (string, error) {
	return c.held(ctx)(c.flows.AddItems.Run(ctx, cartflow.AddItemsInput{CartID: in.CartID, AdditionalData: in.AdditionalData,
		Items: []cartflow.ItemInput{{VariantID: in.VariantID, Quantity: money.Float(in.Quantity), Metadata: in.Metadata.Value}}}))
}

func (c cartAPI) updateItem(ctx context.Context, in UpdateCartItemRequest) (string, error) {
	return c.held(ctx)(c.flows.UpdateItem.Run(ctx, cartflow.UpdateItemInput{CartID: in.CartID, ItemID: in.ID, Quantity: money.Float(in.Quantity),
		Metadata: in.Metadata, AdditionalData: in.AdditionalData}))
}

func (c cartAPI) removeItem(ctx context.Context, id, line string) error {
	_, err := c.held(ctx)(c.flows.DeleteItems.Run(ctx, cartflow.DeleteItemsInput{CartID: id, IDs: []string{line}}))
	return err
}

func (c cartAPI) addCodes(ctx context.Context, in CartCodesRequest) (string, error) {
	action := cartflow.AddCodes
	if len(in.Codes) == 0 {
		action = cartflow.ReplaceCodes
	}
	return c.held(ctx)(c.flows.UpdateCodes.Run(ctx, cartflow.UpdateCodesInput{CartID: in.CartID, Codes: in.Codes, Action: action}))
}

func (c cartAPI) removeCodes(ctx context.Context, in CartCodesRequest) (string, error) {
	return c.held(ctx)(c.flows.UpdateCodes.Run(ctx, cartflow.UpdateCodesInput{CartID: in.CartID, Codes: in.Codes, Action: cartflow.RemoveCodes}))
}

// oneCart is a request about a cart that says nothing more.
type oneCart struct {
	ID string `path:"id"`
}

func (c cartAPI) taxes(ctx context.Context, in oneCart) (string, error) {
	return c.held(ctx)(c.flows.UpdateTaxes.Run(ctx, cartflow.UpdateTaxesInput{CartID: in.ID, Force: true}))
}

func (c cartAPI) addShipping(ctx context.Context, in oneCart) (string, error) {
	choice := schema.ObjectOf(schema.Field{Name: "option_id", Schema: schema.String()}, schema.Field{Name: "data", Schema: schema.Record(schema.Unknown()).Optional()})
	body, err := schema.Validate(schema.Union(choice, schema.ArrayOf(choice)), route.RequestFromContext(ctx).Body())
	if err != nil {
		return "", err
	}
	list := []schema.Value{body}
	if body.Kind() == schema.KindArray {
		list = body.Items()
	}
	s := cartflow.AddShippingInput{CartID: in.ID}
	for _, v := range list {
		choice := cartflow.ShippingChoice{ID: v.Get("option_id").Text()}
		choice.Data, _ = v.Get("data").Any().(map[string]any)
		s.Options = append(s.Options, choice)
	}
	return c.held(ctx)(c.flows.AddShipping.Run(ctx, s))
}

func (c cartAPI) transfer(ctx context.Context, in oneCart) (string, error) {
	if _, err := schema.Validate(schema.ObjectOf().Strict(), route.RequestFromContext(ctx).Body()); err != nil {
		return "", err
	}
	return c.held(ctx)(c.flows.TransferToCustomer.Run(ctx, cartflow.TransferInput{CartID: in.ID, CustomerID: customerID(ctx)}))
}
