package adminapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/changeflow"
	"github.com/gorgon-commerce/gorgon/flow/orderflow"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A changeAPI is what happens to orders after they were placed, on the wire.
type changeAPI struct {
	flows *changeflow.Flows
	read  resource.Reader
}

// OrderChanges routes the edits, returns, claims, exchanges and transfers of orders, what can be seen of their changes, and drafts.
func OrderChanges(flows *changeflow.Flows, orders *orderflow.Flows, read resource.Reader) []route.Route {
	a := changeAPI{flows, read}
	changes := resource.Resource{
		Path: "/admin/order-changes", Entity: "order_change", RecordKey: "order_change", ListKey: "order_changes", Fields: changeFields, Order: "created_at", Read: read,
		RetrieveParams: resource.Filters{list("id"), list("status"), list("change_type"), list("return_id"), list("claim_id"), list("exchange_id"), list("version"),
			{Name: "created_at", Schema: resource.Dates}, {Name: "updated_at", Schema: resource.Dates}, {Name: "deleted_at", Schema: resource.Dates}},
	}
	items := resource.Resource{
		Path: "/admin/orders", Entity: "order_item", RecordKey: "order_item", ListKey: "order_items", Fields: "*item " + itemFields, Read: a.latest(read),
		RetrieveParams: resource.Filters{list("id"), list("item_id"), list("order_id"), list("version")},
	}
	out := []route.Route{
		changes.ListRoute(http.MethodGet, "/admin/orders/{id}/changes", func(req *route.Request) map[string]any { return map[string]any{"order_id": req.Param("id")} }),
		items.ListRoute(http.MethodGet, "/admin/orders/{id}/line-items", func(req *route.Request) map[string]any { return map[string]any{"order_id": req.Param("id")} }),
		route.Func(http.MethodGet, "/admin/orders/{id}/preview", a.preview),
		route.Func(http.MethodGet, "/admin/orders/{id}/shipping-options", a.options),
		act(http.MethodPost, "/admin/order-changes/{id}", func(ctx context.Context, in UpdateOrderChangeRequest) (changeflow.ChangeRef, error) {
			return flows.CarryOverPromotions.Run(ctx, changeflow.CarryOverPromotionsInput{ID: in.ID, CarryOverPromotions: in.CarryOverPromotions, Note: in.InternalNote})
		}, a.change()),
	}
	return slices.Concat(out, a.edits(), a.returns(), a.claims(), a.exchanges(), a.transfers(), a.drafts())
}

const (
	changeFields = "id order_id return_id claim_id exchange_id version change_type description status internal_note created_by requested_by requested_at confirmed_by " +
		"confirmed_at declined_by declined_reason metadata declined_at canceled_by canceled_at carry_over_promotions no_notification created_at updated_at deleted_at *actions"
	itemFields = "id order_id item_id version quantity unit_price compare_at_unit_price fulfilled_quantity delivered_quantity shipped_quantity return_requested_quantity " +
		"return_received_quantity return_dismissed_quantity written_off_quantity metadata created_at updated_at deleted_at"
)

// A UpdateOrderChangeRequest says whether a change keeps the order's promotions up.
type UpdateOrderChangeRequest struct {
	ID                  string             `path:"id"`
	CarryOverPromotions module.Opt[bool]   `json:"carry_over_promotions"`
	InternalNote        module.Opt[string] `json:"internal_note"`
}

// A part of an answer shows a record that a change touched; nothing where it touched none.
type part struct {
	name string
	find func(ctx context.Context, id string) (changeflow.ChangeRef, error) // if set, what is shown is how it was before the change
	show func(ctx context.Context, req *route.Request, r changeflow.ChangeRef) (resource.Rows, error)
}

// act routes a change, whose answer shows some of what it touched.
func act[In any](method, pattern string, run func(context.Context, In) (changeflow.ChangeRef, error), parts ...part) route.Route {
	in := route.Decode[In]()
	h := func(ctx context.Context, req *route.Request) (any, error) {
		v, err := in.Read(req)
		if err != nil {
			return nil, err
		}
		shown := make(resource.CombinedRows, len(parts))
		for i, p := range parts {
			shown[i].Name = p.name
			if p.find == nil {
				continue
			}
			r, err := p.find(ctx, req.Param("id"))
			if err != nil {
				return nil, err
			}
			if shown[i].Rows, err = p.show(ctx, req, r); err != nil {
				return nil, err
			}
		}
		done, err := run(ctx, v)
		if err != nil {
			return nil, err
		}
		for i, p := range parts {
			if p.find != nil {
				continue
			}
			if shown[i].Rows, err = p.show(ctx, req, done); err != nil {
				return nil, err
			}
		}
		return shown, nil
	}
	return route.Func(method, pattern, h, route.InputSchemas(nil, in.Body))
}

