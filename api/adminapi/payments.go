package adminapi

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/paymentflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
)

// A CapturePaymentRequest takes a part of a payment, or all that is left.
type CapturePaymentRequest struct {
	ID     string              `path:"id"`
	Amount module.Opt[float64] `json:"amount" valid:"above=0,notnull"`
}

// A RefundPaymentRequest gives a part of a payment back, or all.
type RefundPaymentRequest struct {
	ID       string              `path:"id"`
	Amount   module.Opt[float64] `json:"amount" valid:"above=0,notnull"`
	ReasonID module.Opt[string]  `json:"refund_reason_id" valid:"notnull"`
	Note     module.Opt[string]  `json:"note" valid:"notnull"`
}

// A CreateOrderCollectionRequest is an amount of an order that is to be paid.
type CreateOrderCollectionRequest struct {
	OrderID string  `json:"order_id"`
	Amount  float64 `json:"amount"`
}

// A MarkAsPaidRequest says that a collection was paid by other means.
type MarkAsPaidRequest struct {
	ID         string             `path:"id"`
	OrderID    string             `json:"order_id"`
	ProviderID module.Opt[string] `json:"provider_id" valid:"notnull"`
}

// A CreateOrderSessionRequest begins a try to pay a collection of an order.
type CreateOrderSessionRequest struct {
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
func Payments(flows *paymentflow.Flows, read resource.Reader) []route.Route {
	capture := func(ctx context.Context, in CapturePaymentRequest) (string, error) {
		return flows.Capture.Run(ctx, paymentflow.CaptureInput{PaymentID: in.ID, Amount: decimal(in.Amount), By: actorID(ctx)})
	}
	refund := func(ctx context.Context, in RefundPaymentRequest) (string, error) {
		return flows.Refund.Run(ctx, paymentflow.RefundInput{PaymentID: in.ID, Amount: decimal(in.Amount), By: actorID(ctx), Note: in.Note.Ptr(), ReasonID: in.ReasonID.Ptr()})
	}
	providers := resource.Resource{
		Path: "/admin/payments/payment-providers", Entity: "payment_provider", RecordKey: "payment_provider", ListKey: "payment_providers", Limit: 20, Fields: "id is_enabled",
		Filters: resource.Filters{{Name: "id", Schema: resource.TextOrList}, {Name: "is_enabled", Schema: resource.Flag}}, Read: read,
	}
	payments := resource.Resource{
		Path: "/admin/payments", Entity: "payment", RecordKey: "payment", ListKey: "payments", Limit: 20, Retrievable: true, Read: read,
		Fields: "id currency_code amount captured_at payment_collection_id payment_session_id captures.id captures.amount refunds.id refunds.amount " +
			"refunds.note refunds.payment_id refunds.refund_reason_id refunds.refund_reason.label refunds.refund_reason.code",
		Filters: resource.Filters{{Name: "q", Schema: resource.Text}, {Name: "id", Schema: resource.TextOrList}, {Name: "payment_session_id", Schema: resource.TextOrList},
			{Name: "created_at", Schema: resource.Dates}, {Name: "updated_at", Schema: resource.Dates}, {Name: "deleted_at", Schema: resource.Dates}},
		NotFoundMessage: "Payment with id: %s was not found",
		Actions:         []resource.Action{resource.Post("/{id}/capture", resource.Do(capture))},
	}
	refunds := payments
	refunds.ListKey, refunds.Retrievable, refunds.UpdateNotFoundMessage = "", false, "Payment id not found: %s"
	refunds.Actions = []resource.Action{resource.Post("/{id}/refund", resource.Do(refund))}
	return slices.Concat(providers.Routes(), payments.Routes(), refunds.Routes())
}

// PaymentCollections routes /admin/payment-collections.
func PaymentCollections(flows *paymentflow.Flows, read resource.Reader) []route.Route {
	create := func(ctx context.Context, in CreateOrderCollectionRequest) (string, error) {
		amount := money.Float(in.Amount)
		return flows.CreateForOrder.Run(ctx, paymentflow.CreateCollectionInput{OrderID: in.OrderID, Amount: &amount})
	}
	paid := func(ctx context.Context, in MarkAsPaidRequest) (string, error) {
		return flows.MarkAsPaid.Run(ctx, paymentflow.MarkAsPaidInput{CollectionID: in.ID, OrderID: in.OrderID, By: actorID(ctx)})
	}
	session := func(ctx context.Context, in CreateOrderSessionRequest) (string, error) {
		_, err := flows.CreateSession.Run(ctx, payment.CreateSessionInput{CollectionID: in.ID, ProviderID: in.ProviderID, Data: in.Data.Value})
		return in.ID, err
	}
	return resource.Resource{
		Path: "/admin/payment-collections", Entity: "payment_collection", RecordKey: "payment_collection", DeletedObject: "payment-collection", Read: read,
		Fields:          "id currency_code amount status authorized_amount captured_amount refunded_amount *payment_sessions *payments",
		NotFoundMessage: "PaymentCollection id not found: %s",
		Create:          resource.Do(create),
		Delete: func(ctx context.Context, id string) error {
			_, err := flows.Delete.Run(ctx, id)
			return err
		},
		Actions: []resource.Action{resource.Post("/{id}/mark-as-paid", resource.Do(paid)), resource.Post("/{id}/payment-sessions", resource.Do(session))},
	}.Routes()
}
