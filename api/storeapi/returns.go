package storeapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/changeflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A CreateReturnRequest asks to send goods of an order back.
type CreateReturnRequest struct {
	OrderID    string                 `json:"order_id"`
	Items      []ReturnItemInput      `json:"items"`
	Shipping   ReturnShippingInput    `json:"return_shipping"`
	Note       module.Opt[string]     `json:"note"`
	ReceiveNow module.Opt[bool]       `json:"receive_now" valid:"notnull"`
	LocationID module.Opt[string]     `json:"location_id"`
	Metadata   module.Opt[module.Map] `json:"metadata"`
}

// A ReturnItemInput is how much of a line.
type ReturnItemInput struct {
	ID       string             `json:"id"`
	Quantity float64            `json:"quantity" valid:"min=1"`
	ReasonID module.Opt[string] `json:"reason_id"`
	Note     module.Opt[string] `json:"note"`
}

// A ReturnShippingInput is the way in which they travel.
type ReturnShippingInput struct {
	OptionID string              `json:"option_id"`
	Price    module.Opt[float64] `json:"price" valid:"notnull"`
}

const returnFields = "id order_id order_version display_id status location_id no_notification metadata requested_at received_at canceled_at created_at updated_at *items " +
	"*items.item *items.reason *shipping_methods *shipping_methods.tax_lines *shipping_methods.adjustments"

// Returns routes /store/returns.
func Returns(flows *changeflow.Flows, read resource.Reader) []route.Route {
	res := resource.Resource{
		Path: "/store/returns", Entity: "return", RecordKey: "return", Fields: returnFields, Read: read,
		Create: resource.Do(func(ctx context.Context, in CreateReturnRequest) (string, error) {
			w := changeflow.CreateReturnInput{OrderID: in.OrderID, OptionID: in.Shipping.OptionID, Note: in.Note.Ptr(), LocationID: in.LocationID.Ptr(), ReceiveNow: in.ReceiveNow.Value}
			if in.Shipping.Price.Set {
				price := money.Float(in.Shipping.Price.Value)
				w.ShippingPrice = &price
			}
			for _, i := range in.Items {
				w.Items = append(w.Items, changeflow.LineInput{ID: i.ID, Quantity: money.Float(i.Quantity), ReasonID: i.ReasonID.Ptr(), Note: i.Note.Ptr()})
			}
			done, err := flows.Returns.CreateComplete.Run(ctx, w)
			return done.ReturnID, err
		}),
	}
	return res.Routes()
}

// A RequestTransferRequest asks for an order that somebody bought without an account.
type RequestTransferRequest struct {
	ID          string             `path:"id"`
	Description module.Opt[string] `json:"description" valid:"notnull"`
	UpdateEmail module.Opt[bool]   `json:"update_order_email" valid:"notnull"`
}

// A TransferDecisionRequest accepts or declines a transfer.
type TransferDecisionRequest struct {
	ID    string `path:"id"`
	Token string `json:"token"`
}

type transferCancel struct {
	ID string `path:"id"`
}

// TransferRoutes routes /store/orders/{id}/transfer.
func TransferRoutes(flows *changeflow.Flows, read resource.Reader) []route.Route {
	f := flows.Transfers
	consent := func(run *workflow.Workflow[changeflow.TransferDecision, changeflow.ChangeRef]) *resource.Mutation {
		return resource.Do(func(ctx context.Context, in TransferDecisionRequest) (string, error) {
			_, err := run.Run(ctx, changeflow.TransferDecision{OrderID: in.ID, Token: in.Token})
			return in.ID, err
		})
	}
	open, own := orders(read, true), orders(read, true)
	open.Retrievable, own.Retrievable = false, false
	own.Options = []route.Option{route.Auth(route.Session|route.Bearer, "customer")}
	open.Actions = []resource.Action{resource.Post("/{id}/transfer/accept", consent(f.Accept)), resource.Post("/{id}/transfer/decline", consent(f.Decline))}
	own.Actions = []resource.Action{
		resource.Post("/{id}/transfer/request", resource.Do(func(ctx context.Context, in RequestTransferRequest) (string, error) {
			customer := customerID(ctx)
			_, err := f.Request.Run(ctx, changeflow.TransferInput{OrderID: in.ID, CustomerID: customer, By: customer, Description: in.Description.Ptr(), UpdateEmail: in.UpdateEmail.Value})
			return in.ID, err
		})),
		resource.Post("/{id}/transfer/cancel", resource.Do(func(ctx context.Context, in transferCancel) (string, error) {
			_, err := f.Cancel.Run(ctx, changeflow.TransitionInput{ID: in.ID, By: customerID(ctx), Customer: true})
			return in.ID, err
		})),
	}
	return append(open.Routes(), own.Routes()...)
}
