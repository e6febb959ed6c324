package adminapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/route/routetest"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A story is what workflows of the tests do: they prepare, wait to be told how to go on if they are to, and end as they are asked.
type story struct {
	Wait    bool          `json:"wait"`
	Skip    bool          `json:"skip"`
	Fail    bool          `json:"fail"`
	Stuck   bool          `json:"stuck"` // what was prepared cannot be undone
	Timeout time.Duration `json:"timeout"`
}

func prepare(_ context.Context, s story) (story, error) { return s, nil }

func unprepare(_ context.Context, s story) error {
	if s.Stuck {
		return errors.New("stuck")
	}
	return nil
}

func apply(_ context.Context, s story) (string, error) {
	if s.Fail {
		return "", errors.New("boom")
	}
	return "applied", nil
}

func told(ctx workflow.Context, s story) (string, error) {
	s, err := workflow.Step(ctx, "prepare", prepare, s, workflow.Undo(unprepare))
	if err != nil {
		return "", err
	}
	if s.Wait {
		if _, err := workflow.Await[any](ctx, "answer", s.Timeout); err != nil {
			return "", err
		}
	}
	if s.Skip {
		return "skipped", nil
	}
	return workflow.Step(ctx, "apply", apply, s)
}

func stories(*commerce.Shop) gorgon.Plugin {
	outline := workflow.DeclareSteps(workflow.DeclaredStep{Name: "prepare", Compensated: true}, workflow.DeclaredStep{Name: "answer", Async: true}, workflow.DeclaredStep{Name: "apply"})
	plain := workflow.DeclareSteps(workflow.DeclaredStep{Name: "prepare", Compensated: true}, workflow.DeclaredStep{Name: "apply"})
	return gorgon.Plugin{Name: "stories", Workflows: []workflow.AnyWorkflow{
		workflow.New("waits", told, outline, workflow.Durable(), workflow.Retention(time.Hour)),
		workflow.New("runs", told, plain, workflow.Durable(), workflow.Retention(time.Hour)),
		workflow.New("inline", told, plain),
	}}
}

const executions = "/admin/workflows-executions"

type told39 struct {
	Execution struct {
		ID            string `json:"id"`
		WorkflowID    string `json:"workflow_id"`
		TransactionID string `json:"transaction_id"`
		State         string `json:"state"`
		Execution     struct {
			State string                     `json:"state"`
			Steps map[string]json.RawMessage `json:"steps"`
		} `json:"execution"`
		Context struct {
			Errors []struct {
				Action      string `json:"action"`
				HandlerType string `json:"handlerType"`
				Error       struct {
					Name    string `json:"name"`
					Message string `json:"message"`
				} `json:"error"`
			} `json:"errors"`
		} `json:"context"`
	} `json:"workflow_execution"`
}

// A told step.
type told39step struct {
	Invoke, Compensate struct{ State, Status string }
}

// TestAcceptance has case 39 of those that the engine was designed for: what the routes tell of runs is what Medusa tells. The others are in package workflow.
func TestAcceptance(t *testing.T) {
	t.Parallel()
	t.Run("39 states", accept39states)
	t.Run("39 fields", accept39fields)
	t.Run("39 stream", accept39stream)
	t.Run("39 retry and cancel", accept39retry)
}

func run39(t *testing.T, s *gorgontest.Shop, name string, in story) (transaction string) {
	t.Helper()
	transaction = strings.NewReplacer("/", "-", " ", "-").Replace(t.Name())
	a := s.Admin.Post(executions+"/"+name+"/run", map[string]any{"input": in, "transaction_id": transaction})
	if want := 200; a.Status != want && !in.Fail {
		t.Fatal(a.Status, string(a.Body))
	}
	return transaction
}

