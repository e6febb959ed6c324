package gorgontest_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/workflow"
)

func TestBubble(t *testing.T) {
	t.Parallel()
	var ticks atomic.Int32
	var woke atomic.Pointer[time.Time]
	nap := workflow.New("nap", func(ctx workflow.Context, d time.Duration) (struct{}, error) {
		err := workflow.Sleep(ctx, d)
		woke.Store(new(workflow.Now(ctx)))
		return struct{}{}, err
	})
	plugin := func(*commerce.Shop) gorgon.Plugin {
		return gorgon.Plugin{Name: "ticker", Workflows: []workflow.AnyWorkflow{nap},
			Jobs: []job.Job{job.Cron("tick", "@hourly", func(context.Context) error { ticks.Add(1); return nil })}}
	}
	gorgontest.WithFakeClock(t, func(t *testing.T, shop *gorgontest.Shop) {
		started := time.Now()
		if _, err := nap.Start(shop.Context(), 10*time.Hour); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24*time.Hour + time.Minute)
		if n := ticks.Load(); n != 24 {
			t.Errorf("the job ran %d times, want 24", n)
		}
		if late := woke.Load().Sub(started.Add(10 * time.Hour)); late < 0 || late > time.Minute {
			t.Errorf("the nap ended %v late", late)
		}
	}, plugin)
}
