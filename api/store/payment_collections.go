package store

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/payment"
	"github.com/gorgon-commerce/gorgon/module"
	payments "github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A NewPaymentCollection names the cart that is to be paid.
type NewPaymentCollection struct {
	CartID string `json:"cart_id"`
}

// A NewPaymentSession says at which provider a collection is to be paid.
type NewPaymentSession struct {
	ID         string                 `path:"id"`
	ProviderID string                 `json:"provider_id"`
	Data       module.Opt[module.Map] `json:"data" valid:"notnull"`
}

const paymentExtras = "status payment_providers payment_providers.id payment_sessions.id payment_sessions.amount payment_sessions.currency_code " +
	"payment_sessions.provider_id payment_sessions.data payment_sessions.status"

// PaymentCollections routes /store/payment-collections.
func PaymentCollections(flows *payment.Flows, read resource.Reader) []route.Route {
	return resource.Resource{
		Path: "/store/payment-collections", Entity: "payment_collection", One: "payment_collection", Fields: "id currency_code amount *payment_sessions",
		Allow: strings.Fields("id currency_code amount payment_sessions " + paymentExtras), Missing: "PaymentCollection id not found: %s", Read: read,
		Create: resource.Do(func(ctx context.Context, in NewPaymentCollection) (string, error) {
			return flows.CreateForCart.Run(ctx, in.CartID)
		}),
		Actions: []resource.Action{resource.Post("/{id}/payment-sessions", resource.Do(func(ctx context.Context, in NewPaymentSession) (string, error) {
			d := payments.SessionDraft{CollectionID: in.ID, ProviderID: in.ProviderID, Data: in.Data.Value, CustomerID: customerID(ctx)}
			_, err := flows.CreateSession.Run(ctx, d)
			return in.ID, err
		}))},
	}.Routes()
}

// PaymentProviders routes /store/payment-providers: those of a region.
func PaymentProviders(read resource.Reader) []route.Route {
	return resource.Resource{
		Path: "/store/payment-providers", Entity: "payment_provider", One: "payment_provider", Many: "payment_providers", Limit: 20, Fields: "id is_enabled",
		Allow: []string{"id", "is_enabled"}, Filters: resource.Filters{{Name: "region_id", Kind: schema.String()}}, Plain: true, Read: read,
		Prepare: func(_ context.Context, q *resource.Query) error {
			region, _ := q.Filters["region_id"].(string)
			if region == "" {
				return fault.New(fault.NotAllowed, "You must provide the region_id to list payment providers")
			}
			delete(q.Filters, "region_id")
			q.Filters["regions"] = map[string]any{"id": region}
			return nil
		},
	}.Routes()
}
