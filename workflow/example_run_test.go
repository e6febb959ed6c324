package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// bound binds workflows to an engine over a database in memory, which works until stop is called.
func bound(list ...workflow.AnyWorkflow) (e *workflow.Engine, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	d, err := db.Open(ctx, "sqlite::memory:")
	if err == nil {
		_, err = db.Migrate(ctx, d, []db.MigrationSet{event.Migrations(), workflow.Migrations()})
	}
	log := slog.New(slog.DiscardHandler)
	e = workflow.NewEngine(d, event.NewBus(d, log), log)
	if err = errors.Join(err, e.Bind(list...)); err != nil {
		panic(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	return e, func() {
		cancel()
		<-ended
		d.Close()
	}
}

// A run may wait for somebody, for days and over restarts. Nothing is held meanwhile.
func ExampleAwait() {
	ship := workflow.New("ship", func(ctx workflow.Context, order string) (string, error) {
		by, err := workflow.Await[string](ctx, "approval", 24*time.Hour)
		if err != nil {
			return "", err
		}
		return order + " was approved by " + by, nil
	})
	_, stop := bound(ship)
	defer stop()

	ctx := context.Background()
	id, _ := ship.Start(ctx, "order 1")
	_ = ship.Signal(ctx, id, "approval", "Ada")
	fmt.Println(ship.Wait(ctx, id))
	// Output: order 1 was approved by Ada <nil>
}

// A run may sleep. It is written down before, so that it wakes in time even if this process is gone by then.
func ExampleSleep() {
	remind := workflow.New("remind", func(ctx workflow.Context, whom string) (string, error) {
		return whom + " was reminded", workflow.Sleep(ctx, 10*time.Millisecond)
	})
	_, stop := bound(remind)
	defer stop()

	fmt.Println(remind.Run(context.Background(), "Ada"))
	// Output: Ada was reminded <nil>
}

// A caller whose run has to wait is told so; the run goes on without it.
func ExampleSetReply() {
	ask := workflow.New("ask", func(ctx workflow.Context, whom string) (string, error) {
		workflow.SetReply(ctx, "you will hear from us")
		return workflow.Await[string](ctx, "answer", 0)
	})
	_, stop := bound(ask)
	defer stop()

	ctx := context.Background()
	_, err := ask.Run(ctx, "Ada")
	if s, ok := errors.AsType[*workflow.SuspendedError](err); ok {
		fmt.Println(s.Reply)
		_ = ask.Signal(ctx, s.RunID, "answer", "yes")
		fmt.Println(ask.Wait(ctx, s.RunID))
	}
	// Output:
	// you will hear from us
	// yes <nil>
}

// The answer of a payment is lost, so nobody knows whether it was made. What was intended is enough to take it back.
func ExampleRecordIntent() {
	pay := func(ctx context.Context, cents int) (string, error) {
		if err := workflow.RecordIntent(ctx, workflow.StepKey(ctx)); err != nil {
			return "", err
		}
		return "", errors.New("connection lost")
	}
	refund := func(_ context.Context, key string) error {
		fmt.Println("take back what was paid under the step's key:", key != "")
		return nil
	}
	buy := workflow.New("buy", func(ctx workflow.Context, cents int) (string, error) {
		return workflow.Step(ctx, "pay", pay, cents, workflow.External(), workflow.UndoOnFailure(), workflow.Undo(refund))
	}, workflow.Durable())
	_, stop := bound(buy)
	defer stop()

	_, err := buy.Run(context.Background(), 100)
	fmt.Println(err)
	// Output:
	// take back what was paid under the step's key: true
	// connection lost
}

// Runs with the same lock take turns, in all processes of a shop.
func ExampleLock() {
	var inside, most atomic.Int32
	work := func(context.Context, string) (int32, error) {
		most.Store(max(most.Load(), inside.Add(1)))
		time.Sleep(time.Millisecond)
		return inside.Add(-1), nil
	}
	fill := workflow.New("fill-cart", func(ctx workflow.Context, cart string) (int32, error) {
		return workflow.Step(ctx, "work", work, cart)
	}, workflow.Lock(func(cart string) string { return "cart:" + cart }))
	_, stop := bound(fill)
	defer stop()

	var callers sync.WaitGroup
	for range 5 {
		callers.Go(func() { _, _ = fill.Run(context.Background(), "cart_1") })
	}
	callers.Wait()
	fmt.Println(most.Load(), "at a time")
	// Output: 1 at a time
}

// Whoever comes with a key that was used gets the result of who came first.
func ExampleIdempotencyKey() {
	type order struct{ Cart, Note string }
	place := workflow.New("place", func(ctx workflow.Context, o order) (string, error) {
		return workflow.Step(ctx, "place", func(_ context.Context, o order) (string, error) {
			fmt.Println("placed", o.Note)
			return "order of " + o.Cart, nil
		}, o)
	}, workflow.IdempotencyKey(func(o order) string { return o.Cart }))
	_, stop := bound(place)
	defer stop()

	for _, note := range []string{"once", "and again"} {
		fmt.Println(place.Run(context.Background(), order{"cart_1", note}))
	}
	// Output:
	// placed once
	// order of cart_1 <nil>
	// order of cart_1 <nil>
}

// An event of a run exists if the run succeeds, and not otherwise.
func ExampleEmit() {
	const shipped = event.Topic[event.ID]("order.shipped")
	ship := workflow.New("ship", func(ctx workflow.Context, order string) (string, error) {
		if err := workflow.Emit(ctx, shipped, event.ID{ID: order}); err != nil || order == "lost" {
			return "", errors.New("it is not there")
		}
		return order, nil
	})
	e, stop := bound(ship)
	defer stop()

	ctx := context.Background()
	for _, order := range []string{"order_1", "lost"} {
		_, _ = ship.Run(ctx, order)
	}
	list, _ := e.Bus.ListEvents(ctx, "", 10)
	for _, e := range list {
		fmt.Println(e.Name, string(e.Data))
	}
	// Output: order.shipped {"id":"order_1"}
}

// An atomic workflow inside one that is not has its own transaction, which is committed when it ends. If something fails after that, it is undone as far as
// its steps have an Undo: here the second one has none, and stands.
func ExampleAtomic() {
	var e *workflow.Engine
	write := func(ctx context.Context, word string) (string, error) {
		return word, e.DB.ExecScript(ctx, "INSERT INTO note VALUES ('"+word+"')")
	}
	erase := func(ctx context.Context, word string) error {
		return e.DB.ExecScript(ctx, "DELETE FROM note WHERE word = '"+word+"'")
	}
	inner := workflow.New("inner", func(ctx workflow.Context, _ string) (string, error) {
		if _, err := workflow.Step(ctx, "first", write, "undone", workflow.Undo(erase)); err != nil {
			return "", err
		}
		return workflow.Step(ctx, "second", write, "kept")
	}, workflow.Atomic())
	body := func(ctx workflow.Context, _ string) (string, error) {
		if _, err := inner.Run(ctx, ""); err != nil {
			return "", err
		}
		return workflow.Step(ctx, "fail", func(context.Context, string) (string, error) { return "", errors.New("no") }, "")
	}
	loose, all := workflow.New("loose", body), workflow.New("all", body, workflow.Atomic())
	e, stop := bound(inner, loose, all)
	defer stop()

	ctx := context.Background()
	_ = e.DB.ExecScript(ctx, "CREATE TABLE note (word text)")
	for _, outer := range []*workflow.Workflow[string, string]{loose, all} {
		_, _ = outer.Run(ctx, "")
		var left string
		_, _ = db.QueryRow(ctx, e.DB, db.Statement{SQL: "SELECT COALESCE(group_concat(word), 'nothing') FROM note"}, &left)
		fmt.Println(outer.Name(), "leaves", left)
		_ = e.DB.ExecScript(ctx, "DELETE FROM note")
	}
	// Output:
	// loose leaves kept
	// all leaves nothing
}