func accept39states(t *testing.T) {
	t.Parallel()
	s := gorgontest.New(t, stories)
	for _, c := range []struct {
		name, workflow string
		story          story
		answer         string // success, failure or nothing
		state, steps   string
		errors         string
	}{
		{"done", "runs", story{}, "", "done", "prepare: done/ok dormant/idle, apply: done/ok dormant/idle", ""},
		{"skipped", "runs", story{Skip: true}, "", "done", "prepare: done/ok dormant/idle, apply: skipped/ok dormant/idle", ""},
		{"reverted", "runs", story{Fail: true}, "", "reverted", "prepare: done/ok reverted/ok, apply: failed/permanent_failure reverted/idle", "apply invoke Error boom"},
		{"failed", "runs", story{Fail: true, Stuck: true}, "", "failed", "prepare: done/ok failed/permanent_failure, apply: failed/permanent_failure reverted/idle",
			"prepare compensate Error stuck, apply invoke Error boom"},
		{"waiting", "waits", story{Wait: true}, "", "invoking", "prepare: done/ok dormant/idle, answer: invoking/waiting_response dormant/idle, apply: not_started/idle dormant/idle", ""},
		{"answered", "waits", story{Wait: true}, "success", "done", "prepare: done/ok dormant/idle, answer: done/ok dormant/idle, apply: done/ok dormant/idle", ""},
		{"refused", "waits", story{Wait: true}, "failure", "reverted", "prepare: done/ok reverted/ok, answer: failed/permanent_failure reverted/idle, apply: not_started/idle dormant/idle",
			`answer invoke Error "no"`},
		{"timeout", "waits", story{Wait: true, Timeout: 50 * time.Millisecond}, "", "reverted",
			"prepare: done/ok reverted/ok, answer: timeout/permanent_failure reverted/idle, apply: not_started/idle dormant/idle", "answer invoke TransactionStepTimeoutError answer: workflow: it took too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tx := run39(t, s, c.workflow, c.story)
			if c.answer != "" {
				s.Admin.Post(executions+"/"+c.workflow+"/steps/"+c.answer, map[string]any{"transaction_id": tx, "step_id": "answer", "response": "no"}).Want(200, `{"success":true}`)
				a := s.Admin.Post(executions+"/"+c.workflow+"/steps/"+c.answer, map[string]any{"transaction_id": tx, "step_id": "answer"})
				if a.Status != 400 {
					t.Error("answered twice", a.Status, string(a.Body))
				}
			}
			var got told39
			for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				s.Admin.Get(executions + "/" + c.workflow + "/" + tx).Decode(&got)
				if got.Execution.State == c.state || time.Now().After(end) {
					break
				}
			}
			if x := got.Execution; x.State != c.state || x.Execution.State != c.state || x.WorkflowID != c.workflow || x.TransactionID != tx {
				t.Fatalf("%+v", x)
			}
			if steps := steps39(t, got.Execution.Execution.Steps); steps != c.steps {
				t.Errorf("got  %s\nwant %s", steps, c.steps)
			}
			var failures []string
			for _, e := range got.Execution.Context.Errors {
				failures = append(failures, e.Action+" "+e.HandlerType+" "+e.Error.Name+" "+e.Error.Message)
			}
			if f := strings.Join(failures, ", "); f != c.errors {
				t.Errorf("got  %s\nwant %s", f, c.errors)
			}
			var byID told39
			s.Admin.Get(executions + "/" + got.Execution.ID).Decode(&byID)
			if byID.Execution.State != c.state {
				t.Error("another answer by id:", byID.Execution.State)
			}
			s.Admin.Get(executions+"?fields=id&transaction_id="+tx).Want(200, `{"workflow_executions":[{"id":"`+got.Execution.ID+`"}],"count":1,"offset":0,"limit":100}`)
		})
	}
	s.Admin.Get(executions+"/wf_exec_none").Want(200, `{}`)
}

