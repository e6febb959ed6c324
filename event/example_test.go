package event_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
)

// Created is told of each new post.
const Created = event.Topic[event.ID]("post.created")

// An event is written in the transaction of what it tells about, and handed to everybody who subscribed.
func ExampleOn() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	d, err := db.Open(ctx, "sqlite::memory:")
	if err != nil {
		panic(err)
	}
	defer d.Close()
	if _, err := db.Migrate(ctx, d, []db.MigrationSet{event.Migrations()}); err != nil {
		panic(err)
	}
	bus := event.NewBus(d, slog.New(slog.DiscardHandler))
	bus.Subscribe(event.On(Created, func(_ context.Context, post event.ID) error {
		fmt.Println("new:", post.ID)
		return nil
	}))
	ended := make(chan error)
	go func() { ended <- bus.Run(ctx) }()

	_ = d.InTx(ctx, func(ctx context.Context) error { return event.Emit(ctx, bus, Created, event.ID{ID: "post_1"}) })
	failed := d.InTx(ctx, func(ctx context.Context) error {
		_ = event.Emit(ctx, bus, Created, event.ID{ID: "post_2"})
		return fmt.Errorf("nothing of this has happened")
	})
	_ = bus.WaitIdle(ctx)
	cancel()
	<-ended
	fmt.Println(failed)
	// Output:
	// new: post_1
	// nothing of this has happened
}

// started opens an outbox in memory, whose bus works until stop is called.
func started(prepare func(*event.Bus)) (b *event.Bus, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	d, err := db.Open(ctx, "sqlite::memory:")
	if err == nil {
		_, err = db.Migrate(ctx, d, []db.MigrationSet{event.Migrations()})
	}
	if err != nil {
		panic(err)
	}
	b = event.NewBus(d, slog.New(slog.DiscardHandler))
	prepare(b)
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	return b, func() {
		cancel()
		<-ended
		d.Close()
	}
}

// What a subscriber could not handle is kept as a dead letter, and can be replayed when it is mended.
func ExampleBus_Replay() {
	var mended atomic.Bool
	received := make(chan string, 1)
	bus, stop := started(func(b *event.Bus) {
		b.Subscribe(event.On(Created, func(_ context.Context, post event.ID) error {
			if !mended.Load() {
				return fmt.Errorf("the index is gone: %w", event.ErrPermanent) // trying again is of no use
			}
			received <- post.ID
			return nil
		}, event.WithName("index")))
	})
	defer stop()

	ctx := context.Background()
	_ = event.Emit(ctx, bus, Created, event.ID{ID: "post_1"})
	_ = bus.WaitIdle(ctx)
	dead, _ := bus.FailedDeliveries(ctx, true, 10)
	for _, l := range dead {
		fmt.Println(l.Subscriber, string(l.Data), l.Error)
		mended.Store(true)
		_ = bus.Replay(ctx, l.ID, l.Subscriber)
	}
	fmt.Println("indexed", <-received)
	// Output:
	// index {"id":"post_1"} the index is gone: event: not to be tried again
	// indexed post_1
}

// paper is a transport that prints.
type paper struct{ printed chan bool }

func (p paper) Publish(_ context.Context, batch []event.Message) error {
	for _, m := range batch {
		fmt.Println(m.Name, string(m.Data))
		p.printed <- true
	}
	return nil
}

func (paper) Close() error { return nil }

// A transport is given all events in their order, at least once.
func ExampleBus_AddTransport() {
	p := paper{make(chan bool, 9)}
	bus, stop := started(func(b *event.Bus) { b.AddTransport("paper", p) })
	defer stop()

	_ = event.Emit(context.Background(), bus, Created, event.IDs("post_1", "post_2")...)
	<-p.printed
	<-p.printed
	// Output:
	// post.created {"id":"post_1"}
	// post.created {"id":"post_2"}
}
