package admin

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/change"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
)

const (
	returnFields = "id order_id exchange_id claim_id display_id location_id order_version status metadata no_notification refund_amount created_by created_at updated_at " +
		"canceled_at requested_at received_at"
	claimFields    = "id type order_id return_id display_id order_version refund_amount created_by created_at updated_at canceled_at"
	exchangeFields = "id order_id return_id display_id order_version created_by created_at updated_at canceled_at"
)

// itemized adds to the items of a return, claim or exchange that are read whole what comes with them.
func itemized(_ context.Context, q *resource.Query) error {
	for _, name := range []string{"items", "return.items", "claim_items", "additional_items"} {
		if !slices.Contains(q.Fields, name+".*") {
			continue
		}
		q.Fields = append(q.Fields, name+".item.id", name+".detail.*")
		if strings.HasSuffix("."+name, ".items") {
			q.Fields = append(q.Fields, name+".reason.*", name+".reason.parent_return_reason.id")
		}
	}
	if slices.Contains(q.Fields, "shipping_methods.*") {
		q.Fields = append(q.Fields, "shipping_methods.detail.*", "shipping_methods.adjustments.*")
	}
	return nil
}

// swapFilters are those of lists of returns, claims and exchanges.
func swapFilters(own ...resource.Filter) resource.Filters {
	return times(append([]resource.Filter{text("q"), list("id"), list("order_id")}, own...)...)
}

func (a changeAPI) returnResource() resource.Resource {
	return resource.Resource{Path: "/admin/returns", Entity: "return", One: "return", Many: "returns", Limit: 15, Fields: returnFields, Missing: "Return id not found: %s",
		Filters: swapFilters(list("status")), Prepare: itemized, Read: a.read}
}

// itemWise is a resource of one record, with its items.
func itemWise(r resource.Resource, items string) resource.Resource {
	r.Many, r.Singular, r.Fields = "", true, r.Fields+" "+items
	return r
}

// A ReturnPatch changes a return.
type ReturnPatch struct {
	ID             string                 `path:"id" json:"-"`
	LocationID     module.Opt[string]     `json:"location_id" valid:"notnull"`
	NoNotification module.Opt[bool]       `json:"no_notification" valid:"notnull"`
	Metadata       module.Opt[module.Map] `json:"metadata"`
}

