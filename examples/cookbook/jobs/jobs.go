// Package jobs shows functions that run by the clock.
package jobs

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Worker does what is to be done now and then.
type Worker struct {
	shop *commerce.Shop
	tidy *workflow.Workflow[time.Time, int]
}

// New lists the jobs. Each tick happens once, however many processes there are.
func New(shop *commerce.Shop) gorgon.Plugin {
	w := &Worker{shop: shop}
	w.tidy = workflow.New("tidy-drafts", w.removeDrafts, workflow.Atomic())
	return gorgon.Plugin{
		Name:      "worker",
		Workflows: []workflow.AnyWorkflow{w.tidy},
		Jobs: []job.Job{
			job.Cron("every-minute-message", "* * * * *", w.hello),
			job.Every("count-products", time.Hour, w.count),
			job.Cron("three-times-only", "* * * * *", w.bye, job.MaxRuns(3)),
			job.Cron("run-once-a-day", "0 0 * * *", w.daily, job.TimeZone("Europe/Berlin"), job.CatchUp()),
		},
	}
}

func (w *Worker) hello(ctx context.Context) error {
	w.shop.App.Log().InfoContext(ctx, "Time to say hello world!")
	return nil
}

// count uses a module of the shop.
func (w *Worker) count(ctx context.Context) error {
	n, err := w.shop.Product.Products.Count(ctx, nil)
	w.shop.App.Log().InfoContext(ctx, "Time to check products!", "count", n)
	return err
}

// bye is called three times in all, over all processes and starts.
func (w *Worker) bye(ctx context.Context) error {
	w.shop.App.Log().InfoContext(ctx, "I'll be executed three times only.")
	return nil
}

// daily runs a workflow.
func (w *Worker) daily(ctx context.Context) error {
	n, err := w.tidy.Run(ctx, job.ScheduledFor(ctx))
	w.shop.App.Log().InfoContext(ctx, "tidied", "removed", n)
	return err
}

// removeDrafts removes products that nobody has finished.
func (w *Worker) removeDrafts(ctx workflow.Context, now time.Time) (int, error) {
	old := map[string]any{"status": "draft", "created_at": map[string]any{"$lt": now.Add(-24 * time.Hour)}}
	ids, err := workflow.Step(ctx, "find", func(ctx context.Context, where map[string]any) (ids []string, err error) {
		list, err := w.shop.Product.Products.List(ctx, where)
		for _, p := range list {
			ids = append(ids, p.ID)
		}
		return ids, err
	}, old)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	_, err = workflow.Step(ctx, "remove", func(ctx context.Context, ids []string) (any, error) {
		return nil, w.shop.Product.Products.SoftDelete(ctx, ids...)
	}, ids)
	return len(ids), err
}
