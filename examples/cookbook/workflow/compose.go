package workflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Diary notes what happens in a shop.
type Diary struct {
	*Notebook
	shop *commerce.Shop

	Launch  *workflow.Workflow[string, Note]
	Entry   *workflow.Workflow[event.ID, Note]
	Noted   workflow.Hook[Note] // told of each note, before the run is over
	Written *workflow.Workflow[Message, Note]
}

// NewDiary returns the diary of a shop.
func NewDiary(shop *commerce.Shop) *Diary {
	d := &Diary{Notebook: NewNotebook(), shop: shop}
	d.Entry = workflow.New("entry", d.entry)
	d.Launch = workflow.New("launch", d.launch, workflow.Atomic()) // one transaction, with all that it runs
	d.Written = workflow.New("written", d.written)
	shop.ProductFlows.ProductsCreated.Handle(d.created)
	return d
}

// Plugin runs workflows from a route, a subscriber and a job.
func (d *Diary) Plugin() gorgon.Plugin {
	return gorgon.Plugin{
		Name:          "diary",
		Tables:        []module.Entity{d.Notes},
		Workflows:     []workflow.AnyWorkflow{d.Entry, d.Launch, d.Written},
		Routes:        []route.Route{route.Post("/notes", d.Written.Run)},
		Subscriptions: []event.Subscription{event.On(productflow.Created, d.Entry.Do)},
		Jobs:          []job.Job{job.Cron("good-morning", "0 6 * * *", d.Written.Task(Message{"good morning"}))},
	}
}

// entry notes that a product was made.
func (d *Diary) entry(ctx workflow.Context, product event.ID) (Note, error) {
	return workflow.Step(ctx, "note", d.Notes.Create, Note{Text: "made " + product.ID}, workflow.Undo(d.Notes.Remove))
}

// written notes any text, and lets others do more about it.
func (d *Diary) written(ctx workflow.Context, in Message) (Note, error) {
	note, err := workflow.Step(ctx, "note", d.Notes.Create, Note{Text: in.Message}, workflow.Undo(d.Notes.Remove))
	if err != nil {
		return Note{}, err
	}
	return note, d.Noted.Run(ctx, note)
}

// launch makes a product by the shop's workflow, and notes it. Both are done, or neither is.
func (d *Diary) launch(ctx workflow.Context, title string) (Note, error) {
	draft := productflow.CreateProductInput{Title: title, Options: []productflow.OptionInput{{Title: module.Some("Size"), Values: module.Some([]string{"S"})}}}
	if _, err := d.shop.ProductFlows.Create.Run(ctx, productflow.CreateProductsInput{Products: []productflow.CreateProductInput{draft}}); err != nil {
		return Note{}, err
	}
	return workflow.Step(ctx, "note", d.Notes.Create, Note{Text: "launched " + title}, workflow.Undo(d.Notes.Remove))
}

// created is told by the shop's own workflow of new products, while they are made: what it does is undone with them.
func (d *Diary) created(ctx workflow.Context, input productflow.Products) error {
	_, err := workflow.ForEach(ctx, input.Products, func(ctx workflow.Context, p product.Product) (Note, error) {
		return workflow.Step(ctx, "note", d.Notes.Create, Note{Text: "new: " + p.Title}, workflow.Undo(d.Notes.Remove))
	})
	return err
}

// Refuse makes the hook of the diary fail for one text.
func (d *Diary) Refuse(text string, cause error) {
	d.Noted.Handle(func(ctx workflow.Context, n Note) error {
		_, err := workflow.Step(ctx, "check", func(_ context.Context, n Note) (bool, error) {
			if n.Text == text {
				return false, cause
			}
			return true, nil
		}, n)
		return err
	})
}
