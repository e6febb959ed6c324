package admin

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/payment"
	"github.com/gorgon-commerce/gorgon/module"
	payments "github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
)

// A PaymentCapture takes a part of a payment, or all that is left.
type PaymentCapture struct {
	ID     string              `path:"id"`
	Amount module.Opt[float64] `json:"amount" valid:"above=0,notnull"`
}

// A PaymentRefund gives a part of a payment back, or all.
type PaymentRefund struct {
	ID       string              `path:"id"`
	Amount   module.Opt[float64] `json:"amount" valid:"above=0,notnull"`
	ReasonID module.Opt[string]  `json:"refund_reason_id" valid:"notnull"`
	Note     module.Opt[string]  `json:"note" valid:"notnull"`
}

// An OrderDebt is an amount of an order that is to be paid.
type OrderDebt struct {
	OrderID string  `json:"order_id"`
	Amount  float64 `json:"amount"`
}

// A PaidOtherwise says that a collection was paid by other means.
type PaidOtherwise struct {
	ID         string             `path:"id"`
	OrderID    string             `json:"order_id"`
	ProviderID module.Opt[string] `json:"provider_id" valid:"notnull"`
}

// An OrderSession begins a try to pay a collection of an order.
type OrderSession struct {
	ID         string                 `path:"id"`
	ProviderID string                 `json:"provider_id"`
	Data       module.Opt[module.Map] `json:"data" valid:"notnull"`
}

func decimal(o module.Opt[float64]) *money.Decimal {
	if !o.Set || o.Null {
		return nil
	}
	v := money.Float(o.Value)
	return &v
}

// Payments routes /admin/payments.
func Payments(flows *payment.Flows, read resource.Reader) []route.Route {
	capture := func(ctx context.Context, in PaymentCapture) (string, error) {
		return flows.Capture.Run(ctx, payment.Capture{PaymentID: in.ID, Amount: decimal(in.Amount), By: actorID(ctx)})
	}
	refund := func(ctx context.Context, in PaymentRefund) (string, error) {
		return flows.Refund.Run(ctx, payment.Refund{PaymentID: in.ID, Amount: decimal(in.Amount), By: actorID(ctx), Note: in.Note.Ptr(), ReasonID: in.ReasonID.Ptr()})
	}
	providers := resource.Resource{
		Path: "/admin/payments/payment-providers", Entity: "payment_provider", One: "payment_provider", Many: "payment_providers", Limit: 20, Fields: "id is_enabled",
		Filters: resource.Filters{{Name: "id", Kind: resource.TextOrList}, {Name: "is_enabled", Kind: resource.Flag}}, Read: read,
	}
	payments := resource.Resource{
		Path: "/admin/payments", Entity: "payment", One: "payment", Many: "payments", Limit: 20, Singular: true, Read: read,
		Fields: "id currency_code amount captured_at payment_collection_id payment_session_id captures.id captures.amount refunds.id refunds.amount " +
			"refunds.note refunds.payment_id refunds.refund_reason_id refunds.refund_reason.label refunds.refund_reason.code",
		Filters: resource.Filters{{Name: "q", Kind: resource.Text}, {Name: "id", Kind: resource.TextOrList}, {Name: "payment_session_id", Kind: resource.TextOrList},
			{Name: "created_at", Kind: resource.Dates}, {Name: "updated_at", Kind: resource.Dates}, {Name: "deleted_at", Kind: resource.Dates}},
		Missing: "Payment with id: %s was not found",
		Actions: []resource.Action{resource.Post("/{id}/capture", resource.Do(capture))},
	}
	refunds := payments
	refunds.Many, refunds.Singular, refunds.MissingUpdate = "", false, "Payment id not found: %s"
	refunds.Actions = []resource.Action{resource.Post("/{id}/refund", resource.Do(refund))}
	return slices.Concat(providers.Routes(), payments.Routes(), refunds.Routes())
}

// PaymentCollections routes /admin/payment-collections.
func PaymentCollections(flows *payment.Flows, read resource.Reader) []route.Route {
	create := func(ctx context.Context, in OrderDebt) (string, error) {
		amount := money.Float(in.Amount)
		return flows.CreateForOrder.Run(ctx, payment.Debt{OrderID: in.OrderID, Amount: &amount})
	}
	paid := func(ctx context.Context, in PaidOtherwise) (string, error) {
		return flows.MarkPaid.Run(ctx, payment.Payoff{CollectionID: in.ID, OrderID: in.OrderID, By: actorID(ctx)})
	}
	session := func(ctx context.Context, in OrderSession) (string, error) {
		_, err := flows.CreateSession.Run(ctx, payments.SessionDraft{CollectionID: in.ID, ProviderID: in.ProviderID, Data: in.Data.Value})
		return in.ID, err
	}
	return resource.Resource{
		Path: "/admin/payment-collections", Entity: "payment_collection", One: "payment_collection", Object: "payment-collection", Read: read,
		Fields:  "id currency_code amount status authorized_amount captured_amount refunded_amount *payment_sessions *payments",
		Missing: "PaymentCollection id not found: %s",
		Create:  resource.Do(create),
		Delete: func(ctx context.Context, id string) error {
			_, err := flows.Delete.Run(ctx, id)
			return err
		},
		Actions: []resource.Action{resource.Post("/{id}/mark-as-paid", resource.Do(paid)), resource.Post("/{id}/payment-sessions", resource.Do(session))},
	}.Routes()
}
