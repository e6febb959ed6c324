package adminapi

import (
	"context"
	"strconv"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/orderflow"
	"github.com/gorgon-commerce/gorgon/flow/paymentflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A UpdateOrderRequest changes an order.
type UpdateOrderRequest struct {
	ID              string                     `path:"id"`
	Email           module.Opt[string]         `json:"email" valid:"notnull"`
	ShippingAddress module.Opt[AddressPayload] `json:"shipping_address" valid:"notnull"`
	BillingAddress  module.Opt[AddressPayload] `json:"billing_address" valid:"notnull"`
	Locale          module.Opt[string]         `json:"locale"`
	Metadata        module.Opt[module.Map]     `json:"metadata"`
}

// An AddressPayload is an address, or the part of one that changes.
type AddressPayload struct {
	FirstName   module.Opt[string]     `json:"first_name"`
	LastName    module.Opt[string]     `json:"last_name"`
	Phone       module.Opt[string]     `json:"phone"`
	Company     module.Opt[string]     `json:"company"`
	Address1    module.Opt[string]     `json:"address_1"`
	Address2    module.Opt[string]     `json:"address_2"`
	City        module.Opt[string]     `json:"city"`
	CountryCode module.Opt[string]     `json:"country_code"`
	Province    module.Opt[string]     `json:"province"`
	PostalCode  module.Opt[string]     `json:"postal_code"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

// A CompleteOrderRequest ends an order.
type CompleteOrderRequest struct {
	ID             string     `path:"id"`
	AdditionalData module.Map `json:"additional_data" valid:"nullish"`
}

// An AuthorizeSessionRequest is a payment session of an order that is to be authorised.
type AuthorizeSessionRequest struct {
	ID        string `path:"id"`
	SessionID string `json:"payment_session_id"`
}

type orderNamed struct {
	ID string `path:"id"`
}

// A CreateCreditLineRequest is an amount that an order costs less.
type CreateCreditLineRequest struct {
	ID          string                 `path:"id"`
	Amount      float64                `json:"amount"`
	Reference   string                 `json:"reference"`
	ReferenceID string                 `json:"reference_id"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

// An ItemQuantityInput is how much of a line.
type ItemQuantityInput struct {
	ID       string  `json:"id"`
	Quantity float64 `json:"quantity"`
}

// A FulfillOrderRequest sends lines of an order.
type FulfillOrderRequest struct {
	ID               string                     `path:"id"`
	Items            []ItemQuantityInput        `json:"items" valid:"min=1"`
	LocationID       module.Opt[string]         `json:"location_id"`
	ShippingOptionID module.Opt[string]         `json:"shipping_option_id" valid:"notnull"`
	NoNotification   module.Opt[bool]           `json:"no_notification" valid:"notnull"`
	DeliveryAddress  module.Opt[AddressPayload] `json:"delivery_address" valid:"notnull"`
	Metadata         module.Opt[module.Map]     `json:"metadata"`
	AdditionalData   module.Map                 `json:"additional_data" valid:"nullish"`
}

// A ShipOrderRequest says that a fulfillment is on its way.
type ShipOrderRequest struct {
	ID             string                           `path:"id"`
	FulfillmentID  string                           `path:"fulfillment_id"`
	Items          []ItemQuantityInput              `json:"items"`
	Labels         module.Opt[[]CreateLabelRequest] `json:"labels" valid:"notnull"`
	NoNotification module.Opt[bool]                 `json:"no_notification" valid:"notnull"`
	Metadata       module.Opt[module.Map]           `json:"metadata"`
	AdditionalData module.Map                       `json:"additional_data" valid:"nullish"`
}

// An OrderFulfillmentRequest is what happens to a fulfillment of an order besides.
type OrderFulfillmentRequest struct {
	ID             string           `path:"id"`
	FulfillmentID  string           `path:"fulfillment_id"`
	NoNotification module.Opt[bool] `json:"no_notification" valid:"notnull"`
	AdditionalData module.Map       `json:"additional_data" valid:"nullish"`
}

const orderFields = "id display_id custom_display_id status version summary total metadata locale created_at updated_at"

const orderDetails = orderFields + " region_id subtotal tax_total discount_total discount_tax_total original_total original_subtotal original_tax_total item_total " +
	"item_subtotal item_tax_total original_item_total original_item_subtotal original_item_tax_total shipping_total shipping_subtotal shipping_tax_total " +
	"original_shipping_tax_total original_shipping_subtotal original_shipping_total credit_line_total credit_line_subtotal credit_line_tax_total *items " +
	"*credit_lines *items.tax_lines *items.adjustments *items.variant *items.variant.product *items.detail *shipping_address *billing_address " +
	"*shipping_methods *shipping_methods.tax_lines *shipping_methods.adjustments *payment_collections *payment_collections.payments " +
	"*payment_collections.payments.refunds *payment_collections.payments.captures"

// An orderAPI is /admin/orders.
type orderAPI struct{ flows *orderflow.Flows }

// Orders routes /admin/orders.
func Orders(flows *orderflow.Flows, read resource.Reader) []route.Route {
	a := orderAPI{flows}
	list := orderList(read)
	one := resource.Resource{
		Path: "/admin/orders", Entity: "order", RecordKey: "order", Retrievable: true, Fields: orderDetails, NotFoundMessage: "Order id not found: %s", Read: a.version(read),
		RetrieveParams: resource.Filters{text("version")}, Prepare: shownOrder(true),
	}
	changes := one
	changes.Retrievable, changes.Prepare, changes.RetrieveParams = false, shownOrder(false), nil
	changes.Update = resource.Do(a.update)
	changes.Actions = []resource.Action{
		resource.Post("/{id}/cancel", resource.Do(a.cancel)),
		resource.Post("/{id}/complete", resource.Do(a.complete)),
		resource.Post("/{id}/archive", resource.Do(a.archive)),
		resource.Post("/{id}/credit-lines", resource.Do(a.credit)),
		resource.Post("/{id}/payment-sessions/authorize", resource.Do(a.authorize)),
		resource.Post("/{id}/fulfillments", resource.Do(a.fulfill)),
		resource.Post("/{id}/fulfillments/{fulfillment_id}/cancel", resource.Do(a.recall)),
		resource.Post("/{id}/fulfillments/{fulfillment_id}/shipments", resource.Do(a.ship)),
		resource.Post("/{id}/fulfillments/{fulfillment_id}/mark-as-delivered", resource.Do(a.deliver)),
	}
	return append(append(list.Routes(), one.Routes()...), changes.Routes()...)
}

// orderList is the list of orders that were placed.
func orderList(read resource.Reader) resource.Resource {
	return resource.Resource{
		Path: "/admin/orders", Entity: "order", RecordKey: "order", ListKey: "orders", Limit: 15, Fields: orderFields, IgnoreUnknownParams: true, NoLogicalFilters: true, Read: read,
		Filters: resource.Filters{{Name: "id", Schema: resource.Operators}, {Name: "status", Schema: resource.Operators},
			{Name: "sales_channel_id", Schema: schema.ArrayOf(schema.String()).Optional()}, {Name: "region_id", Schema: resource.TextOrList},
			{Name: "customer_id", Schema: resource.TextOrList}, {Name: "q", Schema: resource.Text}, {Name: "created_at", Schema: resource.Dates},
			{Name: "updated_at", Schema: resource.Dates}},
		Prepare: func(_ context.Context, q *resource.Query) error {
			q.Filters["is_draft_order"] = false
			q.Fields = resource.OrderListFields(q.Fields)
			return nil
		},
	}
}

// version reads an order as it was in the version that is asked for, if there is one.
func (a orderAPI) version(read resource.Reader) resource.Reader {
	if read == nil {
		read = resource.Graph
	}
	return func(ctx context.Context, q *resource.Query) (resource.Rows, error) {
		asked := q.Params.Get("version")
		if !asked.Exists() || q.Key == "" {
			return read(ctx, q)
		}
		n, err := strconv.Atoi(asked.Text())
		if err != nil {
			return nil, fault.New(fault.Invalid, "Invalid request: Expected type: 'number' for field 'version', got: '%s'", asked.Text())
		}
		set, err := a.flows.Order.ReadVersion(ctx, q.Key, n, q.Fields)
		if fault.KindOf(err) == fault.NotFound {
			return read(ctx, q)
		}
		if err != nil {
			return nil, err
		}
		return resource.RowsOf(set), nil
	}
}

// shownOrder adds what an order is shown with: on its own page also its statuses and fulfillments.
func shownOrder(page bool) func(context.Context, *resource.Query) error {
	return func(_ context.Context, q *resource.Query) error {
		q.Fields = resource.OrderFields(q.Fields, page)
		return nil
	}
}

func (a orderAPI) update(ctx context.Context, in UpdateOrderRequest) (string, error) {
	return a.flows.Update.Run(ctx, in.patch(ctx))
}

func (in UpdateOrderRequest) patch(ctx context.Context) orderflow.UpdateInput {
	p := orderflow.UpdateInput{ID: in.ID, Email: in.Email, Locale: in.Locale, Metadata: in.Metadata, By: actorID(ctx)}
	if in.ShippingAddress.Set {
		p.ShippingAddress = module.SetFrom(in.ShippingAddress.Value)
	}
	if in.BillingAddress.Set {
		p.BillingAddress = module.SetFrom(in.BillingAddress.Value)
	}
	return p
}

func (a orderAPI) cancel(ctx context.Context, in orderNamed) (string, error) {
	return a.flows.Cancel.Run(ctx, orderflow.CancelInput{ID: in.ID, By: actorID(ctx)})
}

func (a orderAPI) complete(ctx context.Context, in CompleteOrderRequest) (string, error) {
	return a.flows.Complete.Run(ctx, orderflow.CompleteInput{ID: in.ID, AdditionalData: in.AdditionalData})
}

func (a orderAPI) archive(ctx context.Context, in orderNamed) (string, error) {
	return a.flows.Archive.Run(ctx, in.ID)
}

func (a orderAPI) authorize(ctx context.Context, in AuthorizeSessionRequest) (string, error) {
	_, err := a.flows.Payment.Authorize.Run(ctx, paymentflow.AuthorizeInput{OrderID: in.ID, SessionID: in.SessionID})
	return in.ID, err
}

func (a orderAPI) credit(ctx context.Context, in CreateCreditLineRequest) (string, error) {
	return a.flows.CreateCreditLines.Run(ctx, order.RecordPaymentsInput{OrderID: in.ID, CreditLines: []order.CreditLine{
		{Amount: money.Float(in.Amount), Reference: &in.Reference, ReferenceID: &in.ReferenceID, Metadata: in.Metadata.Value}}})
}

func quantities(list []ItemQuantityInput) []orderflow.ItemQuantity {
	out := make([]orderflow.ItemQuantity, len(list))
	for i, q := range list {
		out[i] = orderflow.ItemQuantity(q)
	}
	return out
}

func (a orderAPI) fulfill(ctx context.Context, in FulfillOrderRequest) (string, error) {
	s := orderflow.FulfillInput{OrderID: in.ID, Items: quantities(in.Items), LocationID: in.LocationID.Value, ShippingOptionID: in.ShippingOptionID.Value,
		NoNotification: in.NoNotification.Ptr(), Metadata: in.Metadata.Value, By: actorID(ctx), AdditionalData: in.AdditionalData}
	if in.DeliveryAddress.Set {
		s.Address = module.SetFrom(in.DeliveryAddress.Value)
	}
	return a.flows.Fulfill.Run(ctx, s)
}

func (a orderAPI) recall(ctx context.Context, in OrderFulfillmentRequest) (string, error) {
	return a.flows.CancelFulfillment.Run(ctx, orderflow.CancelFulfillmentInput{OrderID: in.ID, FulfillmentID: in.FulfillmentID, By: actorID(ctx), NoNotification: in.NoNotification.Ptr()})
}

func (a orderAPI) ship(ctx context.Context, in ShipOrderRequest) (string, error) {
	d := orderflow.ShipInput{OrderID: in.ID, FulfillmentID: in.FulfillmentID, By: actorID(ctx), Items: quantities(in.Items), NoNotification: in.NoNotification.Ptr(), AdditionalData: in.AdditionalData}
	if in.Labels.Set {
		d.Labels = module.Some(Labels(in.Labels.Value))
	}
	return a.flows.Ship.Run(ctx, d)
}

func (a orderAPI) deliver(ctx context.Context, in OrderFulfillmentRequest) (string, error) {
	return a.flows.Deliver.Run(ctx, orderflow.DeliverInput{OrderID: in.ID, FulfillmentID: in.FulfillmentID, By: actorID(ctx)})
}
