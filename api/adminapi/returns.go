package adminapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/changeflow"
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
	return resource.Resource{Path: "/admin/returns", Entity: "return", RecordKey: "return", ListKey: "returns", Limit: 15, Fields: returnFields, NotFoundMessage: "Return id not found: %s",
		Filters: swapFilters(list("status")), Prepare: itemized, Read: a.read}
}

// itemWise is a resource of one record, with its items.
func itemWise(r resource.Resource, items string) resource.Resource {
	r.ListKey, r.Retrievable, r.Fields = "", true, r.Fields+" "+items
	return r
}

// A UpdateReturnRequest changes a return.
type UpdateReturnRequest struct {
	ID             string                 `path:"id" json:"-"`
	LocationID     module.Opt[string]     `json:"location_id" valid:"notnull"`
	NoNotification module.Opt[bool]       `json:"no_notification" valid:"notnull"`
	Metadata       module.Opt[module.Map] `json:"metadata"`
}

// A BeginReceiveRequest begins to take in what comes back.
type BeginReceiveRequest struct {
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
	f, preview, shown := a.flows.Returns, a.after("order_preview"), showing("return", one, func(r changeflow.ChangeRef) string { return r.ReturnID })
	out := append(many.Routes(), one.Routes()...)
	out = append(out,
		act(http.MethodPost, path, func(ctx context.Context, in BeginChangeRequest) (changeflow.ChangeRef, error) {
			return f.Begin.Run(ctx, in.begin(ctx))
		}, a.begun(), shown),
		act(http.MethodPost, path+"/{id}", func(ctx context.Context, in UpdateReturnRequest) (changeflow.ChangeRef, error) {
			return f.Update.Run(ctx, changeflow.UpdateReturnInput{ID: in.ID, Set: module.SetFrom(in)})
		}, preview, shown),
		act(http.MethodPost, path+"/{id}/shipping-method", posting(f.Shipping.Add, true), preview, shown),
		act(http.MethodPost, path+"/{id}/shipping-method/{action_id}", reposting(f.Shipping.Update), preview, shown),
		act(http.MethodDelete, path+"/{id}/shipping-method/{action_id}", dropping(f.Shipping.Remove), preview, shown),
		act(http.MethodPost, path+"/{id}/request", ending(f.Confirm), a.before("order_preview", a.flows.FindReturn), shown),
		gone(path+"/{id}/request", "return", f.CancelRequest),
		act(http.MethodPost, path+"/{id}/receive", func(ctx context.Context, in BeginReceiveRequest) (changeflow.ChangeRef, error) {
			return f.BeginReceive.Run(ctx, changeflow.BeginInput{OrderID: in.ID, CreatedBy: actorID(ctx), Description: in.Description.Ptr(), Note: in.Note.Ptr()})
		}, a.begun(), shown),
		gone(path+"/{id}/receive", "return", f.CancelReceive),
		act(http.MethodPost, path+"/{id}/receive/confirm", ending(f.ConfirmReceive), preview, shown),
		act(http.MethodPost, path+"/{id}/cancel", ending(f.Cancel), shown),
	)
	for name, lines := range map[string]changeflow.LineActions{"request-items": f.Request, "receive-items": f.Receive, "dismiss-items": f.Dismiss} {
		out = append(out,
			act(http.MethodPost, path+"/{id}/"+name, lining(lines.Add), preview, shown),
			act(http.MethodPost, path+"/{id}/"+name+"/{action_id}", patching(lines.Update), preview, shown),
			act(http.MethodDelete, path+"/{id}/"+name+"/{action_id}", dropping(lines.Remove), preview, shown))
	}
	return out
}

// A BeginClaimRequest begins a claim.
type BeginClaimRequest struct {
	Type        string                 `json:"type" valid:"enum=refund|replace"`
	OrderID     string                 `json:"order_id"`
	Description module.Opt[string]     `json:"description" valid:"notnull"`
	Note        module.Opt[string]     `json:"internal_note" valid:"notnull"`
	ReasonID    module.Opt[string]     `json:"reason_id" valid:"notnull"`
	Metadata    module.Opt[module.Map] `json:"metadata"`
}

// AddClaimItemsRequest are lines that something was wrong with.
type AddClaimItemsRequest struct {
	ID    string             `path:"id"`
	Items []ClaimItemRequest `json:"items"`
}

// A ClaimItemRequest is how much of a line, and what was wrong.
type ClaimItemRequest struct {
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
	many := resource.Resource{Path: path, Entity: "order_claim", RecordKey: "claim", ListKey: "claims", Limit: 15, Fields: claimFields, Filters: swapFilters(), Prepare: itemized, Read: a.read}
	f := a.flows.Claims
	s := swapAPI{changeAPI: a, path: path, flows: f, many: many, one: itemWise(many, "*additional_items *claim_items"), key: func(r changeflow.ChangeRef) string { return r.ClaimID }, find: a.flows.FindClaim}
	shown := showing("claim", s.one, s.key)
	preview := a.after("order_preview")
	return append(s.routes(),
		act(http.MethodPost, path, func(ctx context.Context, in BeginClaimRequest) (changeflow.ChangeRef, error) {
			return f.Begin.Run(ctx, changeflow.BeginInput{OrderID: in.OrderID, Type: in.Type, CreatedBy: actorID(ctx), Description: in.Description.Ptr(), Note: in.Note.Ptr(), Metadata: in.Metadata.Value})
		}, a.begun(), shown),
		act(http.MethodPost, path+"/{id}/claim-items", func(ctx context.Context, in AddClaimItemsRequest) (changeflow.ChangeRef, error) {
			out := changeflow.LinesInput{ID: in.ID}
			for _, i := range in.Items {
				out.Items = append(out.Items, changeflow.LineInput{ID: i.ID, Quantity: money.Float(i.Quantity), Reason: i.Reason.Ptr(), Note: i.Note.Ptr(), Metadata: i.Metadata.Value})
			}
			return f.ClaimItems.Add.Run(ctx, out)
		}, preview, shown),
		act(http.MethodPost, path+"/{id}/claim-items/{action_id}", patching(f.ClaimItems.Update), preview, shown),
		act(http.MethodDelete, path+"/{id}/claim-items/{action_id}", dropping(f.ClaimItems.Remove), preview, shown),
	)
}