// gone routes what gives a change up.
func gone(pattern, object string, run *workflow.Workflow[changeflow.TransitionInput, changeflow.ChangeRef]) route.Route {
	return route.Func(http.MethodDelete, pattern, func(ctx context.Context, req *route.Request) (any, error) {
		id := req.Param("id")
		_, err := run.Run(ctx, changeflow.TransitionInput{ID: id, By: actorID(ctx)})
		return resource.DeletedResponse(id, object), err
	})
}

// previewFields are shown of a preview, and begunFields of an order of which a change has begun.
func previewFields() (preview, begun []string) {
	parts := []string{"items.*", "items.tax_lines.*", "items.adjustments.*", "items.detail.*", "shipping_methods.*", "shipping_methods.detail.*",
		"shipping_methods.tax_lines.*", "shipping_methods.adjustments.*", "credit_lines.*", "order_change"}
	for _, name := range append(totals.WholeNames(), "fulfilled_total", "shipped_total", "return_requested_total", "return_received_total", "return_dismissed_total", "write_off_total") {
		parts = append(parts, name, "raw_"+name)
	}
	preview = append([]string{"id", "version", "email", "summary", "transactions.*", "transactions.return.id", "transactions.claim.id", "transactions.exchange.id",
		"items.actions", "shipping_methods.actions", "transfer_actions", "transferred_to"}, parts...)
	return preview, append([]string{"*", "shipping_address.id", "billing_address.id"}, parts...)
}

func (a changeAPI) shown(ctx context.Context, id string, fields []string, bare bool) (resource.Rows, error) {
	if id == "" {
		return nil, nil
	}
	p, err := a.flows.Order.Preview(ctx, id)
	if err != nil {
		return nil, err
	}
	set, err := a.flows.Order.ReadPreview(ctx, p, fields, bare)
	if err != nil {
		return nil, err
	}
	return resource.RowsOf(set), nil
}

// after is a preview of the order as it is after the change; before, as it was.
func (a changeAPI) after(name string) part {
	fields, _ := previewFields()
	return part{name: name, show: func(ctx context.Context, _ *route.Request, r changeflow.ChangeRef) (resource.Rows, error) {
		return a.shown(ctx, r.OrderID, fields, false)
	}}
}

func (a changeAPI) before(name string, find func(context.Context, string) (changeflow.ChangeRef, error)) part {
	p := a.after(name)
	p.find = find
	return p
}

// begun is an order of which a change has begun.
func (a changeAPI) begun() part {
	_, fields := previewFields()
	return part{name: "order", show: func(ctx context.Context, _ *route.Request, r changeflow.ChangeRef) (resource.Rows, error) {
		return a.shown(ctx, r.OrderID, fields, true)
	}}
}

func (a changeAPI) change() part {
	res := resource.Resource{Entity: "order_change", RecordKey: "order_change", Fields: changeFields, Read: a.read}
	return showing("order_change", res, func(r changeflow.ChangeRef) string { return r.ChangeID })
}

// showing is a part that a resource shows.
func showing(name string, res resource.Resource, key func(changeflow.ChangeRef) string) part {
	return part{name: name, show: func(ctx context.Context, req *route.Request, r changeflow.ChangeRef) (resource.Rows, error) {
		if key(r) == "" {
			return nil, nil
		}
		return res.Retrieve(ctx, req, key(r))
	}}
}

func (a changeAPI) preview(ctx context.Context, req *route.Request) (any, error) {
	fields, _ := previewFields()
	rows, err := a.shown(ctx, req.Param("id"), fields, false)
	return resource.CombinedRows{{Name: "order", Rows: rows}}, err
}

