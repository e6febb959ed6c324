package jobs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/examples/cookbook/jobs"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/modules/product"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("JOB-01", testMinutely)
	t.Run("JOB-02", testResources)
	t.Run("JOB-03", testTimes)
	t.Run("JOB-04", testDaily)
}

// said counts what a shop has logged.
func said(t *testing.T, shop *gorgontest.Shop, message string, want int) {
	t.Helper()
	if n := strings.Count(shop.LogOutput(), message); n != want {
		t.Errorf("%q was logged %d times, want %d", message, n, want)
	}
}

func testMinutely(t *testing.T) {
	t.Parallel()
	gorgontest.WithFakeClock(t, func(t *testing.T, shop *gorgontest.Shop) {
		time.Sleep(5*time.Minute + time.Second)
		said(t, shop, "Time to say hello world!", 5)
	}, jobs.New)
}

func testResources(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		if _, err := shop.Product.Products.Create(shop.Context(), product.Product{Title: "Lamp", Handle: "lamp"}); err != nil {
			t.Fatal(err)
		}
		if _, err := shop.App.Jobs().Trigger(shop.Context(), "count-products"); err != nil {
			t.Fatal(err)
		}
		said(t, shop, `msg="Time to check products!" count=1`, 1)
	}, jobs.New)
}

func testTimes(t *testing.T) {
	t.Parallel()
	gorgontest.WithFakeClock(t, func(t *testing.T, shop *gorgontest.Shop) {
		time.Sleep(10 * time.Minute)
		said(t, shop, "I'll be executed three times only.", 3)
	}, jobs.New)
}

// testDaily wants the draft of yesterday gone at midnight in Berlin, and the one of today kept.
func testDaily(t *testing.T) {
	t.Parallel()
	t.Run("clock", func(t *testing.T) {
		t.Parallel()
		gorgontest.WithFakeClock(t, func(t *testing.T, shop *gorgontest.Shop) {
			drafts(t, shop, "yesterday")
			time.Sleep(23*time.Hour + time.Minute) // it began at 1 in Berlin
			drafts(t, shop, "today")
			said(t, shop, "removed=0", 1)
			time.Sleep(24 * time.Hour)
			said(t, shop, "removed=1", 1)
			left, err := shop.Product.Products.List(shop.Context(), nil)
			if err != nil || len(left) != 1 || left[0].Title != "today" {
				t.Errorf("left are %+v %v", left, err)
			}
		}, jobs.New)
	})
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		drafts(t, shop, "today")
		if _, err := shop.App.Jobs().Trigger(shop.Context(), "run-once-a-day"); err != nil {
			t.Fatal(err)
		}
		said(t, shop, "removed=0", 1)
	}, jobs.New)
}

func drafts(t *testing.T, shop *gorgontest.Shop, title string) {
	t.Helper()
	if _, err := shop.Product.Products.Create(shop.Context(), product.Product{Title: title, Handle: title, Status: "draft"}); err != nil {
		t.Fatal(err)
	}
}
