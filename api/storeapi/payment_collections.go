package storeapi

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/paymentflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A CreatePaymentCollectionRequest names the cart that is to be paid.
type CreatePaymentCollectionRequest struct {
	CartID string `json:"cart_id"`
}

// A CreatePaymentSessionRequest says at which provider a collection is to be paid.
type CreatePaymentSessionRequest struct {
	ID         string                 `path:"id"`
	ProviderID string                 `json:"provider_id"`
	Data       module.Opt[module.Map] `json:"data" valid:"notnull"`
}

const paymentExtras = "status payment_providers payment_providers.id payment_sessions.id payment_sessions.amount payment_sessions.currency_code " +
	"payment_sessions.provider_id payment_sessions.data payment_sessions.status"

// PaymentCollections routes /store/payment-collections.
func PaymentCollections(flows *paymentflow.Flows, read resource.Reader) []route.Route {
	return resource.Resource{
		Path: "/store/payment-collections", Entity: "payment_collection", RecordKey: "payment_collection", Fields: "id currency_code amount *payment_sessions",
		Allow: strings.Fields("id currency_code amount payment_sessions " + paymentExtras), NotFoundMessage: "PaymentCollection id not found: %s", Read: read,
		Create: resource.Do(func(ctx context.Context, in CreatePaymentCollectionRequest) (string, error) {
			return flows.CreateForCart.Run(ctx, in.CartID)
		}),
		Actions: []resource.Action{resource.Post("/{id}/payment-sessions", resource.Do(func(ctx context.Context, in CreatePaymentSessionRequest) (string, error) {
			d := payment.CreateSessionInput{CollectionID: in.ID, ProviderID: in.ProviderID, Data: in.Data.Value, CustomerID: customerID(ctx)}
			_, err := flows.CreateSession.Run(ctx, d)
			return in.ID, err
		}))},
	}.Routes()
}

// PaymentProviders routes /store/payment-providers: those of a region.
func PaymentProviders(read resource.Reader) []route.Route {
	return resource.Resource{
		Path: "/store/payment-providers", Entity: "payment_provider", RecordKey: "payment_provider", ListKey: "payment_providers", Limit: 20, Fields: "id is_enabled",
		Allow: []string{"id", "is_enabled"}, Filters: resource.Filters{{Name: "region_id", Schema: schema.String()}}, NoLogicalFilters: true, Read: read,
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
