package event

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/id"
)

// most is how many events a process holds at a time.
const most = 256

// A relay is one Run of a bus.
type relay struct {
	*Bus
	me     string
	queues []chan *item
	work   sync.WaitGroup

	mu     sync.Mutex
	held   map[*item]bool // what is not settled
	done   []string       // seqs of events that all have heard
	let    []string       // seqs of events that are to be handed out anew
	beat   time.Time
	tidied time.Time
}

// An item is an event on its way to subscribers, or a retry on its way to one.
type item struct {
	Message
	seq    string
	claims int
	sub    *Subscription // nil: the event goes to all
	to     string        // the name of sub
	left   int           // subscribers that have not answered
	broken bool          // somebody could not be given the event
}

// Run hands out events until ctx ends. Then it lets running handlers go on for up to 10 seconds before their contexts end too.
func (b *Bus) Run(ctx context.Context) error {
	r := &relay{Bus: b, me: id.New("relay"), held: map[*item]bool{}, beat: time.Now(), tidied: time.Now()}
	if err := b.DB.Listen(ctx, channel, func(string) { b.ringAll() }); err != nil && ctx.Err() == nil {
		return err
	}
	handling, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	for i := range b.subs {
		q := make(chan *item, most+retries)
		r.queues = append(r.queues, q)
		r.work.Go(func() { r.serve(ctx, handling, &b.subs[i], q) })
	}
	for _, f := range b.forwarders {
		r.work.Go(func() { f.run(ctx) })
	}
	r.loop(ctx)
	for _, q := range r.queues {
		close(q)
	}
	grace := time.AfterFunc(10*time.Second, stop)
	r.work.Wait()
	grace.Stop()
	for _, f := range b.forwarders {
		_ = f.to.Close()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return r.flush(ctx)
}

func (r *relay) loop(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := r.turn(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.Error("events wait: the outbox cannot be read", "error", err)
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-r.bell:
		case <-time.After(r.Poll):
		}
	}
}

// turn does what is to be done with the tables, and reports whether there may be more.
func (r *relay) turn(ctx context.Context) (more bool, err error) {
	if err := r.flush(ctx); err != nil {
		return false, err
	}
	if time.Since(r.beat) > r.Lease/3 {
		r.beat = time.Now()
		if err := r.heartbeat(ctx); err != nil {
			return false, err
		}
	}
	if time.Since(r.tidied) > 10*time.Minute {
		r.tidied = time.Now()
		if err := r.tidy(ctx); err != nil {
			return false, err
		}
	}
	events, due, err := r.look(ctx)
	if err == nil && events {
		more, err = r.claim(ctx)
	}
	if err == nil && due {
		err = r.claimRetries(ctx)
	}
	return more, err
}

// look reports what there is to claim, without writing.
func (r *relay) look(ctx context.Context) (events, due bool, err error) {
	k := r.DB.Dialect()
	sql := "SELECT CASE WHEN EXISTS (SELECT 1 FROM gorgon_event WHERE " + pending(k) + ") THEN 1 ELSE 0 END," +
		" CASE WHEN EXISTS (SELECT 1 FROM gorgon_event_retry WHERE next_at <= " + k.Now() + ") THEN 1 ELSE 0 END"
	_, err = db.QueryRow(ctx, r.DB, db.Statement{SQL: sql}, &events, &due)
	return events, due, err
}

func pending(k db.Dialect) string {
	return "done_at IS NULL AND (claimed_until IS NULL OR claimed_until < " + k.Now() + ")"
}

