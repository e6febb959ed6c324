package event

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/id"
)

// A Transport carries events to other systems, over a stream that they listen to. Packages event/redis and event/nats have one each;
// package event/transporttest checks what is promised here.
type Transport interface {
	// Publish appends events to the stream in this order. After an error it is not known how many arrived: the same events are
	// published again, with the same ids, by which the transport or those who listen can tell what they have already. An error that
	// wraps ErrPermanent says that an event can never be published.
	Publish(ctx context.Context, batch []Message) error
	// Close ends connections. A later Publish makes new ones.
	Close() error
}

// AddTransport makes Run hand all events to a transport too, in the order of their emission, at least once: the outbox keeps them until it has
// taken them. Of all processes one at a time does that. How far it has come is kept under the name; a new name begins with what the outbox
// still has. Call it before Run.
//
// What the transport refuses for good becomes a dead letter of the name; everything else is tried until it is taken, and what comes after it
// waits.
func (b *Bus) AddTransport(name string, t Transport) {
	b.forwarders = append(b.forwarders, &forwarder{Bus: b, name: name, to: t, bell: make(chan struct{}, 1)})
	b.Subscribe(Subscription{Name: name, MaxAttempts: 8, handle: func(ctx context.Context, m Message) error { // replays letters
		return t.Publish(ctx, []Message{m})
	}})
}

// span is how many events a forwarder reads at a time.
const span = 100

// abandoned is how long events are kept for a forwarder that no process runs any more.
const abandoned = 30 * 24 * time.Hour

// A forwarder follows the outbox with a cursor: everything up to it was published.
type forwarder struct {
	*Bus
	name string
	to   Transport
	bell chan struct{}
	me   string
	gap  gap
}

// run publishes events until ctx ends, whenever no other process does.
func (f *forwarder) run(ctx context.Context) {
	f.me = id.New("fwd")
	for ctx.Err() == nil {
		seq, acquired, err := f.take(ctx)
		if acquired {
			err = f.hold(ctx, seq)
		}
		if err != nil && ctx.Err() == nil {
			f.Log.Error("events are not forwarded: the outbox cannot be read", "to", f.name, "error", err)
		}
		f.pause(ctx, max(f.Poll, f.Lease/10))
	}
}

func (f *forwarder) pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// take makes this process the one that forwards, unless another one is. It returns how far the forwarder has come.
func (f *forwarder) take(ctx context.Context) (seq int64, acquired bool, err error) {
	k := f.DB.Dialect()
	sql := "INSERT INTO gorgon_event_cursor (name, seq, owner, owned_until, seen_at) VALUES ($1, 0, $2, " + k.NowPlus("$3") + ", " + k.Now() + ")" +
		" ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, owned_until = excluded.owned_until, seen_at = excluded.seen_at" +
		" WHERE gorgon_event_cursor.owned_until IS NULL OR gorgon_event_cursor.owned_until < " + k.Now() + " RETURNING seq"
	acquired, err = db.QueryRow(ctx, f.DB, db.Statement{SQL: sql, Args: []any{f.name, f.me, f.Lease.Seconds()}}, &seq)
	return seq, acquired, err
}

// hold publishes what comes after seq, as long as this process is the one to do it.
func (f *forwarder) hold(ctx context.Context, seq int64) error {
	f.gap = gap{}
	term, end := context.WithCancel(ctx)
	defer end()
	go func() {
		defer end()
		for err := error(nil); err == nil && term.Err() == nil; f.pause(term, f.Lease/3) {
			err = f.note(term, "seen_at = "+f.DB.Dialect().Now())
		}
	}()
	err := f.follow(term, seq)
	if term.Err() != nil {
		err = nil
	}
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, f.leave(leaving))
}

// errLost is the error of a forwarder whose place another process has taken.
var errLost = errors.New("event: another process forwards now")

// note changes the cursor's row and keeps it for another while.
func (f *forwarder) note(ctx context.Context, set string, args ...any) error {
	args = append(args, f.Lease.Seconds(), f.name, f.me)
	n := len(args)
	until := f.DB.Dialect().NowPlus("$" + strconv.Itoa(n-2))
	changed, err := f.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_event_cursor SET " + set + ", owned_until = " + until +
		" WHERE name = $" + strconv.Itoa(n-1) + " AND owner = $" + strconv.Itoa(n), Args: args})
	if err == nil && changed == 0 {
		err = errLost
	}
	return err
}

// leave lets another process take over at once.
func (f *forwarder) leave(ctx context.Context) error {
	_, err := f.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_event_cursor SET owned_until = NULL WHERE name = $1 AND owner = $2", Args: []any{f.name, f.me}})
	return err
}

func (f *forwarder) follow(ctx context.Context, seq int64) error {
	for ctx.Err() == nil {
		batch, last, err := f.next(ctx, seq)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			f.idle(ctx)
			continue
		}
		if err := f.publish(ctx, batch); err != nil {
			return err
		}
		seq = last
		if err := f.note(ctx, "seq = $1", seq); err != nil {
			return err
		}
	}
	return nil
}

