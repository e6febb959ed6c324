package store

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/checkout"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// Orders routes /store/orders: one's own, and any by its id, which is a secret.
func Orders(read resource.Reader) []route.Route {
	mine := resource.Resource{
		Path: "/store/orders", Entity: "order", One: "order", Many: "orders", Limit: 50,
		Fields: orderListFields, Allow: orderAllowed(true), Order: "-created_at",
		Filters: resource.Filters{{Name: "id", Kind: resource.TextOrList}, {Name: "status", Kind: resource.TextOrList}},
		Read:    read, Options: []route.Option{route.Auth(route.Session|route.Bearer, "customer")},
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["customer_id"], q.Filters["is_draft_order"] = customerID(ctx), false
			q.Fields = resource.OrderListFields(q.Fields)
			return nil
		},
	}
	return append(mine.Routes(), orders(read, true).Routes()...)
}

func orders(read resource.Reader, statuses bool) resource.Resource {
	return resource.Resource{
		Path: "/store/orders", Entity: "order", One: "order", Singular: true, Fields: orderFields, Allow: orderAllowed(false),
		Missing: "Order id not found: %s", Read: read,
		Prepare: func(_ context.Context, q *resource.Query) error {
			q.Fields = resource.OrderFields(q.Fields, statuses)
			return nil
		},
	}
}

// Checkout routes the completion of carts. An answer shows the order, or, where the payment did not go through, the cart and why.
func Checkout(flows *checkout.Flows, read resource.Reader) []route.Route {
	order := orders(read, false)
	cart := resource.Resource{Path: "/store/carts", Entity: "cart", One: "cart", Fields: CartFields, Read: read}
	complete := func(ctx context.Context, req *route.Request) (any, error) {
		id := req.Param("id")
		made, err := flows.Complete.Run(ctx, id)
		switch fault.KindOf(err) {
		case fault.PaymentFailed, fault.PaymentPending:
			rows, read := cart.Show(ctx, route.From(ctx), id)
			if read != nil {
				return nil, read
			}
			return unpaid{rows, err}, nil
		}
		if err != nil {
			return nil, err
		}
		rows, err := order.Show(ctx, req, made)
		if err != nil {
			return nil, err
		}
		return placed{rows}, nil
	}
	return []route.Route{route.Func(http.MethodPost, "/store/carts/{id}/complete", complete, route.Describe(nil, schema.Unknown()))}
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
	why, _ := json.Marshal(map[string]string{"message": fault.Message(u.err), "name": "Error", "type": kind}) // strings
	return append(append(append(b, `,"error":`...), why...), '}')
}
