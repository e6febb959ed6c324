package gorgontest_test

import (
	"context"
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
	ticks := 0
	nap := workflow.New("nap", func(ctx workflow.Context, d time.Duration) (time.Time, error) {
		err := workflow.Sleep(ctx, d)
		return workflow.Now(ctx), err
	})
	plugin := func(*commerce.Shop) gorgon.Plugin {
		return gorgon.Plugin{Name: "ticker", Workflows: []workflow.Any{nap},
			Jobs: []job.Job{job.Cron("tick", "@hourly", func(context.Context) error { ticks++; return nil })}}
	}
	gorgontest.Bubble(t, func(t *testing.T, shop *gorgontest.Shop) {
		began := time.Now()
		run, err := nap.Start(shop.Context(), 10*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(24*time.Hour + time.Minute)
		if ticks != 24 {
			t.Errorf("the job ran %d times, want 24", ticks)
		}
		woke, err := nap.Wait(shop.Context(), run)
		if late := woke.Sub(began.Add(10 * time.Hour)); err != nil || late < 0 || late > time.Minute {
			t.Errorf("the nap ended %v late: %v", late, err)
		}
	}, plugin)
}
