package adminapi

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/changeflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
)

// A TransferOrderRequest gives an order to a customer with an account, who must agree.
type TransferOrderRequest struct {
	ID          string             `path:"id"`
	CustomerID  string             `json:"customer_id"`
	Description module.Opt[string] `json:"description" valid:"notnull"`
	Note        module.Opt[string] `json:"internal_note" valid:"notnull"`
	UpdateEmail module.Opt[bool]   `json:"update_order_email" valid:"notnull"`
}

// A TransferToGuestRequest gives an order to a guest.
type TransferToGuestRequest struct {
	ID          string             `path:"id"`
	Email       string             `json:"email" valid:"email"`
	Description module.Opt[string] `json:"description" valid:"notnull"`
	Note        module.Opt[string] `json:"internal_note" valid:"notnull"`
}

// transfers routes /admin/orders/{id}/transfer.
func (a changeAPI) transfers() []route.Route {
	f := a.flows.Transfers
	order := showing("order", resource.Resource{Entity: "order", RecordKey: "order", Fields: orderDetails, NotFoundMessage: "Order id not found: %s", Prepare: shownOrder(false), Read: a.read},
		func(r changeflow.ChangeRef) string { return r.OrderID })
	return []route.Route{
		act(http.MethodPost, "/admin/orders/{id}/transfer", func(ctx context.Context, in TransferOrderRequest) (changeflow.ChangeRef, error) {
			return f.Request.Run(ctx, changeflow.TransferInput{OrderID: in.ID, CustomerID: in.CustomerID, By: actorID(ctx), Description: in.Description.Ptr(), Note: in.Note.Ptr(),
				UpdateEmail: in.UpdateEmail.Value})
		}, order),
		act(http.MethodPost, "/admin/orders/{id}/transfer/guest", func(ctx context.Context, in TransferToGuestRequest) (changeflow.ChangeRef, error) {
			return f.TransferToGuest.Run(ctx, changeflow.TransferInput{OrderID: in.ID, Email: in.Email, By: actorID(ctx), Description: in.Description.Ptr(), Note: in.Note.Ptr()})
		}, order),
		act(http.MethodPost, "/admin/orders/{id}/transfer/cancel", ending(f.Cancel), order),
	}
}
