package changeflow

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
const TransferRequested = event.Topic[TransferRequestedData]("order.transfer_requested")

// TransferRequestedData is the data of TransferRequested.
type TransferRequestedData struct {
	ID            string `json:"id"`
	OrderChangeID string `json:"order_change_id"`
}

// A TransferInput gives an order to another customer: one with an account, or, by Email, a guest.
type TransferInput struct {
	OrderID, CustomerID, Email, By string
	Description, Note              *string
	UpdateEmail                    bool
}

// A TransferDecision accepts or declines a transfer, with the token that the order's buyer was sent.
type TransferDecision struct{ OrderID, Token string }

// Transfers are the workflows of the transfers of orders.
type Transfers struct {
	Request         *workflow.Workflow[TransferInput, ChangeRef]
	TransferToGuest *workflow.Workflow[TransferInput, ChangeRef]
	Accept          *workflow.Workflow[TransferDecision, ChangeRef]
	Decline         *workflow.Workflow[TransferDecision, ChangeRef]
	Cancel          *workflow.Workflow[TransitionInput, ChangeRef] // a customer must have asked for it
}

func (k *Deps) transfers() Transfers {
	return Transfers{
		Request:         workflow.New("request-order-transfer-workflow", k.requestTransfer, workflow.Atomic()),
		TransferToGuest: singleStep("transfer-order-to-guest-workflow", k.transferToGuest),
		Accept:          singleStep("accept-order-transfer-workflow", k.acceptTransfer),
		Decline:         singleStep("decline-transfer-order-request", k.declineTransfer),
		Cancel:          singleStep("cancel-transfer-order-request", k.cancelTransfer),
	}
}

func (t *Transfers) list() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{t.Request, t.TransferToGuest, t.Accept, t.Decline, t.Cancel}
}

func (k *Deps) requestTransfer(ctx workflow.Context, in TransferInput) (ChangeRef, error) {
	r, err := workflow.Step(ctx, "create-order-change", k.requestTransferTo, in)
	if err != nil {
		return r, err
	}
	return r, workflow.Emit(ctx, TransferRequested, TransferRequestedData{r.OrderID, r.ChangeID})
}

// requestTransferTo notes that somebody with an account wants to have an order.
func (k *Deps) requestTransferTo(ctx context.Context, in TransferInput) (ChangeRef, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return ChangeRef{}, err
	}
	customers, err := k.Cart.Customer.Customers.List(ctx, module.Filter{"id": in.CustomerID})
	switch {
	case err != nil:
		return ChangeRef{}, err
	case len(customers) == 0:
		return ChangeRef{}, fault.New(fault.NotFound, "Customer id not found: %s", in.CustomerID)
	case !customers[0].HasAccount:
		return ChangeRef{}, fault.New(fault.Invalid, "Cannot transfer order: %s to a guest customer account: %s", o.ID, text(customers[0].Email))
	case text(o.CustomerID) == customers[0].ID:
		return ChangeRef{}, fault.New(fault.Invalid, "Order: %s already belongs to customer: %s", o.ID, customers[0].ID)
	}
	now, kind := db.Now(), order.ChangeTypeTransfer
	c, err := k.Order.BeginChange(ctx, o, order.Change{ChangeType: &kind, Status: order.ChangeStatusRequested, Description: in.Description, InternalNote: in.Note,
		CreatedBy: ref(in.By), RequestedBy: ref(in.By), RequestedAt: &now})
	if err != nil {
		return ChangeRef{}, err
	}
	details := module.Map{"token": uuid.NewString(), "original_email": o.Email}
	if in.UpdateEmail {
		details["new_email"] = customers[0].Email
	}
	return ChangeRef{OrderID: o.ID, ChangeID: c.ID}, k.Order.AddActions(ctx, c, transferAction(&customers[0], details))
}

func transferAction(to *customer.Customer, details module.Map) order.ChangeAction {
	reference := "customer"
	return order.ChangeAction{Action: order.ActionCustomerTransfer, Reference: &reference, ReferenceID: &to.ID, Details: details}
}

