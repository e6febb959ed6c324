package store

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/module"
	carts "github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A NewCart is what a buyer may say of a cart to begin with.
type NewCart struct {
	RegionID        module.Opt[string]          `json:"region_id"`
	ShippingAddress module.Opt[NewCartAddress]  `json:"shipping_address" valid:"notnull"`
	BillingAddress  module.Opt[NewCartAddress]  `json:"billing_address" valid:"notnull"`
	Email           module.Opt[string]          `json:"email" valid:"email"`
	CurrencyCode    module.Opt[string]          `json:"currency_code"`
	Items           module.Opt[[]StrictNewItem] `json:"items" valid:"notnull"`
	SalesChannelID  module.Opt[string]          `json:"sales_channel_id"`
	PromoCodes      module.Opt[[]string]        `json:"promo_codes" valid:"notnull"`
	Metadata        module.Opt[module.Map]      `json:"metadata"`
	Locale          module.Opt[string]          `json:"locale"`
	AdditionalData  module.Map                  `json:"additional_data" valid:"nullish"`
}

// A StrictNewItem is a quantity of a variant in a new cart.
type StrictNewItem struct {
	VariantID string                 `json:"variant_id"`
	Quantity  float64                `json:"quantity" valid:"above=0"`
	Metadata  module.Opt[module.Map] `json:"metadata"`
}

// A CartPatch changes a cart.
type CartPatch struct {
	ID              string                  `path:"id"`
	RegionID        module.Opt[string]      `json:"region_id" valid:"notnull"`
	Email           module.Opt[string]      `json:"email" valid:"email"`
	BillingAddress  module.Opt[CartAddress] `json:"billing_address" valid:"notnull"`
	ShippingAddress module.Opt[CartAddress] `json:"shipping_address" valid:"notnull"`
	SalesChannelID  module.Opt[string]      `json:"sales_channel_id"`
	Metadata        module.Opt[module.Map]  `json:"metadata"`
	PromoCodes      module.Opt[[]string]    `json:"promo_codes" valid:"notnull"`
	Locale          module.Opt[string]      `json:"locale"`
	AdditionalData  module.Map              `json:"additional_data" valid:"nullish"`
}

// A NewCartItem puts a quantity of a variant into a cart.
type NewCartItem struct {
	CartID         string                 `path:"id"`
	VariantID      string                 `json:"variant_id"`
	Quantity       float64                `json:"quantity" valid:"above=0"`
	Metadata       module.Opt[module.Map] `json:"metadata"`
	AdditionalData module.Map             `json:"additional_data" valid:"nullish"`
}

// A CartItemPatch changes a line; a quantity of 0 removes it.
type CartItemPatch struct {
	CartID         string                 `path:"id"`
	ID             string                 `path:"line_id"`
	Quantity       float64                `json:"quantity" valid:"min=0"`
	Metadata       module.Opt[module.Map] `json:"metadata"`
	AdditionalData module.Map             `json:"additional_data" valid:"nullish"`
}

// CartCodes are promotion codes for a cart.
type CartCodes struct {
	CartID string   `path:"id"`
	Codes  []string `json:"promo_codes"`
}

// A CartAddress is an address of a cart: a new one, or a change of the one with that id.
type CartAddress struct{ Fields module.Set }

func addressSchema() *schema.Schema {
	var fields []schema.Field
	for _, name := range []string{"first_name", "last_name", "phone", "company", "address_1", "address_2", "city", "country_code", "province", "postal_code"} {
		fields = append(fields, schema.Field{Name: name, Schema: schema.String().Nullish()})
	}
	return schema.ObjectOf(append(fields, schema.Field{Name: "metadata", Schema: schema.Record(schema.Unknown()).Nullish()})...)
}

// Schema is what an address may look like.
func (*CartAddress) Schema() *schema.Schema {
	return addressSchema().Extend(schema.Field{Name: "id", Schema: schema.String().Optional()})
}

// UnmarshalJSON keeps the fields that are given.
func (a *CartAddress) UnmarshalJSON(b []byte) error {
	err := json.Unmarshal(b, &a.Fields)
	if m, ok := a.Fields["metadata"].(map[string]any); ok {
		a.Fields["metadata"] = module.Map(m)
	}
	return err
}

// A NewCartAddress is an address of a new cart. As Medusa's, its schema takes an id, too.
type NewCartAddress struct{ CartAddress }

// Schema is what the address of a new cart may look like.
func (*NewCartAddress) Schema() *schema.Schema {
	return schema.Union(addressSchema().Strict(), schema.String())
}

// UnmarshalJSON keeps the fields that are given.
func (a *NewCartAddress) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return nil
	}
	return a.CartAddress.UnmarshalJSON(b)
}

// A cartAPI is /store/carts.
type cartAPI struct{ flows *cart.Flows }