// A ReturnReceipt begins to take in what comes back.
type ReturnReceipt struct {
	ID          string                 `path:"id"`
	Description module.Opt[string]     `json:"description" valid:"notnull"`
	Note        module.Opt[string]     `json:"internal_note" valid:"notnull"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

// returns routes /admin/returns.
func (a changeAPI) returns() []route.Route {
	const path = "/admin/returns"
	many := a.returnResource()
	one := itemWise(many, "*items")
	f, preview, shown := a.flows.Returns, a.after("order_preview"), showing("return", one, func(r change.Ref) string { return r.ReturnID })
	out := append(many.Routes(), one.Routes()...)
	out = append(out,
		act(http.MethodPost, path, func(ctx context.Context, in OrderChangeStart) (change.Ref, error) {
			return f.Begin.Run(ctx, in.begin(ctx))
		}, a.begun(), shown),
		act(http.MethodPost, path+"/{id}", func(ctx context.Context, in ReturnPatch) (change.Ref, error) {
			return f.Update.Run(ctx, change.ReturnPatch{ID: in.ID, Set: module.SetOf(in)})
		}, preview, shown),
		act(http.MethodPost, path+"/{id}/shipping-method", posting(f.Post.Add, true), preview, shown),
		act(http.MethodPost, path+"/{id}/shipping-method/{action_id}", reposting(f.Post.Update), preview, shown),
		act(http.MethodDelete, path+"/{id}/shipping-method/{action_id}", dropping(f.Post.Remove), preview, shown),
		act(http.MethodPost, path+"/{id}/request", ending(f.Confirm), a.before("order_preview", a.flows.OfReturn), shown),
		gone(path+"/{id}/request", "return", f.Abandon),
		act(http.MethodPost, path+"/{id}/receive", func(ctx context.Context, in ReturnReceipt) (change.Ref, error) {
			return f.BeginReceive.Run(ctx, change.Begin{OrderID: in.ID, By: actorID(ctx), Description: in.Description.Ptr(), Note: in.Note.Ptr()})
		}, a.begun(), shown),
		gone(path+"/{id}/receive", "return", f.AbandonBack),
		act(http.MethodPost, path+"/{id}/receive/confirm", ending(f.Received), preview, shown),
		act(http.MethodPost, path+"/{id}/cancel", ending(f.Cancel), shown),
	)
	for name, lines := range map[string]change.LineActions{"request-items": f.Request, "receive-items": f.Receive, "dismiss-items": f.Dismiss} {
		out = append(out,
			act(http.MethodPost, path+"/{id}/"+name, lining(lines.Add), preview, shown),
			act(http.MethodPost, path+"/{id}/"+name+"/{action_id}", patching(lines.Update), preview, shown),
			act(http.MethodDelete, path+"/{id}/"+name+"/{action_id}", dropping(lines.Remove), preview, shown))
	}
	return out
}

// A ClaimStart begins a claim.
type ClaimStart struct {
	Type        string                 `json:"type" valid:"enum=refund|replace"`
	OrderID     string                 `json:"order_id"`
	Description module.Opt[string]     `json:"description" valid:"notnull"`
	Note        module.Opt[string]     `json:"internal_note" valid:"notnull"`
	ReasonID    module.Opt[string]     `json:"reason_id" valid:"notnull"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

// ClaimedLines are lines that something was wrong with.
type ClaimedLines struct {
	ID    string        `path:"id"`
	Items []ClaimedLine `json:"items"`
}

// A ClaimedLine is how much of a line, and what was wrong.
type ClaimedLine struct {
	ID          string                 `json:"id"`
	Quantity    float64                `json:"quantity"`
	Reason      module.Opt[string]     `json:"reason" valid:"enum=missing_item|wrong_item|production_failure|other,notnull"`
	Description module.Opt[string]     `json:"description" valid:"notnull"`
	Note        module.Opt[string]     `json:"internal_note" valid:"notnull"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

// claims routes /admin/claims.
func (a changeAPI) claims() []route.Route {
	const path = "/admin/claims"
	many := resource.Resource{Path: path, Entity: "order_claim", One: "claim", Many: "claims", Limit: 15, Fields: claimFields, Filters: swapFilters(), Prepare: itemized, Read: a.read}
	f := a.flows.Claims
	s := swapAPI{changeAPI: a, path: path, flows: f, many: many, one: itemWise(many, "*additional_items *claim_items"), key: func(r change.Ref) string { return r.ClaimID }, find: a.flows.OfClaim}
	shown := showing("claim", s.one, s.key)
	preview := a.after("order_preview")
	return append(s.routes(),
		act(http.MethodPost, path, func(ctx context.Context, in ClaimStart) (change.Ref, error) {
			return f.Begin.Run(ctx, change.Begin{OrderID: in.OrderID, Type: in.Type, By: actorID(ctx), Description: in.Description.Ptr(), Note: in.Note.Ptr(), Metadata: in.Metadata.Value})
		}, a.begun(), shown),
		act(http.MethodPost, path+"/{id}/claim-items", func(ctx context.Context, in ClaimedLines) (change.Ref, error) {
			out := change.Lines{ID: in.ID}
			for _, i := range in.Items {
				out.Items = append(out.Items, change.Line{ID: i.ID, Quantity: money.Float(i.Quantity), Reason: i.Reason.Ptr(), Note: i.Note.Ptr(), Metadata: i.Metadata.Value})
			}
			return f.Claimed.Add.Run(ctx, out)
		}, preview, shown),
		act(http.MethodPost, path+"/{id}/claim-items/{action_id}", patching(f.Claimed.Update), preview, shown),
		act(http.MethodDelete, path+"/{id}/claim-items/{action_id}", dropping(f.Claimed.Remove), preview, shown),
	)
}

// exchanges routes /admin/exchanges.
func (a changeAPI) exchanges() []route.Route {
	const path = "/admin/exchanges"
	many := resource.Resource{Path: path, Entity: "order_exchange", One: "exchange", Many: "exchanges", Limit: 15, Fields: exchangeFields, Filters: swapFilters(), Prepare: itemized, Read: a.read}
	f := a.flows.Exchanges
	s := swapAPI{changeAPI: a, path: path, flows: f, many: many, one: itemWise(many, "*additional_items"), key: func(r change.Ref) string { return r.ExchangeID }, find: a.flows.OfExchange}
	return append(s.routes(), act(http.MethodPost, path, func(ctx context.Context, in OrderChangeStart) (change.Ref, error) {
		return f.Begin.Run(ctx, in.begin(ctx))
	}, a.begun(), showing("exchange", s.one, s.key)))
}

// A swapAPI is what the routes of claims and exchanges have in common.
type swapAPI struct {
	changeAPI
	path      string
	flows     change.Swaps
	many, one resource.Resource
	key       func(change.Ref) string
	find      func(ctx context.Context, id string) (change.Ref, error)
}

// returnOf finds the return of a claim or exchange.
func (s swapAPI) returnOf(ctx context.Context, id string) (string, error) {
	r, err := s.find(ctx, id)
	if err == nil && r.ReturnID == "" {
		err = fault.New(fault.NotFound, "The %s %s has no return", s.one.One, id)
	}
	return r.ReturnID, err
}

func (s swapAPI) patchReturn(ctx context.Context, in OrderLinePatch) (out change.Ref, err error) {
	if in.ID, err = s.returnOf(ctx, in.ID); err != nil {
		return out, err
	}
	return patching(s.changeAPI.flows.Returns.Request.Update)(ctx, in)
}

func (s swapAPI) dropReturn(ctx context.Context, in OrderChangeDrop) (out change.Ref, err error) {
	if in.ID, err = s.returnOf(ctx, in.ID); err != nil {
		return out, err
	}
	return dropping(s.changeAPI.flows.Returns.Request.Remove)(ctx, in)
}

func (s swapAPI) routes() []route.Route {
	f := s.flows
	preview, shown := s.after("order_preview"), showing(s.one.One, s.one, s.key)
	returned := showing("return", itemWise(s.returnResource(), "*items"), func(r change.Ref) string { return r.ReturnID })
	in, out := s.path+"/{id}/inbound", s.path+"/{id}/outbound"
	return append(append(s.many.Routes(), s.one.Routes()...),
		act(http.MethodPost, in+"/items", lining(f.Inbound), preview, returned),
		act(http.MethodPost, in+"/items/{action_id}", s.patchReturn, preview, returned),
		act(http.MethodDelete, in+"/items/{action_id}", s.dropReturn, preview, returned),
		act(http.MethodPost, in+"/shipping-method", posting(f.Post.Add, true), preview, returned),
		act(http.MethodPost, in+"/shipping-method/{action_id}", reposting(f.Post.Update), preview, shown),
		act(http.MethodDelete, in+"/shipping-method/{action_id}", dropping(f.Post.Remove), preview, returned),
		act(http.MethodPost, out+"/items", adding(f.Outbound.Add), preview, shown),
		act(http.MethodPost, out+"/items/{action_id}", repricing(f.Outbound.Update), preview, shown),
		act(http.MethodDelete, out+"/items/{action_id}", dropping(f.Outbound.Remove), preview, shown),
		act(http.MethodPost, out+"/shipping-method", posting(f.Post.Add, false), preview, shown),
		act(http.MethodPost, out+"/shipping-method/{action_id}", reposting(f.Post.Update), preview, shown),
		act(http.MethodDelete, out+"/shipping-method/{action_id}", dropping(f.Post.Remove), preview, shown),
		act(http.MethodPost, s.path+"/{id}/request", ending(f.Confirm), s.before("order_preview", s.find), shown, returned),
		gone(s.path+"/{id}/request", s.one.One, f.Abandon),
		act(http.MethodPost, s.path+"/{id}/cancel", ending(f.Cancel), shown),
	)
}