// steps39 tells of the steps in the order of their depth.
func steps39(t *testing.T, steps map[string]json.RawMessage) string {
	t.Helper()
	var list []string
	for _, path := range slices.SortedFunc(maps.Keys(steps), func(a, b string) int { return len(a) - len(b) }) {
		var s told39step
		if err := json.Unmarshal(steps[path], &s); err != nil {
			t.Fatal(err)
		}
		if name := path[strings.LastIndexByte(path, '.')+1:]; path != "_root" {
			list = append(list, fmt.Sprintf("%s: %s/%s %s/%s", name, s.Invoke.State, s.Invoke.Status, s.Compensate.State, s.Compensate.Status))
		}
	}
	return strings.Join(list, ", ")
}

// The names of the fields that Medusa 2.21 writes.
const (
	recordFields = "context created_at deleted_at execution id state transaction_id updated_at workflow_id"
	runFields    = "_v definition hasAsyncSteps hasFailedSteps hasRevertedSteps hasSkippedOnFailureSteps hasSkippedSteps hasWaitingSteps metadata modelId options runId startedAt state steps timedOutAt transactionId"
	stepFields   = "_v attempts compensate definition depth failures id invoke lastAttempt next saveResponse startedAt stepFailed uuid"
)

func accept39fields(t *testing.T) {
	t.Parallel()
	s := gorgontest.New(t, stories)
	tx := run39(t, s, "runs", story{})
	var got struct {
		Execution map[string]json.RawMessage `json:"workflow_execution"`
	}
	s.Admin.Get(executions + "/runs/" + tx).Decode(&got)
	names := func(raw json.RawMessage) string {
		m := map[string]json.RawMessage{}
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err, string(raw))
		}
		return strings.Join(slices.Sorted(maps.Keys(m)), " ")
	}
	if list := strings.Join(slices.Sorted(maps.Keys(got.Execution)), " "); list != recordFields {
		t.Error(list)
	}
	if list := names(got.Execution["execution"]); list != runFields {
		t.Error(list)
	}
	var doc struct{ Steps map[string]json.RawMessage }
	if err := json.Unmarshal(got.Execution["execution"], &doc); err != nil {
		t.Fatal(err)
	}
	if list := names(doc.Steps["_root.prepare.apply"]); list != stepFields {
		t.Error(list)
	}
	if list := names(doc.Steps["_root"]); list != "id next" {
		t.Error(list)
	}
	if list := names(got.Execution["context"]); list != "data errors" {
		t.Error(list)
	}
}

// heard39 reads a stream until a run ends, and returns the types of its events with the names of the steps.
func heard39(t *testing.T, stream *routetest.Stream) string {
	t.Helper()
	var list []string
	for {
		e, ok := stream.Next()
		if !ok {
			t.Fatal("the stream ends after", list)
		}
		var data struct {
			EventType     string `json:"event_type"`
			WorkflowID    string `json:"workflow_id"`
			TransactionID string `json:"transaction_id"`
			Step          *struct {
				ID         string                         `json:"id"`
				Definition struct{ Action string }        `json:"definition"`
				Invoke     struct{ State, Status string } `json:"invoke"`
			} `json:"step"`
			Errors []json.RawMessage `json:"errors"`
		}
		if err := json.Unmarshal([]byte(e.Data), &data); err != nil {
			t.Fatal(err, e)
		}
		if data.EventType != e.Type || data.WorkflowID == "" || data.TransactionID == "" {
			t.Errorf("%+v", e)
		}
		description := e.Type
		if data.Step != nil {
			description += ":" + data.Step.Definition.Action
			if !strings.HasPrefix(data.Step.ID, "_root.prepare") || data.Step.Invoke.State == "" {
				t.Errorf("%+v", e)
			}
		}
		list = append(list, description)
		if e.Type == workflow.OnFinish {
			return strings.Join(list, " ")
		}
	}
}