// claim takes events and passes them on. It reports whether it took as many as it could.
func (r *relay) claim(ctx context.Context) (bool, error) {
	r.mu.Lock()
	room := most - len(r.held)
	r.mu.Unlock()
	if room <= 0 {
		return false, nil
	}
	room = min(room, 100)
	rows, err := r.DB.Query(ctx, db.Statement{SQL: claiming(r.DB.Dialect(), room), Args: []any{r.me, r.Lease.Seconds()}})
	if err != nil {
		return false, err
	}
	list, err := items(rows, func(it *item) []any { return []any{&it.seq, &it.claims} })
	if err != nil {
		return false, err
	}
	r.hold(list)
	for _, it := range inOrder(list) {
		r.pass(ctx, it)
	}
	return len(list) == room, nil
}

// claiming is the SQL that takes up to room events. An event is left alone while another process has, or is about to take, an earlier one of its run.
// What others hold is passed over at once, so that a long run does not hide those behind it. What they are taking at this moment is locked, or was when
// it was seen: then it is not among the free, and not ours.
func claiming(k db.Dialect, room int) string {
	pendingOf := "FROM gorgon_event p WHERE (CASE WHEN p.done_at IS NULL THEN p.run_id END) = " // as the index gorgon_event_run has it
	if k == db.SQLite {
		pendingOf = "FROM gorgon_event p INDEXED BY gorgon_event_run WHERE p.done_at IS NULL AND p.run_id = "
	}
	theirs := "p.claimed_by <> $1 AND p.claimed_until >= " + k.Now()
	first := "(SELECT CASE WHEN " + theirs + " THEN 1 ELSE 0 END " + pendingOf + "e.run_id ORDER BY p.seq LIMIT 1)"
	free := "SELECT seq, run_id FROM gorgon_event e WHERE " + pending(k) + " AND (run_id IS NULL OR " + first + " = 0) ORDER BY seq LIMIT " + strconv.Itoa(room) + " " + k.SkipLocked()
	loose := "(p.claimed_by <> $1 OR p.claimed_until IS NULL OR p.claimed_until < " + k.Now() + ") AND p.seq NOT IN (SELECT seq FROM free)"
	stop := "SELECT run_id, (SELECT min(p.seq) " + pendingOf + "r.run_id AND p.seq < r.last AND " + loose + ") AS seq" +
		" FROM (SELECT run_id, max(seq) AS last FROM free WHERE run_id IS NOT NULL GROUP BY run_id) r"
	return "WITH free AS MATERIALIZED (" + free + "), stop AS MATERIALIZED (" + stop + ")" +
		" UPDATE gorgon_event SET claimed_by = $1, claimed_until = " + k.NowPlus("$2") + ", claims = claims + 1" +
		" WHERE seq IN (SELECT f.seq FROM free f LEFT JOIN stop ON stop.run_id = f.run_id WHERE stop.seq IS NULL OR f.seq < stop.seq)" +
		" RETURNING id, name, data, metadata, COALESCE(run_id, ''), created_at, seq, claims"
}

// items reads messages, and what more there is to each.
func items(rows db.Rows, more func(*item) []any) (list []*item, err error) {
	defer rows.Close()
	for rows.Next() {
		it := &item{}
		dest := []any{&it.ID, &it.Name, (*[]byte)(&it.Data), (*[]byte)(&it.Metadata), &it.RunID, &it.CreatedAt}
		if err := db.Scan(rows, append(dest, more(it)...)...); err != nil {
			return nil, err
		}
		list = append(list, it)
	}
	return list, rows.Err()
}

func (r *relay) hold(list []*item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, it := range list {
		r.held[it] = true
	}
}

// pass puts an event into the queues of those who want it.
func (r *relay) pass(ctx context.Context, it *item) {
	it.Attempt = 1
	var hear []int
	for i := range r.subs {
		if r.subs[i].hears(it.Name) {
			hear = append(hear, i)
		}
	}
	if it.claims > 10 { // it seems to end every process that takes it
		for _, i := range hear {
			it.broken = it.broken || r.bury(ctx, it, &r.subs[i], "was being handled when the process ended, 10 times") != nil
		}
		hear = nil
	}
	it.left = len(hear)
	if it.left == 0 {
		r.settle(it)
	}
	for _, i := range hear {
		r.queues[i] <- it
	}
}

