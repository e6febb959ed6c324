package event_test

import (
	"context"
	"errors"
	"testing"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
)

func TestJournal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *event.Bus) {
		fail := func(context.Context, event.ID) error { return errors.New("no") }
		b.Subscribe(event.On(happened, fail, event.WithName("one"), event.MaxAttempts(1)), event.On(happened, fail, event.WithName("two"), event.MaxAttempts(1)))
		emit(t, t.Context(), b, "a")
		if err := event.Emit(t.Context(), b, event.Topic[event.ID]("other.happened"), event.ID{ID: "b"}); err != nil {
			t.Fatal(err)
		}
		journal := func(topic string) []event.OutboxEvent {
			list, err := b.ListEvents(t.Context(), topic, 10)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		if list := journal(""); len(list) != 2 || list[0].Name != "other.happened" || list[0].DoneAt != nil {
			t.Errorf("%+v", list)
		}
		list := journal("thing.happened")
		if len(list) != 1 || string(list[0].Data) != `{"id":"a"}` {
			t.Fatalf("%+v", list)
		}
		id := list[0].ID
		run(t, b)
		letters := func() int {
			list, err := b.FailedDeliveries(t.Context(), true, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		wait(t, func() bool { return letters() == 2 })
		wait(t, func() bool { return journal("thing.happened")[0].DoneAt != nil })
		if err := b.DiscardFailed(t.Context(), id, "one"); err != nil || letters() != 1 {
			t.Error(err, letters())
		}
		if err := b.DiscardFailed(t.Context(), id, "one"); fault.KindOf(err) != fault.NotFound {
			t.Error(err)
		}
		if n, err := b.ReplayAll(t.Context(), id); n != 1 || err != nil {
			t.Error(n, err)
		}
		if _, err := b.ReplayAll(t.Context(), "evt_none"); fault.KindOf(err) != fault.NotFound {
			t.Error(err)
		}
	})
}
