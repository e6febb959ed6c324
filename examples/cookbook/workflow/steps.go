// Package workflow shows workflows: what their steps can do, how they are put together, and how long ones wait for the world outside.
package workflow

import (
	"context"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Note is what the steps here leave in the database.
type Note struct {
	module.Model
	Text string `json:"text" model:"unique"`
}

// A Notebook keeps notes.
type Notebook struct{ Notes *module.Table[Note] }

// NewNotebook returns a notebook.
func NewNotebook() *Notebook { return &Notebook{module.NewTable[Note]("note", "notes")} }

// Name is who is greeted.
type Name struct {
	Name string `json:"name"`
}

// Message is what these workflows return.
type Message struct {
	Message string `json:"message"`
}

// Hello is a workflow of two steps.
func Hello() *workflow.Workflow[Name, Message] {
	return workflow.New("hello-world", func(ctx workflow.Context, in Name) (Message, error) {
		first, err := workflow.Step(ctx, "step-1", one, struct{}{})
		if err != nil {
			return Message{}, err
		}
		second, err := workflow.Step(ctx, "step-2", two, in)
		return Message{first + " " + second}, err // between steps it is plain code
	})
}

func one(context.Context, struct{}) (string, error) { return "Hello from step one!", nil }

func two(_ context.Context, in Name) (string, error) {
	return "Hello " + in.Name + " from step two!", nil
}

// Join makes one text of what two steps return: their results are ordinary values, and no step is needed to work with them.
func Join() *workflow.Workflow[Name, string] {
	return workflow.New("join", func(ctx workflow.Context, in Name) (string, error) {
		first, err := workflow.Step(ctx, "step-1", one, struct{}{})
		if err != nil {
			return "", err
		}
		second, err := workflow.Step(ctx, "step-2", two, in)
		if err != nil {
			return "", err
		}
		return strings.ToUpper(first) + " / " + second[:9], nil
	})
}

// Write saves two notes. If the second cannot be saved, the first goes, too.
func (n *Notebook) Write() *workflow.Workflow[[2]string, Note] {
	return workflow.New("write", func(ctx workflow.Context, in [2]string) (Note, error) {
		if _, err := workflow.Step(ctx, "first", n.Notes.Create, Note{Text: in[0]}, workflow.Undo(n.Notes.Remove)); err != nil {
			return Note{}, err
		}
		return workflow.Step(ctx, "second", n.Notes.Create, Note{Text: in[1]}, workflow.Undo(n.Notes.Remove))
	})
}

// Maybe runs a step only if it is asked to.
func (n *Notebook) Maybe() *workflow.Workflow[bool, string] {
	return workflow.New("maybe", func(ctx workflow.Context, active bool) (string, error) {
		text := "nothing"
		if active {
			note, err := workflow.Step(ctx, "note", n.Notes.Create, Note{Text: "active"}, workflow.Undo(n.Notes.Remove))
			if err != nil {
				return "", err
			}
			text = note.Text
		}
		return workflow.Step(ctx, "report", func(_ context.Context, text string) (string, error) { return "noted " + text, nil }, text)
	})
}

// Stubborn tries a step up to twice more when it fails, after a pause that doubles.
func Stubborn(call func(context.Context, Name) (Message, error)) *workflow.Workflow[Name, Message] {
	return workflow.New("stubborn", func(ctx workflow.Context, in Name) (Message, error) {
		return workflow.Step(ctx, "call", call, in, workflow.Retry(2, 10*time.Millisecond))
	})
}

// SideBySide runs two steps at the same time, and then one for each element of a list.
func SideBySide(price, channel func(context.Context, string) (string, error)) *workflow.Workflow[string, []string] {
	return workflow.New("side-by-side", func(ctx workflow.Context, product string) ([]string, error) {
		var prices, channels string
		err := workflow.Parallel(ctx,
			func(ctx workflow.Context) (err error) {
				prices, err = workflow.Step(ctx, "create-prices", price, product)
				return err
			},
			func(ctx workflow.Context) (err error) {
				channels, err = workflow.Step(ctx, "attach-to-channel", channel, product)
				return err
			})
		if err != nil {
			return nil, err
		}
		return workflow.ForEach(ctx, []string{prices, channels}, func(ctx workflow.Context, s string) (string, error) {
			return workflow.Step(ctx, "shout", func(_ context.Context, s string) (string, error) { return s + "!", nil }, s)
		})
	})
}

// Hasty has to be over in a while; what it did is undone if it is not.
func (n *Notebook) Hasty(limit time.Duration, work func(context.Context, string) (string, error)) *workflow.Workflow[string, string] {
	return workflow.New("hasty", func(ctx workflow.Context, in string) (string, error) {
		if _, err := workflow.Step(ctx, "note", n.Notes.Create, Note{Text: in}, workflow.Undo(n.Notes.Remove)); err != nil {
			return "", err
		}
		return workflow.Step(ctx, "work", work, in)
	}, workflow.RunTimeout(limit))
}

// Patient gives up on one step after a while, and goes on without it.
func Patient(limit time.Duration, ask func(context.Context, string) (string, error)) *workflow.Workflow[string, string] {
	return workflow.New("patient", func(ctx workflow.Context, in string) (string, error) {
		answer, err := workflow.Step(ctx, "ask", ask, in, workflow.Timeout(limit))
		if err != nil {
			return "no answer: " + err.Error(), nil
		}
		return answer, nil
	})
}
