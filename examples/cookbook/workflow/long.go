package workflow

import (
	"context"
	"errors"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/notification"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/query"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Desk has texts approved before they become notes, which may take days.
type Desk struct {
	*Notebook
	shop    *commerce.Shop
	Approve *workflow.Workflow[Message, Note]
	Confirm *workflow.Workflow[string, []notification.Notification]
}

// NewDesk returns the desk of a shop.
func NewDesk(shop *commerce.Shop) *Desk {
	d := &Desk{Notebook: NewNotebook(), shop: shop}
	d.Approve = workflow.New("approve", d.approve)
	d.Confirm = workflow.New("send-order-confirmation", d.confirm)
	return d
}

// Plugin lists what the desk adds to its shop.
func (d *Desk) Plugin() gorgon.Plugin {
	return gorgon.Plugin{
		Name:      "desk",
		Tables:    []module.Entity{d.Notes},
		Workflows: []workflow.AnyWorkflow{d.Approve, d.Confirm},
		Routes: []route.Route{
			route.Post("/drafts", d.begin),
			route.Post("/drafts/{run}/success", d.success),
			route.Post("/drafts/{run}/failure", d.failure),
			route.Get("/drafts/{run}", d.result),
		},
	}
}

// approve saves a draft and waits for somebody's word. The run gives up its goroutine meanwhile, and goes on in whatever process is there.
func (d *Desk) approve(ctx workflow.Context, in Message) (Note, error) {
	draft, err := workflow.Step(ctx, "draft", d.Notes.Create, Note{Text: "draft: " + in.Message}, workflow.Undo(d.Notes.Remove))
	if err != nil {
		return Note{}, err
	}
	by, err := workflow.Await[string](ctx, "approval", 7*24*time.Hour)
	if err != nil {
		return Note{}, err // the draft is undone
	}
	return workflow.Step(ctx, "publish", func(ctx context.Context, text string) (Note, error) {
		return d.Notes.UpdateOne(ctx, draft.ID, module.Set{"text": text})
	}, in.Message+", says "+by)
}

// A Run names a run.
type Run struct {
	ID string `json:"id" path:"run"`
}

// begin starts a run in the background and tells its id.
func (d *Desk) begin(ctx context.Context, in Message) (Run, error) {
	id, err := d.Approve.Start(ctx, in)
	return Run{id}, err
}

// success gives a run what it waits for.
func (d *Desk) success(ctx context.Context, in struct {
	Run string `path:"run"`
	By  string `json:"by"`
}) (Run, error) {
	return Run{in.Run}, d.Approve.Signal(ctx, in.Run, "approval", in.By)
}

// failure makes the step fail that a run waits in.
func (d *Desk) failure(ctx context.Context, in struct {
	Run string `path:"run"`
	Why string `json:"why"`
}) (Run, error) {
	return Run{in.Run}, d.Approve.SignalError(ctx, in.Run, "approval", fault.New(fault.NotAllowed, "%s", in.Why))
}

// result waits a moment for the end of a run, and answers its result.
func (d *Desk) result(ctx context.Context, in Run) (Note, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	note, err := d.Approve.Wait(ctx, in.ID)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fault.New(fault.Unavailable, "It is not decided yet")
	}
	return note, err
}

// Watch tells of each step of a run that begins or ends from now on, and at last of its end, until ctx ends.
func (d *Desk) Watch(ctx context.Context, run string) (<-chan workflow.RunChange, error) {
	engine := gorgon.FromContext(ctx).Engine()
	s, err := engine.Snapshot(ctx, run)
	if err != nil {
		return nil, err
	}
	return engine.Watch(ctx, s.WorkflowID, s.TransactionID)
}

// An Order is what a confirmation tells of an order.
type Order struct {
	ID       string
	Email    string
	Currency string        `json:"currency_code"`
	Total    money.Decimal `json:"total"`
	Items    []struct {
		Title    string
		Quantity money.Decimal
	}
}

// confirm reads an order in one step and sends a mail about it in another.
func (d *Desk) confirm(ctx workflow.Context, id string) ([]notification.Notification, error) {
	order, err := workflow.Step(ctx, "get-order", d.order, id)
	if err != nil {
		return nil, err
	}
	template := "order-placed"
	return workflow.Step(ctx, "send-notification", d.shop.Notification.CreateAndSend, []notification.Notification{{
		To: order.Email, Channel: "email", Template: &template, Data: module.Map{"order": order},
	}}, workflow.External())
}

func (d *Desk) order(ctx context.Context, id string) (Order, error) {
	return query.One[Order](ctx, query.From("order"), query.ID(id))
}
