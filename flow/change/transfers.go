package change

import (
	"context"
	"crypto/subtle"

	"github.com/google/uuid"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// TransferRequested is told of orders that somebody wants to have.
const TransferRequested = event.Topic[Requested]("order.transfer_requested")

// Requested is the data of TransferRequested.
type Requested struct {
	ID            string `json:"id"`
	OrderChangeID string `json:"order_change_id"`
}

// A Transfer gives an order to another customer: one with an account, or, by Email, a guest.
type Transfer struct {
	OrderID, CustomerID, Email, By string
	Description, Note              *string
	UpdateEmail                    bool
}

// A Consent accepts or declines a transfer, with the token that the order's buyer was sent.
type Consent struct{ OrderID, Token string }

// Transfers are the workflows of the transfers of orders.
type Transfers struct {
	Request *workflow.Workflow[Transfer, Ref]
	Guest   *workflow.Workflow[Transfer, Ref]
	Accept  *workflow.Workflow[Consent, Ref]
	Decline *workflow.Workflow[Consent, Ref]
	Cancel  *workflow.Workflow[End, Ref] // a customer must have asked for it
}

func (k *Kit) transfers() Transfers {
	return Transfers{
		Request: workflow.New("request-order-transfer-workflow", k.requestTransfer, workflow.Atomic()),
		Guest:   single("transfer-order-to-guest-workflow", k.transferToGuest),
		Accept:  single("accept-order-transfer-workflow", k.acceptTransfer),
		Decline: single("decline-transfer-order-request", k.declineTransfer),
		Cancel:  single("cancel-transfer-order-request", k.cancelTransfer),
	}
}

func (t *Transfers) list() []workflow.Any {
	return []workflow.Any{t.Request, t.Guest, t.Accept, t.Decline, t.Cancel}
}

func (k *Kit) requestTransfer(ctx workflow.Context, in Transfer) (Ref, error) {
	r, err := workflow.Step(ctx, "create-order-change", k.wantOrder, in)
	if err != nil {
		return r, err
	}
	return r, workflow.Emit(ctx, TransferRequested, Requested{r.OrderID, r.ChangeID})
}

// wantOrder notes that somebody with an account wants to have an order.
func (k *Kit) wantOrder(ctx context.Context, in Transfer) (Ref, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return Ref{}, err
	}
	who, err := k.Cart.Customer.Customers.List(ctx, module.Filter{"id": in.CustomerID})
	switch {
	case err != nil:
		return Ref{}, err
	case len(who) == 0:
		return Ref{}, fault.New(fault.NotFound, "Customer id not found: %s", in.CustomerID)
	case !who[0].HasAccount:
		return Ref{}, fault.New(fault.Invalid, "Cannot transfer order: %s to a guest customer account: %s", o.ID, text(who[0].Email))
	case text(o.CustomerID) == who[0].ID:
		return Ref{}, fault.New(fault.Invalid, "Order: %s already belongs to customer: %s", o.ID, who[0].ID)
	}
	now, kind := db.Now(), order.Transferring
	c, err := k.Order.Begin(ctx, o, order.Change{ChangeType: &kind, Status: order.ChangeRequested, Description: in.Description, InternalNote: in.Note,
		CreatedBy: ref(in.By), RequestedBy: ref(in.By), RequestedAt: &now})
	if err != nil {
		return Ref{}, err
	}
	details := module.Map{"token": uuid.NewString(), "original_email": o.Email}
	if in.UpdateEmail {
		details["new_email"] = who[0].Email
	}
	return Ref{OrderID: o.ID, ChangeID: c.ID}, k.Order.AddActions(ctx, c, passOn(&who[0], details))
}

func passOn(to *customer.Customer, details module.Map) order.Action {
	what := "customer"
	return order.Action{Action: order.CustomerTransfer, Reference: &what, ReferenceID: &to.ID, Details: details}
}

