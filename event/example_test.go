package event_test

import (
	"context"
	"fmt"
	"log/slog"

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
	if _, err := db.Migrate(ctx, d, []db.Set{event.Migrations()}); err != nil {
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
	_ = bus.Wait(ctx)
	cancel()
	<-ended
	fmt.Println(failed)
	// Output:
	// new: post_1
	// nothing of this has happened
}
