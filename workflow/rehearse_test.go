package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/workflow"
	"github.com/gorgon-commerce/gorgon/workflow/workflowtest"
)

func double(_ context.Context, n int) (int, error) { return 2 * n, nil }

// Workflows that do the same again pass, whatever they consist of and however they run; the steps run once.
func TestRehearse(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]workflow.Option{"inline": nil, "atomic": {workflow.Atomic()}, "durable": {workflow.Durable()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ran := 0
			inner := workflow.New("inner", func(ctx workflow.Context, n int) (int, error) {
				return workflow.Step(ctx, "count", func(_ context.Context, n int) (int, error) { ran++; return n + 1, nil }, n)
			}, workflow.Atomic())
			w := workflow.New("whole", func(ctx workflow.Context, n int) ([]string, error) {
				n, err := inner.Run(ctx, n)
				if err != nil {
					return nil, err
				}
				if _, err := workflow.Step(ctx, "refused", func(context.Context, int) (int, error) { return 0, errors.New("no") }, 0); err == nil {
					return nil, errors.New("it was not refused")
				}
				list, err := workflow.ForEach(ctx, []int{n, n}, func(ctx workflow.Context, n int) (int, error) { return workflow.Step(ctx, "double", double, n) })
				return []string{workflow.NewID(ctx, "x"), workflow.Now(ctx).String(), string(rune('a' + list[1]))}, err
			}, opts...)
			workflowtest.Bind(t, dbtest.Open(t), w, inner)
			out, err := workflow.ReplayTest(t.Context(), w, 1)
			if err != nil || out[2] != "e" || ran != 1 {
				t.Errorf("got %q %v after %d steps", out, err, ran)
			}
		})
	}
}

// What depends on more than the results of steps is found, and told with the place of the workflow.
func TestRehearseFinds(t *testing.T) {
	t.Parallel()
	for want, body := range map[string]func(times int) func(workflow.Context, int) (int, error){
		"returns something else": func(times int) func(workflow.Context, int) (int, error) {
			return func(workflow.Context, int) (int, error) { times++; return times, nil }
		},
		"a step that it did not ask for before": func(times int) func(workflow.Context, int) (int, error) {
			return func(ctx workflow.Context, n int) (int, error) {
				for times++; times > 1; times = 0 {
					return workflow.Step(ctx, "double", double, n)
				}
				return 0, nil
			}
		},
		"asks for 0 steps when it is run again, and did for 1": func(times int) func(workflow.Context, int) (int, error) {
			return func(ctx workflow.Context, n int) (int, error) {
				if times++; times == 1 {
					return workflow.Step(ctx, "double", double, n)
				}
				return 2, nil
			}
		},
		`did "double" before and now does "half"`: func(times int) func(workflow.Context, int) (int, error) {
			return func(ctx workflow.Context, n int) (int, error) {
				times++
				return workflow.Step(ctx, map[bool]string{true: "double", false: "half"}[times == 1], double, n)
			}
		},
	} {
		w := workflow.New("odd", body(0))
		if _, err := workflow.ReplayTest(t.Context(), w, 1); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "rehearse_test.go:") {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