// transferToGuest gives an order to whoever has an e-mail address, at once.
func (k *Kit) transferToGuest(ctx context.Context, in Transfer) (Ref, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return Ref{}, err
	}
	list, err := k.Cart.Customer.Customers.List(ctx, module.Filter{"email": in.Email, "has_account": true})
	if err != nil {
		return Ref{}, err
	}
	if len(list) > 0 {
		return Ref{}, fault.New(fault.Invalid, "Cannot transfer order: %s to registered customer account: %s. Only guest customers are allowed.", o.ID, in.Email)
	}
	guest, err := k.Cart.Customer.Guest(ctx, in.Email)
	if err != nil {
		return Ref{}, err
	}
	kind := order.Transferring
	c, err := k.Order.Begin(ctx, o, order.Change{ChangeType: &kind, Description: in.Description, InternalNote: in.Note, CreatedBy: ref(in.By)})
	if err != nil {
		return Ref{}, err
	}
	if err := k.Order.AddActions(ctx, c, passOn(&guest, module.Map{"original_email": o.Email, "new_email": in.Email})); err != nil {
		return Ref{}, err
	}
	return k.handOver(ctx, o, c, in.By)
}

// handOver confirms a transfer.
func (k *Kit) handOver(ctx context.Context, o *order.Order, c *order.Change, by string) (Ref, error) {
	set := module.Set{}
	for i := range c.Actions {
		a := &c.Actions[i]
		if a.Action != order.CustomerTransfer {
			continue
		}
		set["customer_id"] = *a.ReferenceID
		if v := a.Text("new_email"); v != "" {
			set["email"] = v
		}
	}
	p, err := k.Order.PreviewOf(ctx, o, c)
	if err != nil {
		return Ref{}, err
	}
	return Ref{OrderID: o.ID, ChangeID: c.ID}, k.Order.Confirm(ctx, p, by, set)
}

// wanted finds the transfer of an order that is asked for, and checks the token.
func (k *Kit) wanted(ctx context.Context, in Consent) (*order.Order, *order.Change, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return nil, nil, err
	}
	c, err := k.Order.Active(ctx, o.ID)
	if err != nil {
		return nil, nil, err
	}
	if c == nil || text(c.ChangeType) != order.Transferring {
		return nil, nil, fault.New(fault.Invalid, "Order %s does not have an order transfer request.", o.ID)
	}
	for i := range c.Actions {
		if t := c.Actions[i].Text("token"); t != "" && subtle.ConstantTimeCompare([]byte(t), []byte(in.Token)) == 1 {
			return o, c, nil
		}
	}
	return nil, nil, fault.New(fault.NotAllowed, "Invalid token.")
}

func (k *Kit) acceptTransfer(ctx context.Context, in Consent) (Ref, error) {
	o, c, err := k.wanted(ctx, in)
	if err != nil {
		return Ref{}, err
	}
	return k.handOver(ctx, o, c, "")
}

func (k *Kit) declineTransfer(ctx context.Context, in Consent) (Ref, error) {
	o, c, err := k.wanted(ctx, in)
	if err != nil {
		return Ref{}, err
	}
	_, err = k.Order.Changes.Update(ctx, module.Filter{"id": c.ID}, module.Set{"status": order.ChangeDeclined, "declined_at": db.Now()})
	return Ref{OrderID: o.ID, ChangeID: c.ID}, err
}

func (k *Kit) cancelTransfer(ctx context.Context, in End) (Ref, error) {
	o, err := k.load(ctx, in.ID)
	if err != nil {
		return Ref{}, err
	}
	c, err := k.Order.Active(ctx, o.ID)
	if err != nil {
		return Ref{}, err
	}
	if c == nil || text(c.ChangeType) != order.Transferring {
		return Ref{}, fault.New(fault.Invalid, "An active Order Change is required to proceed")
	}
	if in.Customer && text(c.CreatedBy) != in.By {
		return Ref{}, fault.New(fault.NotAllowed, "This customer is not allowed to cancel the transfer.")
	}
	return Ref{OrderID: o.ID}, k.Order.Abandon(ctx, c)
}