// settle notes that all is done about an item.
func (r *relay) settle(it *item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.held, it)
	if it.sub == nil && it.broken {
		r.let = append(r.let, it.seq)
	} else if it.sub == nil {
		r.done = append(r.done, it.seq)
	}
	if len(r.held) == 0 || len(r.done) >= 50 {
		r.ring()
	}
}

// serve hands one subscriber its events.
func (r *relay) serve(running, ctx context.Context, s *Subscription, queue chan *item) {
	for it := range queue {
		err := running.Err()
		if err == nil {
			err = r.deliver(ctx, s, it)
		}
		r.answered(it, err)
	}
}

// answered notes that a subscriber is done with an item, or, with an error, that it could not be given it.
func (r *relay) answered(it *item, err error) {
	r.mu.Lock()
	it.broken = it.broken || err != nil
	it.left--
	last := it.left <= 0
	r.mu.Unlock()
	if last {
		r.settle(it)
	}
}

// flush notes in the table what was handled.
func (r *relay) flush(ctx context.Context) error {
	r.mu.Lock()
	done, let := r.done, r.let
	r.done, r.let = nil, nil
	r.mu.Unlock()
	err := r.mark(ctx, "done_at = "+r.DB.Dialect().Now(), done)
	if err == nil {
		done = nil
		err = r.mark(ctx, "claimed_until = NULL, claims = claims - 1", let)
	}
	if err != nil {
		r.mu.Lock()
		r.done, r.let = append(r.done, done...), append(r.let, let...)
		r.mu.Unlock()
	}
	return err
}

func (r *relay) mark(ctx context.Context, set string, seqs []string) error {
	if len(seqs) == 0 {
		return nil
	}
	in := "seq IN (SELECT value FROM json_each($1))"
	if r.DB.Dialect() == db.Postgres {
		in = "seq = ANY ($1::text[]::bigint[])"
	}
	_, err := r.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_event SET " + set + " WHERE " + in + " AND claimed_by = $2", Args: []any{seqs, r.me}})
	return err
}

// heartbeat keeps what is held from other processes.
func (r *relay) heartbeat(ctx context.Context) error {
	var seqs, ids []string
	r.mu.Lock()
	for it := range r.held {
		if it.sub == nil {
			seqs = append(seqs, it.seq)
		} else {
			ids = append(ids, it.ID)
		}
	}
	r.mu.Unlock()
	k := r.DB.Dialect()
	if err := r.mark(ctx, "claimed_until = "+k.NowPlus(strconv.FormatFloat(r.Lease.Seconds(), 'f', 3, 64)), seqs); err != nil || len(ids) == 0 {
		return err
	}
	_, err := r.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_event_retry SET next_at = " + k.NowPlus("$1") + " WHERE next_at IS NOT NULL AND claimed_by = $2 AND " +
		k.InList("event_id", "$3"), Args: []any{r.Lease.Seconds(), r.me, ids}})
	return err
}

// tidy removes events that everybody has heard long ago. The last one stays, so that SQLite gives no seq twice.
func (r *relay) tidy(ctx context.Context) error {
	k := r.DB.Dialect()
	for {
		n, err := r.DB.Exec(ctx, db.Statement{SQL: "DELETE FROM gorgon_event WHERE seq IN (SELECT seq FROM gorgon_event e WHERE done_at < " +
			k.NowPlus("$1") + " AND seq < (SELECT max(seq) FROM gorgon_event) AND NOT EXISTS (SELECT 1 FROM gorgon_event_cursor c WHERE c.seq < e.seq AND c.seen_at > " +
			k.NowPlus("$2") + ") LIMIT 1000)", Args: []any{-r.Retention.Seconds(), -abandoned.Seconds()}})
		if err != nil || n < 1000 {
			return err
		}
	}
}
