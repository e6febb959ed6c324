package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/change"
	flow "github.com/gorgon-commerce/gorgon/flow/order"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A changeAPI is what happens to orders after they were placed, on the wire.
type changeAPI struct {
	flows *change.Flows
	read  resource.Reader
}

// OrderChanges routes the edits, returns, claims, exchanges and transfers of orders, what can be seen of their changes, and drafts.
func OrderChanges(flows *change.Flows, orders *flow.Flows, read resource.Reader) []route.Route {
	a := changeAPI{flows, read}
	changes := resource.Resource{
		Path: "/admin/order-changes", Entity: "order_change", One: "order_change", Many: "order_changes", Fields: changeFields, Order: "created_at", Read: read,
		OneFilters: resource.Filters{list("id"), list("status"), list("change_type"), list("return_id"), list("claim_id"), list("exchange_id"), list("version"),
			{Name: "created_at", Kind: resource.Dates}, {Name: "updated_at", Kind: resource.Dates}, {Name: "deleted_at", Kind: resource.Dates}},
	}
	items := resource.Resource{
		Path: "/admin/orders", Entity: "order_item", One: "order_item", Many: "order_items", Fields: "*item " + itemFields, Read: a.latest(read),
		OneFilters: resource.Filters{list("id"), list("item_id"), list("order_id"), list("version")},
	}
	out := []route.Route{
		changes.Listed(http.MethodGet, "/admin/orders/{id}/changes", func(req *route.Request) map[string]any { return map[string]any{"order_id": req.Param("id")} }),
		items.Listed(http.MethodGet, "/admin/orders/{id}/line-items", func(req *route.Request) map[string]any { return map[string]any{"order_id": req.Param("id")} }),
		route.Func(http.MethodGet, "/admin/orders/{id}/preview", a.preview),
		route.Func(http.MethodGet, "/admin/orders/{id}/shipping-options", a.options),
		act(http.MethodPost, "/admin/order-changes/{id}", func(ctx context.Context, in OrderChangePatch) (change.Ref, error) {
			return flows.Promise.Run(ctx, change.Promise{ID: in.ID, CarryOverPromotions: in.CarryOverPromotions, Note: in.InternalNote})
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

// An OrderChangePatch says whether a change keeps the order's promotions up.
type OrderChangePatch struct {
	ID                  string             `path:"id"`
	CarryOverPromotions module.Opt[bool]   `json:"carry_over_promotions"`
	InternalNote        module.Opt[string] `json:"internal_note"`
}

// A part of an answer shows a record that a change touched; nothing where it touched none.
type part struct {
	name string
	find func(ctx context.Context, id string) (change.Ref, error) // if set, what is shown is how it was before the change
	show func(ctx context.Context, req *route.Request, r change.Ref) (resource.Rows, error)
}

// act routes a change, whose answer shows some of what it touched.
func act[In any](method, pattern string, run func(context.Context, In) (change.Ref, error), parts ...part) route.Route {
	in := route.Decode[In]()
	h := func(ctx context.Context, req *route.Request) (any, error) {
		v, err := in.Read(req)
		if err != nil {
			return nil, err
		}
		shown := make(resource.Together, len(parts))
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
	return route.Func(method, pattern, h, route.Describe(nil, in.Body))
}

// gone routes what gives a change up.
func gone(pattern, object string, run *workflow.Workflow[change.End, change.Ref]) route.Route {
	return route.Func(http.MethodDelete, pattern, func(ctx context.Context, req *route.Request) (any, error) {
		id := req.Param("id")
		_, err := run.Run(ctx, change.End{ID: id, By: actorID(ctx)})
		return resource.Deleted(id, object), err
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
	set, err := a.flows.Order.Show(ctx, p, fields, bare)
	if err != nil {
		return nil, err
	}
	return resource.Of(set), nil
}

// after is a preview of the order as it is after the change; before, as it was.
func (a changeAPI) after(name string) part {
	fields, _ := previewFields()
	return part{name: name, show: func(ctx context.Context, _ *route.Request, r change.Ref) (resource.Rows, error) {
		return a.shown(ctx, r.OrderID, fields, false)
	}}
}

func (a changeAPI) before(name string, find func(context.Context, string) (change.Ref, error)) part {
	p := a.after(name)
	p.find = find
	return p
}

// begun is an order of which a change has begun.
func (a changeAPI) begun() part {
	_, fields := previewFields()
	return part{name: "order", show: func(ctx context.Context, _ *route.Request, r change.Ref) (resource.Rows, error) {
		return a.shown(ctx, r.OrderID, fields, true)
	}}
}

func (a changeAPI) change() part {
	res := resource.Resource{Entity: "order_change", One: "order_change", Fields: changeFields, Read: a.read}
	return showing("order_change", res, func(r change.Ref) string { return r.ChangeID })
}

// showing is a part that a resource shows.
func showing(name string, res resource.Resource, key func(change.Ref) string) part {
	return part{name: name, show: func(ctx context.Context, req *route.Request, r change.Ref) (resource.Rows, error) {
		if key(r) == "" {
			return nil, nil
		}
		return res.Show(ctx, req, key(r))
	}}
}

func (a changeAPI) preview(ctx context.Context, req *route.Request) (any, error) {
	fields, _ := previewFields()
	rows, err := a.shown(ctx, req.Param("id"), fields, false)
	return resource.Together{{Name: "order", Rows: rows}}, err
}

// An OrderChangeStart begins a change of an order.
type OrderChangeStart struct {
	OrderID     string                 `json:"order_id"`
	LocationID  module.Opt[string]     `json:"location_id" valid:"notnull"`
	Description module.Opt[string]     `json:"description" valid:"notnull"`
	Note        module.Opt[string]     `json:"internal_note" valid:"notnull"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

func (s OrderChangeStart) begin(ctx context.Context) change.Begin {
	return change.Begin{OrderID: s.OrderID, By: actorID(ctx), LocationID: s.LocationID.Ptr(), Description: s.Description.Ptr(), Note: s.Note.Ptr(), Metadata: s.Metadata.Value}
}

// An OrderChangeEnd requests, confirms or cancels a change.
type OrderChangeEnd struct {
	ID             string           `path:"id"`
	NoNotification module.Opt[bool] `json:"no_notification" valid:"notnull"`
}

func ending(run *workflow.Workflow[change.End, change.Ref]) func(context.Context, OrderChangeEnd) (change.Ref, error) {
	return func(ctx context.Context, in OrderChangeEnd) (change.Ref, error) {
		return run.Run(ctx, change.End{ID: in.ID, By: actorID(ctx), NoNotification: in.NoNotification.Ptr()})
	}
}

// An OrderChangeDrop takes an action out of a change.
type OrderChangeDrop struct {
	ID       string `path:"id"`
	ActionID string `path:"action_id"`
}

func dropping(run *workflow.Workflow[change.Drop, change.Ref]) func(context.Context, OrderChangeDrop) (change.Ref, error) {
	return func(ctx context.Context, in OrderChangeDrop) (change.Ref, error) {
		return run.Run(ctx, change.Drop(in))
	}
}

// NewOrderLines are about lines of an order.
type NewOrderLines struct {
	ID         string             `path:"id"`
	LocationID module.Opt[string] `json:"location_id" valid:"notnull"`
	Items      []NewOrderLine     `json:"items"`
}

// A NewOrderLine is how much of a line.
type NewOrderLine struct {
	ID          string                 `json:"id"`
	Quantity    float64                `json:"quantity"`
	Description module.Opt[string]     `json:"description" valid:"notnull"`
	Note        module.Opt[string]     `json:"internal_note" valid:"notnull"`
	ReasonID    module.Opt[string]     `json:"reason_id" valid:"notnull"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

func lining(run *workflow.Workflow[change.Lines, change.Ref]) func(context.Context, NewOrderLines) (change.Ref, error) {
	return func(ctx context.Context, in NewOrderLines) (change.Ref, error) {
		out := change.Lines{ID: in.ID, LocationID: in.LocationID.Ptr()}
		for _, i := range in.Items {
			out.Items = append(out.Items, change.Line{ID: i.ID, Quantity: money.Float(i.Quantity), Note: i.Note.Ptr(), ReasonID: i.ReasonID.Ptr(), Metadata: i.Metadata.Value})
		}
		return run.Run(ctx, out)
	}
}

// An OrderLinePatch changes an action about a line.
type OrderLinePatch struct {
	ID       string                 `path:"id"`
	ActionID string                 `path:"action_id"`
	Quantity module.Opt[float64]    `json:"quantity" valid:"notnull"`
	Note     module.Opt[string]     `json:"internal_note"`
	ReasonID module.Opt[string]     `json:"reason_id"`
	Metadata module.Opt[module.Map] `json:"metadata"`
}

func patching(run *workflow.Workflow[change.Patch, change.Ref]) func(context.Context, OrderLinePatch) (change.Ref, error) {
	return func(ctx context.Context, in OrderLinePatch) (change.Ref, error) {
		return run.Run(ctx, change.Patch{ID: in.ID, ActionID: in.ActionID, Quantity: decimal(in.Quantity), Note: in.Note, ReasonID: in.ReasonID})
	}
}

// NewOrderGoods are added to an order.
type NewOrderGoods struct {
	ID    string         `path:"id"`
	Items []NewOrderGood `json:"items"`
}

// A NewOrderGood is a quantity of a variant.
type NewOrderGood struct {
	VariantID      string                 `json:"variant_id"`
	Quantity       float64                `json:"quantity"`
	UnitPrice      module.Opt[float64]    `json:"unit_price"`
	CompareAt      module.Opt[float64]    `json:"compare_at_unit_price"`
	Note           module.Opt[string]     `json:"internal_note" valid:"notnull"`
	AllowBackorder module.Opt[bool]       `json:"allow_backorder" valid:"notnull"`
	Metadata       module.Opt[module.Map] `json:"metadata"`
}

func adding(run *workflow.Workflow[change.Goods, change.Ref]) func(context.Context, NewOrderGoods) (change.Ref, error) {
	return func(ctx context.Context, in NewOrderGoods) (change.Ref, error) {
		out := change.Goods{ID: in.ID}
		for _, i := range in.Items {
			out.Items = append(out.Items, change.Good{VariantID: i.VariantID, Quantity: money.Float(i.Quantity), UnitPrice: decimal(i.UnitPrice), CompareAtUnitPrice: decimal(i.CompareAt),
				Note: i.Note.Ptr(), Metadata: i.Metadata.Value})
		}
		return run.Run(ctx, out)
	}
}

// An OrderGoodPatch changes how much of a variant is added, or at what price.
type OrderGoodPatch struct {
	ID        string              `path:"id"`
	ActionID  string              `path:"action_id"`
	Quantity  module.Opt[float64] `json:"quantity" valid:"notnull"`
	UnitPrice module.Opt[float64] `json:"unit_price"`
	CompareAt module.Opt[float64] `json:"compare_at_unit_price"`
	Note      module.Opt[string]  `json:"internal_note"`
}

func repricing(run *workflow.Workflow[change.Patch, change.Ref]) func(context.Context, OrderGoodPatch) (change.Ref, error) {
	return func(ctx context.Context, in OrderGoodPatch) (change.Ref, error) {
		return run.Run(ctx, change.Patch{ID: in.ID, ActionID: in.ActionID, Quantity: decimal(in.Quantity), UnitPrice: decimal(in.UnitPrice), CompareAtUnitPrice: decimal(in.CompareAt), Note: in.Note})
	}
}

// NewOrderPost chooses how something travels.
type NewOrderPost struct {
	ID          string                 `path:"id"`
	OptionID    string                 `json:"shipping_option_id"`
	Amount      module.Opt[float64]    `json:"custom_amount"`
	Description module.Opt[string]     `json:"description" valid:"notnull"`
	Note        module.Opt[string]     `json:"internal_note" valid:"notnull"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

func posting(run *workflow.Workflow[change.Post, change.Ref], inbound bool) func(context.Context, NewOrderPost) (change.Ref, error) {
	return func(ctx context.Context, in NewOrderPost) (change.Ref, error) {
		return run.Run(ctx, change.Post{ID: in.ID, OptionID: in.OptionID, Inbound: inbound, Amount: decimal(in.Amount), Note: in.Note.Ptr(), Metadata: in.Metadata.Value})
	}
}

// An OrderPostPatch changes what a shipping method costs.
type OrderPostPatch struct {
	ID       string                 `path:"id"`
	ActionID string                 `path:"action_id"`
	Amount   module.Opt[float64]    `json:"custom_amount"`
	Note     module.Opt[string]     `json:"internal_note"`
	Metadata module.Opt[module.Map] `json:"metadata"`
}

func reposting(run *workflow.Workflow[change.PostPatch, change.Ref]) func(context.Context, OrderPostPatch) (change.Ref, error) {
	return func(ctx context.Context, in OrderPostPatch) (change.Ref, error) {
		return run.Run(ctx, change.PostPatch{ID: in.ID, ActionID: in.ActionID, Note: in.Note, Metadata: in.Metadata,
			Amount: exact(in.Amount)})
	}
}

// edits routes /admin/order-edits.
func (a changeAPI) edits() []route.Route {
	const path = "/admin/order-edits"
	f, preview := a.flows.Edits, a.after("order_preview")
	return []route.Route{
		act(http.MethodPost, path, func(ctx context.Context, in OrderChangeStart) (change.Ref, error) {
			return f.Begin.Run(ctx, in.begin(ctx))
		}, a.change()),
		act(http.MethodPost, path+"/{id}/items", adding(f.Goods.Add), preview),
		act(http.MethodPost, path+"/{id}/items/{action_id}", repricing(f.Goods.Update), preview),
		act(http.MethodDelete, path+"/{id}/items/{action_id}", dropping(f.Goods.Remove), preview),
		act(http.MethodPost, path+"/{id}/items/item/{item_id}", lineChange(f.ChangeLine), preview),
		act(http.MethodPost, path+"/{id}/shipping-method", posting(f.Post.Add, false), preview),
		act(http.MethodPost, path+"/{id}/shipping-method/{action_id}", reposting(f.Post.Update), preview),
		act(http.MethodDelete, path+"/{id}/shipping-method/{action_id}", dropping(f.Post.Remove), preview),
		act(http.MethodPost, path+"/{id}/request", ending(f.Request), preview),
		act(http.MethodPost, path+"/{id}/confirm", ending(f.Confirm), a.before("order_preview", a.flows.OfKnownOrder)),
		gone(path+"/{id}", "order-edit", f.Cancel),
	}
}

// An OrderLineChange changes how much an order has of a line, or at what price.
type OrderLineChange struct {
	ID        string              `path:"id"`
	ItemID    string              `path:"item_id"`
	Quantity  float64             `json:"quantity"`
	UnitPrice module.Opt[float64] `json:"unit_price"`
	CompareAt module.Opt[float64] `json:"compare_at_unit_price"`
	Note      module.Opt[string]  `json:"internal_note"`
}

func lineChange(run *workflow.Workflow[change.Patch, change.Ref]) func(context.Context, OrderLineChange) (change.Ref, error) {
	return func(ctx context.Context, in OrderLineChange) (change.Ref, error) {
		q := money.Float(in.Quantity)
		return run.Run(ctx, change.Patch{ID: in.ID, ActionID: in.ItemID, Quantity: &q, UnitPrice: decimal(in.UnitPrice), CompareAtUnitPrice: decimal(in.CompareAt), Note: in.Note})
	}
}

// latest reads the newest detail of each line of an order, and in which versions the order has had the line.
func (a changeAPI) latest(read resource.Reader) resource.Reader {
	if read == nil {
		read = resource.Graph
	}
	return func(ctx context.Context, q *resource.Query) (resource.Rows, error) {
		ids, args, err := a.flows.Kit.Order.Histories(ctx, q.Filters)
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

// OrderOptions are the ways in which goods of an order can go.
type OrderOptions struct {
	Options []json.RawMessage `json:"shipping_options"`
}

func (a changeAPI) options(ctx context.Context, req *route.Request) (any, error) {
	raw, err := req.Query()
	if err != nil {
		return nil, err
	}
	if _, err := schema.Check(schema.ObjectOf().Strict(), raw); err != nil {
		return nil, err
	}
	offers, err := a.flows.Options.Run(ctx, req.Param("id"))
	if err != nil {
		return nil, err
	}
	short, ids := map[string]bool{}, make([]string, len(offers))
	for i, o := range offers {
		ids[i], short[o.ID] = o.ID, o.Short
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
	out := OrderOptions{make([]json.RawMessage, rows.Len())}
	for i := range out.Options {
		b := rows.AppendRow(nil, i)
		out.Options[i] = fmt.Appendf(b[:len(b)-1], `,"insufficient_inventory":%t}`, short[ids[i]])
	}
	return out, nil
}