func accept39stream(t *testing.T) {
	t.Parallel()
	s := gorgontest.New(t, stories)
	begin := "onBegin onStepBegin:prepare onStepSuccess:prepare "
	t.Run("waits", func(t *testing.T) {
		tx := "t1"
		all, one, other := s.Admin.OpenStream(executions+"/waits/subscribe"), s.Admin.OpenStream(executions+"/waits/"+tx+"/subscribe"), s.Admin.OpenStream(executions+"/waits/other/subscribe")
		if one.Status() != 200 || one.Header().Get("Content-Type") != "text/event-stream" {
			t.Fatal(one.Status(), one.Header())
		}
		s.Admin.Post(executions+"/waits/run", map[string]any{"input": story{Wait: true}, "transaction_id": tx})
		s.Admin.Post(executions+"/waits/steps/success", map[string]any{"transaction_id": tx, "step_id": "answer"}).Want(200, `{"success":true}`)
		want := begin + "onStepBegin:answer onStepAwaiting:answer onResume onStepSuccess:answer onStepBegin:apply onStepSuccess:apply onFinish"
		for _, stream := range []*routetest.Stream{all, one} {
			if got := heard39(t, stream); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			stream.Close()
		}
		s.Admin.Post(executions+"/waits/run", map[string]any{"input": story{Skip: true}, "transaction_id": "other"})
		if got := heard39(t, other); got != begin+"onFinish" {
			t.Error(got)
		}
	})
	t.Run("fails", func(t *testing.T) {
		want := begin + "onStepBegin:apply onStepFailure:apply onCompensateBegin onStepBegin:prepare onCompensateStepSuccess:prepare onFinish"
		for _, name := range []string{"runs", "inline"} {
			stream := s.Admin.OpenStream(executions + "/" + name + "/subscribe")
			s.Admin.Post(executions+"/"+name+"/run", map[string]any{"input": story{Fail: true}})
			if got := heard39(t, stream); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			s.Admin.Post(executions+"/"+name+"/run", map[string]any{"input": story{Fail: true, Stuck: true}})
			if got := heard39(t, stream); got != strings.ReplaceAll(want, "StepSuccess:prepare onFinish", "StepFailure:prepare onFinish") {
				t.Error(got)
			}
		}
	})
	s.Admin.Get(executions+"/none/subscribe").Want(404, `{"type":"not_found","message":"Workflow with id \"none\" not found."}`)
	s.Anonymous.Get(executions+"/waits/subscribe").Want(401, `{"message":"Unauthorized"}`)
}

func accept39retry(t *testing.T) {
	t.Parallel()
	s := gorgontest.New(t, stories)
	id := func(tx, workflow string) string {
		var got told39
		s.Admin.Get(executions + "/" + workflow + "/" + tx).Decode(&got)
		return got.Execution.ID
	}
	tx := run39(t, s, "waits", story{Wait: true})
	run := id(tx, "waits")
	s.Admin.Post(executions+"/"+run+"/retry", map[string]any{}).Want(400, `{"type":"not_allowed","message":"Run `+run+` cannot be retried"}`)
	s.Admin.Post(executions+"/"+run+"/cancel", map[string]any{}).Decode(&told39{})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		var got told39
		s.Admin.Get(executions + "/" + run).Decode(&got)
		if got.Execution.State == "reverted" {
			break
		}
		if time.Now().After(end) {
			t.Fatal(got)
		}
	}
	s.Admin.Post(executions+"/"+run+"/cancel", map[string]any{}).Want(400, `{"type":"not_allowed","message":"Run `+run+` cannot be cancelled"}`)
	s.Admin.Post(executions+"/wf_exec_none/retry", map[string]any{"step_id": "apply"}).Want(404, `{"type":"not_found","message":"Run wf_exec_none was not found"}`)
	tx = run39(t, s, "runs", story{Fail: true, Stuck: true})
	run = id(tx, "runs")
	s.Admin.Post(executions+"/"+run+"/retry", map[string]any{"step_id": "none"}).Want(404, `{"type":"not_found","message":"Run `+run+` has no step \"none\""}`)
	var retried told39
	s.Admin.Post(executions+"/"+run+"/retry", map[string]any{"step_id": "apply"}).Decode(&retried)
	// The step fails again, maybe before the answer is written.
	if e := retried.Execution; e.ID != run || !slices.Contains([]string{"invoking", "compensating", "failed"}, e.State) {
		t.Errorf("after the retry: %+v", e)
	}
}
