// Package timeline shows people what has happened to runs of workflows, step by step.
package timeline

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Run is a run as programs that read JSON get it.
type Run struct {
	ID            string          `json:"id"`
	WorkflowID    string          `json:"workflow_id"`
	TransactionID string          `json:"transaction_id"`
	Version       int             `json:"version"`
	State         string          `json:"state"`
	Error         string          `json:"error,omitempty"`
	Owner         string          `json:"owner,omitempty"`
	WakeAt        *time.Time      `json:"wake_at,omitempty"`
	CancelAt      *time.Time      `json:"cancel_at,omitempty"`
	CreatedAt     time.Time       `json:"created_at"`
	UpdatedAt     time.Time       `json:"updated_at"`
	Input         json.RawMessage `json:"input"`
	Output        json.RawMessage `json:"output"`
	Steps         []Step          `json:"steps,omitempty"`
}

// A Step is a step of a Run.
type Step struct {
	Key        string          `json:"key"`
	Kind       string          `json:"kind"`
	State      string          `json:"state"`
	Attempts   int             `json:"attempts"`
	Error      string          `json:"error,omitempty"`
	UndoError  string          `json:"undo_error,omitempty"`
	StartedAt  time.Time       `json:"started_at"`
	EndedAt    *time.Time      `json:"ended_at"`
	DueAt      *time.Time      `json:"due_at,omitempty"`
	RevertedAt *time.Time      `json:"reverted_at,omitempty"`
	Output     json.RawMessage `json:"output"`
}

// FromSnapshot makes a Run of a snapshot.
func FromSnapshot(s workflow.Snapshot) Run {
	r := Run{s.ID, s.WorkflowID, s.TransactionID, s.Version, s.State, text(s.Err), s.Owner, s.WakeAt, s.CancelAt, s.CreatedAt, s.UpdatedAt, s.Input, s.Output, nil}
	for _, x := range s.Steps {
		r.Steps = append(r.Steps, Step{x.Key, x.Kind, x.State, x.Attempts, text(x.Err), text(x.UndoErr), x.StartedAt, x.EndedAt, x.DueAt, x.RevertedAt, x.Output})
	}
	return r
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Write writes a run as text: what it is, and below that a line for everything that has happened, in its order.
func Write(w io.Writer, s workflow.Snapshot) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintf(t, "Run\t%s\n", s.ID)
	fmt.Fprintf(t, "Workflow\t%s, version %d, transaction %s\n", s.WorkflowID, s.Version, s.TransactionID)
	fmt.Fprintf(t, "State\t%s\n", standing(s))
	fmt.Fprintf(t, "Began\t%s\n", s.CreatedAt.UTC().Format(db.TimeLayout))
	for _, x := range []struct {
		name string
		data json.RawMessage
	}{{"Input", s.Input}, {"Output", s.Output}} {
		if len(x.data) > 0 && string(x.data) != "null" {
			fmt.Fprintf(t, "%s\t%s\n", x.name, short(string(x.data)))
		}
	}
	if s.Err != nil {
		fmt.Fprintf(t, "Error\t%s\n", short(s.Err.Error()))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return writeLines(w, s)
}

// standing is the state of a run, and what it is waiting for.
func standing(s workflow.Snapshot) string {
	over := s.State == workflow.StateDone || s.State == workflow.StateReverted || s.State == workflow.StateFailed
	switch {
	case over:
		return fmt.Sprintf("%s after %s", s.State, took(s.CreatedAt, s.UpdatedAt))
	case s.State == workflow.StateBlocked:
		return s.State + ": it cannot go on until somebody retries or cancels it"
	case s.CancelAt != nil:
		return s.State + ", and asked to end at " + s.CancelAt.UTC().Format(db.TimeLayout)
	case s.Owner != "":
		return s.State + " in " + s.Owner
	case s.WakeAt != nil:
		return s.State + ", goes on at " + s.WakeAt.UTC().Format(db.TimeLayout)
	}
	return s.State + ", waits to be called"
}

// A line is something that has happened.
type line struct {
	at                     time.Time
	took, what, key, notes string
}

func writeLines(w io.Writer, s workflow.Snapshot) error {
	lines := lines(s.Steps)
	if len(lines) == 0 {
		_, err := fmt.Fprintln(w, "\nNo step is recorded.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprint(t, "\nAFTER\tTOOK\tWHAT\tSTEP\t\n")
	for _, l := range lines {
		after := ""
		if !l.at.IsZero() {
			after = took(s.CreatedAt, l.at)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", after, l.took, l.what, l.key, l.notes)
	}
	return t.Flush()
}

func lines(steps []workflow.StepSnapshot) (out []line) {
	for _, s := range steps {
		l := line{at: s.StartedAt, what: s.State, key: s.Key, notes: notes(s)}
		if s.EndedAt != nil {
			l.took = took(s.StartedAt, *s.EndedAt)
		}
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b line) int { return a.at.Compare(b.at) })
	var undone []line
	for _, s := range slices.Backward(steps) {
		switch {
		case s.RevertedAt != nil:
			undone = append(undone, line{at: *s.RevertedAt, what: "undone", key: s.Key})
		case s.UndoErr != nil:
			undone = append(undone, line{what: "not undone", key: s.Key, notes: short(s.UndoErr.Error())})
		}
	}
	return append(out, undone...)
}

func notes(s workflow.StepSnapshot) string {
	var list []string
	if s.Kind != "step" {
		list = append(list, s.Kind)
	}
	if s.Attempts > 1 {
		list = append(list, fmt.Sprintf("%d attempts", s.Attempts))
	}
	if s.DueAt != nil && s.EndedAt == nil {
		list = append(list, "until "+s.DueAt.UTC().Format(db.TimeLayout))
	}
	if s.Err != nil {
		list = append(list, short(s.Err.Error()))
	}
	return strings.Join(list, ", ")
}

// took is a duration as people read it.
func took(from, to time.Time) string {
	d := max(to.Sub(from), 0)
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// short keeps to one line that fits a screen.
func short(s string) string {
	s, _, more := strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 160 {
		s, more = string(r[:160]), true
	}
	if more {
		s += " …"
	}
	return s
}

// cause is why a run failed, without what went wrong after that.
func cause(err error) error {
	if c, ok := errors.AsType[*workflow.CompensationError](err); ok {
		return c.Cause
	}
	return err
}

// WriteList writes runs as a table, a line for each.
func WriteList(w io.Writer, list []workflow.Snapshot) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprint(t, "ID\tWORKFLOW\tSTATE\tBEGAN\tTRANSACTION\tERROR\n")
	for _, s := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.WorkflowID, s.State, s.CreatedAt.UTC().Format(db.TimeLayout), s.TransactionID, cmp.Or(short(text(cause(s.Err))), "-"))
	}
	return t.Flush()
}
