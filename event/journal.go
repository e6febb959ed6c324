package event

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

// An OutboxEvent is an event of the outbox.
type OutboxEvent struct {
	Message
	DoneAt *time.Time `json:"done_at"` // when all subscribers had heard it, or had it as a letter; nil before
}

// ListEvents lists events of the outbox, the newest first: those of one topic, unless it is empty, and up to limit. Events that all have heard are kept for Retention.
func (b *Bus) ListEvents(ctx context.Context, topic string, limit int) (list []OutboxEvent, err error) {
	rows, err := b.DB.Query(ctx, db.Statement{SQL: "SELECT id, name, data, metadata, COALESCE(run_id, ''), created_at, done_at FROM gorgon_event" +
		" WHERE $1 = '' OR name = $2 ORDER BY seq DESC LIMIT $3", Args: []any{topic, topic, limit}})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e OutboxEvent
		if err := db.Scan(rows, &e.ID, &e.Name, (*[]byte)(&e.Data), (*[]byte)(&e.Metadata), &e.RunID, &e.CreatedAt, &e.DoneAt); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// ReplayAll hands the letters of an event to all who have one, and returns how many that are. None is fault.NotFound.
func (b *Bus) ReplayAll(ctx context.Context, eventID string) (int, error) {
	list, err := b.recipients(ctx, eventID)
	if err != nil {
		return 0, err
	}
	for _, subscriber := range list {
		if err := b.Replay(ctx, eventID, subscriber); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// ReplayDead hands all dead letters to their subscribers again, and returns how many there are.
func (b *Bus) ReplayDead(ctx context.Context) (int, error) {
	n, err := b.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_event_retry SET next_at = " + b.DB.Dialect().Now() + ", dead_at = NULL, attempts = 0 WHERE dead_at IS NOT NULL"})
	if err == nil {
		b.DB.AfterCommit(ctx, b.wake)
	}
	return int(n), err
}

// recipients are the subscribers who have a letter of an event.
func (b *Bus) recipients(ctx context.Context, eventID string) (list []string, err error) {
	rows, err := b.DB.Query(ctx, db.Statement{SQL: "SELECT subscriber FROM gorgon_event_retry WHERE event_id = $1 ORDER BY subscriber", Args: []any{eventID}})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		list = append(list, string(rows.Value(0)))
	}
	if err = rows.Err(); err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "Event %s has no letters", eventID)
	}
	return list, err
}

// DiscardFailed gives a letter up for good: its subscriber never gets the event. An unknown one is fault.NotFound.
func (b *Bus) DiscardFailed(ctx context.Context, eventID, subscriber string) error {
	n, err := b.DB.Exec(ctx, db.Statement{SQL: "DELETE FROM gorgon_event_retry WHERE event_id = $1 AND subscriber = $2", Args: []any{eventID, subscriber}})
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "Event %s has no letter for %s", eventID, subscriber)
	}
	return err
}
