package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/workflow"
)

// The steps that are over are undone when a later one fails, last first.
func ExampleNew() {
	book := func(_ context.Context, item string) (string, error) {
		if item == "car" {
			return "", errors.New("no car is left")
		}
		fmt.Println("book", item)
		return item, nil
	}
	cancel := func(_ context.Context, item string) error {
		fmt.Println("cancel", item)
		return nil
	}
	trip := workflow.New("trip", func(ctx workflow.Context, parts []string) (int, error) {
		for _, p := range parts {
			if _, err := workflow.Step(ctx, "book", book, p, workflow.Undo(cancel)); err != nil {
				return 0, err
			}
		}
		return len(parts), nil
	})
	_, err := trip.Run(context.Background(), []string{"flight", "hotel", "car"})
	fmt.Println(err)
	// Output:
	// book flight
	// book hotel
	// cancel hotel
	// cancel flight
	// no car is left
}

// A step may be tried again, and given a time.
func ExampleRetry() {
	call := func(ctx context.Context, number string) (string, error) {
		if workflow.Attempt(ctx) < 3 {
			return "", errors.New("busy")
		}
		return "through to " + number, nil
	}
	phone := workflow.New("phone", func(ctx workflow.Context, number string) (string, error) {
		return workflow.Step(ctx, "call", call, number, workflow.Retry(2, time.Millisecond), workflow.Timeout(time.Minute))
	})
	fmt.Println(phone.Run(context.Background(), "110"))
	// Output: through to 110 <nil>
}

// Each runs something for all elements of a list side by side; Parallel runs different things.
func ExampleForEach() {
	square := func(_ context.Context, n int) (int, error) { return n * n, nil }
	squares := workflow.New("squares", func(ctx workflow.Context, list []int) ([]int, error) {
		return workflow.ForEach(ctx, list, func(ctx workflow.Context, n int) (int, error) {
			return workflow.Step(ctx, "square", square, n)
		})
	})
	fmt.Println(squares.Run(context.Background(), []int{1, 2, 3}))
	// Output: [1 4 9] <nil>
}

// A hook is a place in a workflow where others add what they want to happen there.
func ExampleHook() {
	var created workflow.Hook[string]
	create := workflow.New("create", func(ctx workflow.Context, title string) (string, error) {
		return title, created.Run(ctx, title)
	})
	created.Handle(func(ctx workflow.Context, title string) error {
		_, err := workflow.Step(ctx, "tell", func(_ context.Context, title string) (int, error) { return fmt.Println("new:", title) }, title)
		return err
	})
	_, _ = create.Run(context.Background(), "tea")
	// Output: new: tea
}

// A run that takes too long is undone.
func ExampleRunTimeout() {
	hang := func(ctx context.Context, _ struct{}) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	slow := workflow.New("slow", func(ctx workflow.Context, _ struct{}) (int, error) {
		return workflow.Step(ctx, "hang", hang, struct{}{})
	}, workflow.RunTimeout(time.Millisecond))
	_, err := slow.Run(context.Background(), struct{}{})
	fmt.Println(errors.Is(err, workflow.ErrTimeout))
	// Output: true
}

// A body that is run again has to do the same. This one asks the clock, and not workflow.Now.
func ExampleReplayTest() {
	greet := workflow.New("greet", func(ctx workflow.Context, name string) (string, error) {
		return name + " at " + time.Now().Format(time.RFC3339Nano), nil
	})
	_, err := workflow.ReplayTest(context.Background(), greet, "Ada")
	fmt.Println(strings.Contains(err.Error(), "returns something else when it is run again"))
	// Output: true
}
