package storeapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/checkoutflow"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// Orders routes /store/orders: one's own, and any by its id, which is a secret.
func Orders(read resource.Reader) []route.Route {
	ownOrders := resource.Resource{
		Path: "/store/orders", Entity: "order", RecordKey: "order", ListKey: "orders", Limit: 50,
		Fields: orderListFields, Allow: orderAllowed(true), Order: "-created_at",
		Filters: resource.Filters{{Name: "id", Schema: resource.TextOrList}, {Name: "status", Schema: resource.TextOrList}},
		Read:    read, Options: []route.Option{route.Auth(route.Session|route.Bearer, "customer")},
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["customer_id"], q.Filters["is_draft_order"] = customerID(ctx), false
			q.Fields = resource.OrderListFields(q.Fields)
			return nil
		},
	}
	return append(ownOrders.Routes(), orders(read, true).Routes()...)
}

func orders(read resource.Reader, statuses bool) resource.Resource {
	return resource.Resource{
		Path: "/store/orders", Entity: "order", RecordKey: "order", Retrievable: true, Fields: orderFields, Allow: orderAllowed(false),
		NotFoundMessage: "Order id not found: %s", Read: read,
		Prepare: func(_ context.Context, q *resource.Query) error {
			q.Fields = resource.OrderFields(q.Fields, statuses)
			return nil
		},
	}
}

// Checkout routes the completion of carts. An answer shows the order, or, where the payment did not go through, the cart and why.
func Checkout(flows *checkoutflow.Flows, read resource.Reader) []route.Route {
	order := orders(read, false)
	cart := resource.Resource{Path: "/store/carts", Entity: "cart", RecordKey: "cart", Fields: CartFields, Read: read}
	complete := func(ctx context.Context, req *route.Request) (any, error) {
		id := req.Param("id")
		orderID, err := flows.Complete.Run(ctx, id)
		switch fault.KindOf(err) {
		case fault.PaymentFailed, fault.PaymentPending:
			rows, read := cart.Retrieve(ctx, route.RequestFromContext(ctx), id)
			if read != nil {
				return nil, read
			}
			return unpaid{rows, err}, nil
		}
		if err != nil {
			return nil, err
		}
		rows, err := order.Retrieve(ctx, req, orderID)
		if err != nil {
			return nil, err
		}
		return placed{rows}, nil
	}
	return []route.Route{route.Func(http.MethodPost, "/store/carts/{id}/complete", complete, route.InputSchemas(nil, schema.Unknown()))}
}

// placed is {"type": "order", "order": {…}}.
type placed struct{ rows resource.Rows }

func (p placed) AppendJSON(b []byte) []byte {
	return append(p.rows.AppendRow(append(b, `{"type":"order","order":`...), 0), '}')
}

// unpaid is {"type": "cart", "cart": {…}, "error": {…}}.
type unpaid struct {
	rows resource.Rows
	err  error
}

func (u unpaid) AppendJSON(b []byte) []byte {
	b = u.rows.AppendRow(append(b, `{"type":"cart","cart":`...), 0)
	kind := "payment_authorization_error"
	if fault.KindOf(u.err) == fault.PaymentPending {
		kind = "payment_requires_more_error"
	}
	message, _ := json.Marshal(map[string]string{"message": fault.Message(u.err), "name": "Error", "type": kind}) // strings
	return append(append(append(b, `,"error":`...), message...), '}')
}