// A BeginChangeRequest begins a change of an order.
type BeginChangeRequest struct {
	OrderID     string                 `json:"order_id"`
	LocationID  module.Opt[string]     `json:"location_id" valid:"notnull"`
	Description module.Opt[string]     `json:"description" valid:"notnull"`
	Note        module.Opt[string]     `json:"internal_note" valid:"notnull"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

func (s BeginChangeRequest) begin(ctx context.Context) changeflow.BeginInput {
	return changeflow.BeginInput{OrderID: s.OrderID, CreatedBy: actorID(ctx), LocationID: s.LocationID.Ptr(), Description: s.Description.Ptr(), Note: s.Note.Ptr(), Metadata: s.Metadata.Value}
}

// A TransitionChangeRequest requests, confirms or cancels a change.
type TransitionChangeRequest struct {
	ID             string           `path:"id"`
	NoNotification module.Opt[bool] `json:"no_notification" valid:"notnull"`
}

func ending(run *workflow.Workflow[changeflow.TransitionInput, changeflow.ChangeRef]) func(context.Context, TransitionChangeRequest) (changeflow.ChangeRef, error) {
	return func(ctx context.Context, in TransitionChangeRequest) (changeflow.ChangeRef, error) {
		return run.Run(ctx, changeflow.TransitionInput{ID: in.ID, By: actorID(ctx), NoNotification: in.NoNotification.Ptr()})
	}
}

// A RemoveChangeActionRequest takes an action out of a change.
type RemoveChangeActionRequest struct {
	ID       string `path:"id"`
	ActionID string `path:"action_id"`
}

func dropping(run *workflow.Workflow[changeflow.RemoveActionInput, changeflow.ChangeRef]) func(context.Context, RemoveChangeActionRequest) (changeflow.ChangeRef, error) {
	return func(ctx context.Context, in RemoveChangeActionRequest) (changeflow.ChangeRef, error) {
		return run.Run(ctx, changeflow.RemoveActionInput(in))
	}
}

// AddOrderLinesRequest are about lines of an order.
type AddOrderLinesRequest struct {
	ID         string             `path:"id"`
	LocationID module.Opt[string] `json:"location_id" valid:"notnull"`
	Items      []OrderLineInput   `json:"items"`
}

// An OrderLineInput is how much of a line.
type OrderLineInput struct {
	ID          string                 `json:"id"`
	Quantity    float64                `json:"quantity"`
	Description module.Opt[string]     `json:"description" valid:"notnull"`
	Note        module.Opt[string]     `json:"internal_note" valid:"notnull"`
	ReasonID    module.Opt[string]     `json:"reason_id" valid:"notnull"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

func lining(run *workflow.Workflow[changeflow.LinesInput, changeflow.ChangeRef]) func(context.Context, AddOrderLinesRequest) (changeflow.ChangeRef, error) {
	return func(ctx context.Context, in AddOrderLinesRequest) (changeflow.ChangeRef, error) {
		out := changeflow.LinesInput{ID: in.ID, LocationID: in.LocationID.Ptr()}
		for _, i := range in.Items {
			out.Items = append(out.Items, changeflow.LineInput{ID: i.ID, Quantity: money.Float(i.Quantity), Note: i.Note.Ptr(), ReasonID: i.ReasonID.Ptr(), Metadata: i.Metadata.Value})
		}
		return run.Run(ctx, out)
	}
}

// A UpdateOrderLineRequest changes an action about a line.
type UpdateOrderLineRequest struct {
	ID       string                 `path:"id"`
	ActionID string                 `path:"action_id"`
	Quantity module.Opt[float64]    `json:"quantity" valid:"notnull"`
	Note     module.Opt[string]     `json:"internal_note"`
	ReasonID module.Opt[string]     `json:"reason_id"`
	Metadata module.Opt[module.Map] `json:"metadata"`
}

func patching(run *workflow.Workflow[changeflow.UpdateActionInput, changeflow.ChangeRef]) func(context.Context, UpdateOrderLineRequest) (changeflow.ChangeRef, error) {
	return func(ctx context.Context, in UpdateOrderLineRequest) (changeflow.ChangeRef, error) {
		return run.Run(ctx, changeflow.UpdateActionInput{ID: in.ID, ActionID: in.ActionID, Quantity: decimal(in.Quantity), Note: in.Note, ReasonID: in.ReasonID})
	}
}

// AddOrderItemsRequest are added to an order.
type AddOrderItemsRequest struct {
	ID    string           `path:"id"`
	Items []OrderItemInput `json:"items"`
}

// An OrderItemInput is a quantity of a variant.
type OrderItemInput struct {
	VariantID      string                 `json:"variant_id"`
	Quantity       float64                `json:"quantity"`
	UnitPrice      module.Opt[float64]    `json:"unit_price"`
	CompareAt      module.Opt[float64]    `json:"compare_at_unit_price"`
	Note           module.Opt[string]     `json:"internal_note" valid:"notnull"`
	AllowBackorder module.Opt[bool]       `json:"allow_backorder" valid:"notnull"`
	Metadata       module.Opt[module.Map] `json:"metadata"`
}

func adding(run *workflow.Workflow[changeflow.AddItemsInput, changeflow.ChangeRef]) func(context.Context, AddOrderItemsRequest) (changeflow.ChangeRef, error) {
	return func(ctx context.Context, in AddOrderItemsRequest) (changeflow.ChangeRef, error) {
		out := changeflow.AddItemsInput{ID: in.ID}
		for _, i := range in.Items {
			out.Items = append(out.Items, changeflow.ItemInput{VariantID: i.VariantID, Quantity: money.Float(i.Quantity), UnitPrice: decimal(i.UnitPrice), CompareAtUnitPrice: decimal(i.CompareAt),
				Note: i.Note.Ptr(), Metadata: i.Metadata.Value})
		}
		return run.Run(ctx, out)
	}
}

// A UpdateOrderItemRequest changes how much of a variant is added, or at what price.
type UpdateOrderItemRequest struct {
	ID        string              `path:"id"`
	ActionID  string              `path:"action_id"`
	Quantity  module.Opt[float64] `json:"quantity" valid:"notnull"`
	UnitPrice module.Opt[float64] `json:"unit_price"`
	CompareAt module.Opt[float64] `json:"compare_at_unit_price"`
	Note      module.Opt[string]  `json:"internal_note"`
}

func repricing(run *workflow.Workflow[changeflow.UpdateActionInput, changeflow.ChangeRef]) func(context.Context, UpdateOrderItemRequest) (changeflow.ChangeRef, error) {
	return func(ctx context.Context, in UpdateOrderItemRequest) (changeflow.ChangeRef, error) {
		return run.Run(ctx, changeflow.UpdateActionInput{ID: in.ID, ActionID: in.ActionID, Quantity: decimal(in.Quantity), UnitPrice: decimal(in.UnitPrice), CompareAtUnitPrice: decimal(in.CompareAt), Note: in.Note})
	}
}

// AddOrderShippingRequest chooses how something travels.
type AddOrderShippingRequest struct {
	ID          string                 `path:"id"`
	OptionID    string                 `json:"shipping_option_id"`
	Amount      module.Opt[float64]    `json:"custom_amount"`
	Description module.Opt[string]     `json:"description" valid:"notnull"`
	Note        module.Opt[string]     `json:"internal_note" valid:"notnull"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

func posting(run *workflow.Workflow[changeflow.AddShippingInput, changeflow.ChangeRef], inbound bool) func(context.Context, AddOrderShippingRequest) (changeflow.ChangeRef, error) {
	return func(ctx context.Context, in AddOrderShippingRequest) (changeflow.ChangeRef, error) {
		return run.Run(ctx, changeflow.AddShippingInput{ID: in.ID, OptionID: in.OptionID, Inbound: inbound, Amount: decimal(in.Amount), Note: in.Note.Ptr(), Metadata: in.Metadata.Value})
	}
}

// A UpdateOrderShippingRequest changes what a shipping method costs.
type UpdateOrderShippingRequest struct {
	ID       string                 `path:"id"`
	ActionID string                 `path:"action_id"`
	Amount   module.Opt[float64]    `json:"custom_amount"`
	Note     module.Opt[string]     `json:"internal_note"`
	Metadata module.Opt[module.Map] `json:"metadata"`
}

func reposting(run *workflow.Workflow[changeflow.UpdateShippingInput, changeflow.ChangeRef]) func(context.Context, UpdateOrderShippingRequest) (changeflow.ChangeRef, error) {
	return func(ctx context.Context, in UpdateOrderShippingRequest) (changeflow.ChangeRef, error) {
		return run.Run(ctx, changeflow.UpdateShippingInput{ID: in.ID, ActionID: in.ActionID, Note: in.Note, Metadata: in.Metadata,
			Amount: exact(in.Amount)})
	}
}

// edits routes /admin/order-edits.
func (a changeAPI) edits() []route.Route {
	const path = "/admin/order-edits"
	f, preview := a.flows.OrderEdits, a.after("order_preview")
	return []route.Route{
		act(http.MethodPost, path, func(ctx context.Context, in BeginChangeRequest) (changeflow.ChangeRef, error) {
			return f.Begin.Run(ctx, in.begin(ctx))
		}, a.change()),
		act(http.MethodPost, path+"/{id}/items", adding(f.Items.Add), preview),
		act(http.MethodPost, path+"/{id}/items/{action_id}", repricing(f.Items.Update), preview),
		act(http.MethodDelete, path+"/{id}/items/{action_id}", dropping(f.Items.Remove), preview),
		act(http.MethodPost, path+"/{id}/items/item/{item_id}", lineChange(f.UpdateItemQuantity), preview),
		act(http.MethodPost, path+"/{id}/shipping-method", posting(f.Shipping.Add, false), preview),
		act(http.MethodPost, path+"/{id}/shipping-method/{action_id}", reposting(f.Shipping.Update), preview),
		act(http.MethodDelete, path+"/{id}/shipping-method/{action_id}", dropping(f.Shipping.Remove), preview),
		act(http.MethodPost, path+"/{id}/request", ending(f.Request), preview),
		act(http.MethodPost, path+"/{id}/confirm", ending(f.Confirm), a.before("order_preview", a.flows.OfKnownOrder)),
		gone(path+"/{id}", "order-edit", f.Cancel),
	}
}

// A UpdateItemQuantityRequest changes how much an order has of a line, or at what price.
type UpdateItemQuantityRequest struct {
	ID        string              `path:"id"`
	ItemID    string              `path:"item_id"`
	Quantity  float64             `json:"quantity"`
	UnitPrice module.Opt[float64] `json:"unit_price"`
	CompareAt module.Opt[float64] `json:"compare_at_unit_price"`
	Note      module.Opt[string]  `json:"internal_note"`
}

func lineChange(run *workflow.Workflow[changeflow.UpdateActionInput, changeflow.ChangeRef]) func(context.Context, UpdateItemQuantityRequest) (changeflow.ChangeRef, error) {
	return func(ctx context.Context, in UpdateItemQuantityRequest) (changeflow.ChangeRef, error) {
		q := money.Float(in.Quantity)
		return run.Run(ctx, changeflow.UpdateActionInput{ID: in.ID, ActionID: in.ItemID, Quantity: &q, UnitPrice: decimal(in.UnitPrice), CompareAtUnitPrice: decimal(in.CompareAt), Note: in.Note})
	}
}

// latest reads the newest detail of each line of an order, and in which versions the order has had the line.
func (a changeAPI) latest(read resource.Reader) resource.Reader {
	if read == nil {
		read = resource.Graph
	}
	return func(ctx context.Context, q *resource.Query) (resource.Rows, error) {
		ids, args, err := a.flows.Deps.Order.ItemHistories(ctx, q.Filters)
		if err != nil {
			return nil, err
		}
		q.Filters, q.Context = map[string]any{"id": ids}, args
		q.Fields = append(q.Fields, "version", "history")
		return read(ctx, q)
	}
}

// orderOptionFields are what is shown of the ways in which goods of an order can go.
const orderOptionFields = "id name price_type service_zone_id shipping_profile_id provider_id data service_zone.fulfillment_set_id service_zone.fulfillment_set.type " +
	"service_zone.fulfillment_set.location.id service_zone.fulfillment_set.location.name service_zone.fulfillment_set.location.address.* type.id type.label type.description " +
	"type.code provider.id provider.is_enabled rules.attribute rules.value rules.operator"

// OrderShippingOptionsResponse are the ways in which goods of an order can go.
type OrderShippingOptionsResponse struct {
	Options []json.RawMessage `json:"shipping_options"`
}

func (a changeAPI) options(ctx context.Context, req *route.Request) (any, error) {
	raw, err := req.Query()
	if err != nil {
		return nil, err
	}
	if _, err := schema.Validate(schema.ObjectOf().Strict(), raw); err != nil {
		return nil, err
	}
	offers, err := a.flows.ListShippingOptions.Run(ctx, req.Param("id"))
	if err != nil {
		return nil, err
	}
	short, ids := map[string]bool{}, make([]string, len(offers))
	for i, o := range offers {
		ids[i], short[o.ID] = o.ID, o.InsufficientInventory
	}
	read := a.read
	if read == nil {
		read = resource.Graph
	}
	slices.Sort(ids)
	rows, err := read(ctx, &resource.Query{Entity: "shipping_option", Fields: strings.Fields(orderOptionFields), Filters: map[string]any{"id": ids}, Order: []string{"id"}})
	if err != nil {
		return nil, err
	}
	out := OrderShippingOptionsResponse{make([]json.RawMessage, rows.Len())}
	for i := range out.Options {
		b := rows.AppendRow(nil, i)
		out.Options[i] = fmt.Appendf(b[:len(b)-1], `,"insufficient_inventory":%t}`, short[ids[i]])
	}
	return out, nil
}