// Carts routes /store/carts.
func Carts(flows *cart.Flows) []route.Route {
	c := cartAPI{flows}
	all := resource.Resource{
		Path: "/store/carts", Entity: "cart", One: "cart", Singular: true,
		Fields: CartFields, Allow: cartExtras(),
		Missing: "Cart with id '%s' not found",
		Read:    c.read,
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
	first.Singular, first.Update, first.Actions = false, nil, nil
	first.Create, first.Options = resource.Do(c.create), []route.Option{route.Use(hold, ownChannel)}
	mine.Singular, mine.Update = false, nil
	mine.Actions = []resource.Action{resource.Post("/{id}/customer", resource.Do(c.transfer))}
	mine.Options = []route.Option{route.Auth(route.Session|route.Bearer, "customer"), route.Use(hold)}
	out := append(all.Routes(), first.Routes()...)
	out = append(out, mine.Routes()...)
	return append(out, all.DeleteParts(resource.Part{Pattern: "/{id}/line-items/{line_id}", Param: "line_id", Object: "line-item", Remove: c.removeItem})...)
}

// ownChannel refuses sales channels that are not of the request's key.
func ownChannel(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		channels, asked := route.Channels(r.Context()), ""
		if req := route.From(r.Context()); req != nil && req.Body().Kind() == schema.KindObject {
			asked = req.Body().Get("sales_channel_id").Str()
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

func (c cartAPI) create(ctx context.Context, in NewCart) (string, error) {
	d := cart.Draft{RegionID: in.RegionID.Ptr(), SalesChannelID: in.SalesChannelID.Ptr(), Email: in.Email.Ptr(), CurrencyCode: in.CurrencyCode.Ptr(),
		Locale: in.Locale.Ptr(), ShippingAddress: in.ShippingAddress.Value.address(), BillingAddress: in.BillingAddress.Value.address(),
		PromoCodes: in.PromoCodes.Value, Metadata: in.Metadata.Value, AdditionalData: in.AdditionalData}
	if channels := route.Channels(ctx); d.SalesChannelID == nil && len(channels) == 1 {
		d.SalesChannelID = &channels[0]
	}
	if who := customerID(ctx); who != "" {
		d.CustomerID = &who
	}
	if d.Locale == nil {
		if l := route.From(ctx).Locale(); l != "" {
			d.Locale = &l
		}
	}
	for _, i := range in.Items.Value {
		d.Items = append(d.Items, cart.NewItem{VariantID: i.VariantID, Quantity: money.Float(i.Quantity), Metadata: i.Metadata.Value})
	}
	return c.held(ctx)(c.flows.Create.Run(ctx, d))
}

func (a CartAddress) address() *carts.Address {
	if a.Fields == nil {
		return nil
	}
	v := cart.AddressOf(a.Fields)
	return &v
}

func (c cartAPI) update(ctx context.Context, in CartPatch) (string, error) {
	return c.held(ctx)(c.flows.Update.Run(ctx, cart.Change{ID: in.ID, RegionID: in.RegionID, SalesChannelID: in.SalesChannelID, Email: in.Email,
		Locale: in.Locale, ShippingAddress: in.ShippingAddress.Value.Fields, BillingAddress: in.BillingAddress.Value.Fields, Metadata: in.Metadata,
		PromoCodes: in.PromoCodes, AdditionalData: in.AdditionalData}))
}

func (c cartAPI) addItem(ctx context.Context, in NewCartItem) (string, error) {
	return c.held(ctx)(c.flows.AddItems.Run(ctx, cart.Addition{CartID: in.CartID, AdditionalData: in.AdditionalData,
		Items: []cart.NewItem{{VariantID: in.VariantID, Quantity: money.Float(in.Quantity), Metadata: in.Metadata.Value}}}))
}

func (c cartAPI) updateItem(ctx context.Context, in CartItemPatch) (string, error) {
	return c.held(ctx)(c.flows.UpdateItem.Run(ctx, cart.LineChange{CartID: in.CartID, ItemID: in.ID, Quantity: money.Float(in.Quantity),
		Metadata: in.Metadata, AdditionalData: in.AdditionalData}))
}

func (c cartAPI) removeItem(ctx context.Context, id, line string) error {
	_, err := c.held(ctx)(c.flows.DeleteItems.Run(ctx, cart.Removal{CartID: id, IDs: []string{line}}))
	return err
}

func (c cartAPI) addCodes(ctx context.Context, in CartCodes) (string, error) {
	action := cart.Add
	if len(in.Codes) == 0 {
		action = cart.Replace
	}
	return c.held(ctx)(c.flows.UpdateCodes.Run(ctx, cart.CodeChange{CartID: in.CartID, Codes: in.Codes, Action: action}))
}

func (c cartAPI) removeCodes(ctx context.Context, in CartCodes) (string, error) {
	return c.held(ctx)(c.flows.UpdateCodes.Run(ctx, cart.CodeChange{CartID: in.CartID, Codes: in.Codes, Action: cart.Remove}))
}

// oneCart is a request about a cart that says nothing more.
type oneCart struct {
	ID string `path:"id"`
}

func (c cartAPI) taxes(ctx context.Context, in oneCart) (string, error) {
	return c.held(ctx)(c.flows.UpdateTaxes.Run(ctx, cart.TaxUpdate{CartID: in.ID, Force: true}))
}

func (c cartAPI) addShipping(ctx context.Context, in oneCart) (string, error) {
	choice := schema.ObjectOf(schema.Field{Name: "option_id", Schema: schema.String()}, schema.Field{Name: "data", Schema: schema.Record(schema.Unknown()).Optional()})
	body, err := schema.Check(schema.Union(choice, schema.ArrayOf(choice)), route.From(ctx).Body())
	if err != nil {
		return "", err
	}
	list := []schema.Value{body}
	if body.Kind() == schema.KindArray {
		list = body.Items()
	}
	s := cart.Shipping{CartID: in.ID}
	for _, v := range list {
		choice := cart.Choice{ID: v.Get("option_id").Str()}
		choice.Data, _ = v.Get("data").Any().(map[string]any)
		s.Options = append(s.Options, choice)
	}
	return c.held(ctx)(c.flows.AddShipping.Run(ctx, s))
}

func (c cartAPI) transfer(ctx context.Context, in oneCart) (string, error) {
	if _, err := schema.Check(schema.ObjectOf().Strict(), route.From(ctx).Body()); err != nil {
		return "", err
	}
	return c.held(ctx)(c.flows.TransferTo.Run(ctx, cart.Transfer{CartID: in.ID, CustomerID: customerID(ctx)}))
}