// transferToGuest gives an order to whoever has an e-mail address, at once.
func (k *Deps) transferToGuest(ctx context.Context, in TransferInput) (ChangeRef, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return ChangeRef{}, err
	}
	list, err := k.Cart.Customer.Customers.List(ctx, module.Filter{"email": in.Email, "has_account": true})
	if err != nil {
		return ChangeRef{}, err
	}
	if len(list) > 0 {
		return ChangeRef{}, fault.New(fault.Invalid, "Cannot transfer order: %s to registered customer account: %s. Only guest customers are allowed.", o.ID, in.Email)
	}
	guest, err := k.Cart.Customer.FindOrCreateGuest(ctx, in.Email)
	if err != nil {
		return ChangeRef{}, err
	}
	kind := order.ChangeTypeTransfer
	c, err := k.Order.BeginChange(ctx, o, order.Change{ChangeType: &kind, Description: in.Description, InternalNote: in.Note, CreatedBy: ref(in.By)})
	if err != nil {
		return ChangeRef{}, err
	}
	if err := k.Order.AddActions(ctx, c, transferAction(&guest, module.Map{"original_email": o.Email, "new_email": in.Email})); err != nil {
		return ChangeRef{}, err
	}
	return k.confirmTransfer(ctx, o, c, in.By)
}

// confirmTransfer confirms a transfer.
func (k *Deps) confirmTransfer(ctx context.Context, o *order.Order, c *order.Change, by string) (ChangeRef, error) {
	set := module.Set{}
	for i := range c.Actions {
		a := &c.Actions[i]
		if a.Action != order.ActionCustomerTransfer {
			continue
		}
		set["customer_id"] = *a.ReferenceID
		if v := a.TextDetail("new_email"); v != "" {
			set["email"] = v
		}
	}
	p, err := k.Order.PreviewOf(ctx, o, c)
	if err != nil {
		return ChangeRef{}, err
	}
	return ChangeRef{OrderID: o.ID, ChangeID: c.ID}, k.Order.ConfirmChange(ctx, p, by, set)
}

// pendingTransfer finds the transfer of an order that is asked for, and checks the token.
func (k *Deps) pendingTransfer(ctx context.Context, in TransferDecision) (*order.Order, *order.Change, error) {
	o, err := k.load(ctx, in.OrderID)
	if err != nil {
		return nil, nil, err
	}
	c, err := k.Order.ActiveChange(ctx, o.ID)
	if err != nil {
		return nil, nil, err
	}
	if c == nil || text(c.ChangeType) != order.ChangeTypeTransfer {
		return nil, nil, fault.New(fault.Invalid, "Order %s does not have an order transfer request.", o.ID)
	}
	for i := range c.Actions {
		if t := c.Actions[i].TextDetail("token"); t != "" && subtle.ConstantTimeCompare([]byte(t), []byte(in.Token)) == 1 {
			return o, c, nil
		}
	}
	return nil, nil, fault.New(fault.NotAllowed, "Invalid token.")
}

func (k *Deps) acceptTransfer(ctx context.Context, in TransferDecision) (ChangeRef, error) {
	o, c, err := k.pendingTransfer(ctx, in)
	if err != nil {
		return ChangeRef{}, err
	}
	return k.confirmTransfer(ctx, o, c, "")
}

func (k *Deps) declineTransfer(ctx context.Context, in TransferDecision) (ChangeRef, error) {
	o, c, err := k.pendingTransfer(ctx, in)
	if err != nil {
		return ChangeRef{}, err
	}
	_, err = k.Order.Changes.Update(ctx, module.Filter{"id": c.ID}, module.Set{"status": order.ChangeStatusDeclined, "declined_at": db.Now()})
	return ChangeRef{OrderID: o.ID, ChangeID: c.ID}, err
}

func (k *Deps) cancelTransfer(ctx context.Context, in TransitionInput) (ChangeRef, error) {
	o, err := k.load(ctx, in.ID)
	if err != nil {
		return ChangeRef{}, err
	}
	c, err := k.Order.ActiveChange(ctx, o.ID)
	if err != nil {
		return ChangeRef{}, err
	}
	if c == nil || text(c.ChangeType) != order.ChangeTypeTransfer {
		return ChangeRef{}, fault.New(fault.Invalid, "An active Order Change is required to proceed")
	}
	if in.Customer && text(c.CreatedBy) != in.By {
		return ChangeRef{}, fault.New(fault.NotAllowed, "This customer is not allowed to cancel the transfer.")
	}
	return ChangeRef{OrderID: o.ID}, k.Order.DeleteChange(ctx, c)
}