// exchanges routes /admin/exchanges.
func (a changeAPI) exchanges() []route.Route {
	const path = "/admin/exchanges"
	many := resource.Resource{Path: path, Entity: "order_exchange", RecordKey: "exchange", ListKey: "exchanges", Limit: 15, Fields: exchangeFields, Filters: swapFilters(), Prepare: itemized, Read: a.read}
	f := a.flows.Exchanges
	s := swapAPI{changeAPI: a, path: path, flows: f, many: many, one: itemWise(many, "*additional_items"), key: func(r changeflow.ChangeRef) string { return r.ExchangeID }, find: a.flows.FindExchange}
	return append(s.routes(), act(http.MethodPost, path, func(ctx context.Context, in BeginChangeRequest) (changeflow.ChangeRef, error) {
		return f.Begin.Run(ctx, in.begin(ctx))
	}, a.begun(), showing("exchange", s.one, s.key)))
}

// A swapAPI is what the routes of claims and exchanges have in common.
type swapAPI struct {
	changeAPI
	path      string
	flows     changeflow.ReplacementFlows
	many, one resource.Resource
	key       func(changeflow.ChangeRef) string
	find      func(ctx context.Context, id string) (changeflow.ChangeRef, error)
}

// returnOf finds the return of a claim or exchange.
func (s swapAPI) returnOf(ctx context.Context, id string) (string, error) {
	r, err := s.find(ctx, id)
	if err == nil && r.ReturnID == "" {
		err = fault.New(fault.NotFound, "The %s %s has no return", s.one.RecordKey, id)
	}
	return r.ReturnID, err
}

func (s swapAPI) patchReturn(ctx context.Context, in UpdateOrderLineRequest) (out changeflow.ChangeRef, err error) {
	if in.ID, err = s.returnOf(ctx, in.ID); err != nil {
		return out, err
	}
	return patching(s.changeAPI.flows.Returns.Request.Update)(ctx, in)
}

func (s swapAPI) dropReturn(ctx context.Context, in RemoveChangeActionRequest) (out changeflow.ChangeRef, err error) {
	if in.ID, err = s.returnOf(ctx, in.ID); err != nil {
		return out, err
	}
	return dropping(s.changeAPI.flows.Returns.Request.Remove)(ctx, in)
}

func (s swapAPI) routes() []route.Route {
	f := s.flows
	preview, shown := s.after("order_preview"), showing(s.one.RecordKey, s.one, s.key)
	returned := showing("return", itemWise(s.returnResource(), "*items"), func(r changeflow.ChangeRef) string { return r.ReturnID })
	in, out := s.path+"/{id}/inbound", s.path+"/{id}/outbound"
	return append(append(s.many.Routes(), s.one.Routes()...),
		act(http.MethodPost, in+"/items", lining(f.Inbound), preview, returned),
		act(http.MethodPost, in+"/items/{action_id}", s.patchReturn, preview, returned),
		act(http.MethodDelete, in+"/items/{action_id}", s.dropReturn, preview, returned),
		act(http.MethodPost, in+"/shipping-method", posting(f.Shipping.Add, true), preview, returned),
		act(http.MethodPost, in+"/shipping-method/{action_id}", reposting(f.Shipping.Update), preview, shown),
		act(http.MethodDelete, in+"/shipping-method/{action_id}", dropping(f.Shipping.Remove), preview, returned),
		act(http.MethodPost, out+"/items", adding(f.Outbound.Add), preview, shown),
		act(http.MethodPost, out+"/items/{action_id}", repricing(f.Outbound.Update), preview, shown),
		act(http.MethodDelete, out+"/items/{action_id}", dropping(f.Outbound.Remove), preview, shown),
		act(http.MethodPost, out+"/shipping-method", posting(f.Shipping.Add, false), preview, shown),
		act(http.MethodPost, out+"/shipping-method/{action_id}", reposting(f.Shipping.Update), preview, shown),
		act(http.MethodDelete, out+"/shipping-method/{action_id}", dropping(f.Shipping.Remove), preview, shown),
		act(http.MethodPost, s.path+"/{id}/request", ending(f.Confirm), s.before("order_preview", s.find), shown, returned),
		gone(s.path+"/{id}/request", s.one.RecordKey, f.CancelBegin),
		act(http.MethodPost, s.path+"/{id}/cancel", ending(f.Cancel), shown),
	)
}