// idle waits until there may be more to publish.
func (f *forwarder) idle(ctx context.Context) {
	if f.gap.top > 0 {
		f.gap.wait = min(2*f.gap.wait, 100*time.Millisecond)
		f.pause(ctx, f.gap.wait)
		return
	}
	select {
	case <-ctx.Done():
	case <-f.bell:
	case <-time.After(f.Poll):
	}
}

// publish tries until the batch is taken.
func (f *forwarder) publish(ctx context.Context, batch []Message) error {
	for attempt := 1; ; attempt++ {
		err := f.to.Publish(ctx, batch)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrPermanent) && len(batch) == 1:
			return f.refuse(ctx, batch[0], err)
		case errors.Is(err, ErrPermanent):
			return f.singly(ctx, batch)
		}
		f.Log.Warn("events could not be forwarded, and will be tried again", "to", f.name, "events", len(batch), "first", batch[0].ID, "attempt", attempt, "error", err)
		f.pause(ctx, min(f.Backoff(attempt), time.Minute))
	}
}

func (f *forwarder) singly(ctx context.Context, batch []Message) error {
	for i := range batch {
		if err := f.publish(ctx, batch[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// refuse makes a dead letter of what the transport will never take.
func (f *forwarder) refuse(ctx context.Context, m Message, cause error) error {
	f.Log.Error("an event could not be forwarded and is given up", "to", f.name, "event", m.Name, "id", m.ID, "error", cause)
	m.Attempt = 1
	return (&relay{Bus: f.Bus, me: f.me}).bury(ctx, &item{Message: m}, &Subscription{Name: f.name}, cause.Error())
}

// A gap is a place in the outbox where numbers are missing: of transactions that were rolled back, or of some that are not committed yet.
type gap struct {
	top     int64    // the last number that was seen behind it
	writers []string // transactions that were writing events then, and still are
	wait    time.Duration
}

// next returns the events that follow seq, and the cursor behind them.
//
// On PostgreSQL a transaction that took a lower number may commit after one with a higher. So a gap is passed over only when every transaction that was
// writing events when it was seen has ended: what the gap will ever hold can be read then.
func (f *forwarder) next(ctx context.Context, seq int64) (batch []Message, last int64, err error) {
	list, seqs, err := f.read(ctx, seq, 1<<62)
	if err != nil || len(list) == 0 {
		return nil, seq, err
	}
	n := len(list)
	if f.DB.Dialect() == db.Postgres {
		n = unbroken(seq, seqs)
	}
	if n > 0 {
		f.gap = gap{}
		return list[:n], seqs[n-1], nil
	}
	if open, err := f.open(ctx, seqs[len(seqs)-1]); open || err != nil {
		return nil, seq, err
	}
	top := f.gap.top
	f.gap = gap{}
	list, seqs, err = f.read(ctx, seq, top)
	if err != nil || len(list) == 0 {
		return nil, seq, err
	}
	return list, seqs[len(seqs)-1], nil
}

// open reports whether more may still appear in the gap before top.
func (f *forwarder) open(ctx context.Context, top int64) (bool, error) {
	if f.gap.top == 0 {
		f.gap = gap{top: top, wait: time.Millisecond}
	}
	var err error
	f.gap.writers, err = f.writers(ctx, f.gap.writers)
	return len(f.gap.writers) > 0, err
}

// unbroken counts the numbers that follow seq without a gap.
func unbroken(seq int64, seqs []int64) (n int) {
	for n < len(seqs) && seqs[n] == seq+int64(n)+1 {
		n++
	}
	return n
}

// read returns the first events after seq that are there, not beyond top.
func (f *forwarder) read(ctx context.Context, seq, top int64) (list []Message, seqs []int64, err error) {
	rows, err := f.DB.Query(ctx, db.Statement{SQL: "SELECT id, name, data, metadata, COALESCE(run_id, ''), created_at, seq FROM gorgon_event" +
		" WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT " + strconv.Itoa(span), Args: []any{seq, top}})
	if err != nil {
		return nil, nil, err
	}
	found, err := items(rows, func(it *item) []any { return []any{&it.seq} })
	if err != nil {
		return nil, nil, err
	}
	for _, it := range found {
		n, err := strconv.ParseInt(it.seq, 10, 64)
		if err != nil {
			return nil, nil, err
		}
		list, seqs = append(list, it.Message), append(seqs, n)
	}
	return list, seqs, nil
}

// writers names the transactions that hold the outbox for writing, of these if there are any. A transaction takes that lock before it takes a seq,
// and keeps it until others see what it wrote.
func (f *forwarder) writers(ctx context.Context, of []string) (list []string, err error) {
	s := db.Statement{SQL: "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'gorgon_event'::regclass AND granted" +
		" AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND mode = 'RowExclusiveLock'"}
	if of != nil {
		s.SQL, s.Args = s.SQL+" AND "+f.DB.Dialect().InList("virtualtransaction", "$1"), []any{of}
	}
	rows, err := f.DB.Query(ctx, s)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		list = append(list, string(rows.Value(0)))
	}
	return list, rows.Err()
}
