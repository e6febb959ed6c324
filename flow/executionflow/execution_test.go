package executionflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/flow/executionflow"
	"github.com/gorgon-commerce/gorgon/internal/proctest"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/execution"
	"github.com/gorgon-commerce/gorgon/workflow"
	"github.com/gorgon-commerce/gorgon/workflow/workflowtest"
)

func echo(_ context.Context, s string) (string, error) { return s, nil }

func forget(context.Context, string) error { return nil }

// importing is like the import of products: it prepares, waits for a confirmation, and goes on.
func importing(ctx workflow.Context, in string) (string, error) {
	if _, err := workflow.Step(ctx, "normalize", echo, in, workflow.Undo(forget)); err != nil {
		return "", err
	}
	workflow.SetReply(ctx, "summary")
	if _, err := workflow.Await[any](ctx, "confirm", time.Hour); err != nil {
		return "", err
	}
	if in == "boom" {
		return workflow.Step(ctx, "import", func(context.Context, string) (string, error) { return "", errors.New("boom") }, in)
	}
	return workflow.Step(ctx, "import", echo, in)
}

type shown struct {
	State string `json:"state"`
	Steps map[string]struct {
		Invoke     states `json:"invoke"`
		Compensate states `json:"compensate"`
		Attempts   int    `json:"attempts"`
	} `json:"steps"`
	HasWaitingSteps bool `json:"hasWaitingSteps"`
	HasAsyncSteps   bool `json:"hasAsyncSteps"`
}

type states struct{ State, Status string }

const confirm, last = "_root.normalize.confirm", "_root.normalize.confirm.import"

// 39: the admin sees a run as Medusa would show it.
func TestDocuments(t *testing.T) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		m := execution.New()
		moduletest.Open(t, d, m.Tables())
		outline := workflow.DeclareSteps(workflow.DeclaredStep{Name: "normalize", Compensated: true}, workflow.DeclaredStep{Name: "confirm", Async: true, Timeout: time.Hour}, workflow.DeclaredStep{Name: "import"})
		kept, gone := workflow.New("kept", importing, outline, workflow.Retention(time.Hour)), workflow.New("gone", importing, outline)
		e := workflowtest.Bind(t, d, kept, gone)
		e.Poll = 10 * time.Millisecond
		(&executionflow.RunMirror{Executions: m}).Attach(e)
		defer proctest.Background(t, e.Run)()
		read := func(id string) (shown, bool) {
			list, err := m.Executions.List(t.Context(), module.Filter{"id": id})
			if err != nil {
				t.Fatal(err)
			}
			var s shown
			if len(list) == 1 {
				if err := json.Unmarshal(list[0].Execution, &s); err != nil {
					t.Fatal(err)
				}
			}
			return s, len(list) == 1
		}
		begin := func(w *workflow.Workflow[string, string], in string) *workflow.SuspendedError {
			_, err := w.Run(t.Context(), in)
			s, ok := errors.AsType[*workflow.SuspendedError](err)
			if !ok || s.Reply != "summary" || s.TransactionID == "" {
				t.Fatal(err)
			}
			return s
		}
		finish := func(w *workflow.Workflow[string, string], s *workflow.SuspendedError, failure error) {
			if err := e.CompleteStep(t.Context(), w.Name(), s.TransactionID, "confirm", nil, failure); err != nil {
				t.Fatal(err)
			}
			_, _ = w.Wait(t.Context(), s.RunID)
		}

		s := begin(kept, "x")
		got, ok := read(s.RunID)
		if !ok || got.State != "invoking" || !got.HasWaitingSteps || !got.HasAsyncSteps || got.Steps["_root.normalize"].Invoke != (states{"done", "ok"}) ||
			got.Steps[confirm].Invoke != (states{"invoking", "waiting_response"}) || got.Steps[last].Invoke != (states{"not_started", "idle"}) {
			t.Errorf("waiting: %+v", got)
		}
		finish(kept, s, nil)
		if got, ok = read(s.RunID); !ok || got.State != "done" || got.HasWaitingSteps || got.Steps[last].Invoke != (states{"done", "ok"}) ||
			got.Steps[last].Compensate != (states{"dormant", "idle"}) {
			t.Errorf("done: %+v", got)
		}
		s = begin(kept, "boom")
		finish(kept, s, nil)
		if got, _ = read(s.RunID); got.State != "reverted" || got.Steps[last].Invoke != (states{"failed", "permanent_failure"}) ||
			got.Steps["_root.normalize"].Compensate != (states{"reverted", "ok"}) || got.Steps[last].Compensate != (states{"reverted", "idle"}) {
			t.Errorf("reverted: %+v", got)
		}
		s = begin(gone, "x")
		if _, ok = read(s.RunID); !ok {
			t.Error("a run that waits is not shown")
		}
		finish(gone, s, errors.New("refused"))
		if got, ok = read(s.RunID); ok {
			t.Errorf("a run that is over and not kept is shown: %+v", got)
		}
	})
}
