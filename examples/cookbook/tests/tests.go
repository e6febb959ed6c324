// Package tests shows how a route, a workflow and a module are tested. What is tested stands here, the tests beside it.
package tests

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Note is something to remember.
type Note struct {
	module.Model
	Text string `json:"text"`
}

// Notes is a module that knows of no shop.
type Notes struct {
	*module.Table[Note]
}

// NewNotes returns a module without notes.
func NewNotes() Notes { return Notes{module.NewTable[Note]("note", "notes")} }

// Message is what is said about all notes.
func (n Notes) Message(ctx context.Context) (string, error) {
	count, err := n.Count(ctx, nil)
	if err != nil || count > 0 {
		return "There is something to remember", err
	}
	return "Hello, World!", nil
}

// Remember is a workflow over the module: it notes and counts, or does neither.
func (n Notes) Remember() *workflow.Workflow[string, int] {
	return workflow.New("remember", func(ctx workflow.Context, text string) (int, error) {
		_, err := workflow.Step(ctx, "note", n.Create, Note{Text: text}, workflow.Undo(n.Remove))
		if err != nil {
			return 0, err
		}
		return workflow.Step(ctx, "count", n.Count, nil)
	})
}

// Plugin adds notes to a shop.
func Plugin(*commerce.Shop) gorgon.Plugin {
	n := NewNotes()
	return gorgon.Plugin{Name: "notes", Tables: []module.Entity{n}, Routes: []route.Route{route.Get("/custom", n.show)}}
}

func (n Notes) show(ctx context.Context, _ struct{}) (out struct {
	Message string `json:"message"`
}, err error) {
	out.Message, err = n.Message(ctx)
	return out, err
}
