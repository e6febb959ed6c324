package event

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

// retries is how many retries a process takes at a time.
const retries = 64

func inOrder(list []*item) []*item {
	slices.SortFunc(list, func(a, b *item) int { return cmp.Or(cmp.Compare(len(a.seq), len(b.seq)), cmp.Compare(a.seq, b.seq)) })
	return list
}

// deliver hands an event to a subscriber and takes care of what comes of it. Its error means that not even that could be done.
func (r *relay) deliver(ctx context.Context, s *Subscription, it *item) error {
	if it.Attempt > s.MaxAttempts {
		return r.bury(ctx, it, s, "was being handled when the process ended")
	}
	ctx, span := r.observe(ctx, s, it)
	cause := s.Deliver(ctx, it.Message)
	span.End(cause)
	if cause != nil && ctx.Err() != nil {
		return cause // this process ends: another one tries
	}
	switch {
	case cause == nil && it.sub == nil:
		return nil
	case cause == nil:
		_, err := r.DB.Exec(ctx, db.Statement{SQL: "DELETE FROM gorgon_event_retry WHERE event_id = $1 AND subscriber = $2 AND claimed_by = $3",
			Args: []any{it.ID, s.Name, r.me}})
		return err
	case it.Attempt >= s.MaxAttempts || errors.Is(cause, ErrPermanent):
		r.Log.ErrorContext(ctx, "an event could not be handled and is given up", "event", it.Name, "id", it.ID, "subscriber", s.Name, "attempts", it.Attempt, "error", cause)
		return r.bury(ctx, it, s, cause.Error())
	}
	r.Log.WarnContext(ctx, "an event could not be handled, and will be tried again", "event", it.Name, "id", it.ID, "subscriber", s.Name, "attempt", it.Attempt, "error", cause)
	return r.put(ctx, it, s, r.DB.Dialect().NowPlus("$10"), "NULL", cause.Error(), r.Backoff(it.Attempt).Seconds())
}

// bury makes an event a dead letter of one subscriber.
func (r *relay) bury(ctx context.Context, it *item, s *Subscription, reason string) error {
	return r.put(ctx, it, s, "NULL", r.DB.Dialect().Now(), reason)
}

// put notes how it stands with an event and a subscriber. next and dead are SQL.
func (r *relay) put(ctx context.Context, it *item, s *Subscription, next, dead, reason string, more ...any) error {
	args := []any{it.ID, s.Name, it.Name, string(it.Data), optional(it.Metadata), text(it.RunID), it.CreatedAt, it.Attempt, reason}
	_, err := r.DB.Exec(ctx, db.Statement{SQL: `INSERT INTO gorgon_event_retry
		(event_id, subscriber, name, data, metadata, run_id, created_at, attempts, error, next_at, dead_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ` + next + `, ` + dead + `)
		ON CONFLICT (event_id, subscriber) DO UPDATE SET attempts = excluded.attempts, error = excluded.error,
		next_at = excluded.next_at, dead_at = excluded.dead_at, claimed_by = NULL`, Args: append(args, more...)})
	return err
}

// claimRetries takes retries that are due and passes them on.
func (r *relay) claimRetries(ctx context.Context) error {
	names := make([]string, len(r.subs))
	for i, s := range r.subs {
		names[i] = s.Name
	}
	r.mu.Lock()
	room := most + retries - len(r.held)
	r.mu.Unlock()
	if room <= 0 {
		return nil
	}
	k := r.DB.Dialect()
	rows, err := r.DB.Query(ctx, db.Statement{SQL: "UPDATE gorgon_event_retry SET claimed_by = $1, next_at = " + k.NowPlus("$2") + ", attempts = attempts + 1" +
		" WHERE (event_id, subscriber) IN (SELECT event_id, subscriber FROM gorgon_event_retry WHERE next_at <= " + k.Now() + " AND " + k.InList("subscriber", "$3") +
		" ORDER BY next_at LIMIT " + strconv.Itoa(min(room, retries)) + " " + k.SkipLocked() + ")" +
		" RETURNING event_id, name, data, metadata, COALESCE(run_id, ''), created_at, subscriber, attempts", Args: []any{r.me, r.Lease.Seconds(), names}})
	if err != nil {
		return err
	}
	list, err := items(rows, func(it *item) []any { return []any{&it.to, &it.Attempt} })
	if err != nil {
		return err
	}
	r.hold(list)
	for _, it := range list {
		for i := range r.subs {
			if r.subs[i].Name == it.to {
				it.sub, it.left = &r.subs[i], 1
				r.queues[i] <- it // has room for all that is held
			}
		}
	}
	return nil
}

// A FailedDelivery is an event that a subscriber could not handle: it waits for another attempt, or is dead.
type FailedDelivery struct {
	Message
	Subscriber string     `json:"subscriber"`
	Attempts   int        `json:"attempts"` // how many there were
	Error      string     `json:"error"`    // of the last attempt
	NextAt     *time.Time `json:"next_at"`  // nil when dead
	DeadAt     *time.Time `json:"dead_at"`
}

// FailedDeliveries lists what subscribers could not handle, the newest first: up to limit letters, the dead ones only if dead is set.
func (b *Bus) FailedDeliveries(ctx context.Context, dead bool, limit int) (list []FailedDelivery, err error) {
	where := ""
	if dead {
		where = "WHERE dead_at IS NOT NULL"
	}
	rows, err := b.DB.Query(ctx, db.Statement{SQL: "SELECT event_id, name, data, metadata, COALESCE(run_id, ''), created_at, attempts, subscriber, error, next_at, dead_at" +
		" FROM gorgon_event_retry " + where + " ORDER BY created_at DESC, event_id, subscriber LIMIT $1", Args: []any{limit}})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var l FailedDelivery
		if err := db.Scan(rows, &l.ID, &l.Name, (*[]byte)(&l.Data), (*[]byte)(&l.Metadata), &l.RunID, &l.CreatedAt, &l.Attempt,
			&l.Subscriber, &l.Error, &l.NextAt, &l.DeadAt); err != nil {
			return nil, err
		}
		l.Attempts = l.Attempt
		list = append(list, l)
	}
	return list, rows.Err()
}

// Replay hands a letter to its subscriber again, at once and with all its tries. An unknown one is fault.NotFound.
func (b *Bus) Replay(ctx context.Context, eventID, subscriber string) error {
	n, err := b.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_event_retry SET next_at = " + b.DB.Dialect().Now() +
		", dead_at = NULL, attempts = 0 WHERE event_id = $1 AND subscriber = $2", Args: []any{eventID, subscriber}})
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "Event %s has no letter for %s", eventID, subscriber)
	}
	if err == nil {
		b.DB.AfterCommit(ctx, b.wake)
	}
	return err
}
