package db

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Notify sends payload to all who listen on channel: in all processes if CanListen, else in this one. Inside a
// transaction it is sent by the commit. PostgreSQL takes payloads up to 8,000 bytes and drops repeats in one transaction.
func (d *DB) Notify(ctx context.Context, channel, payload string) error {
	if d.CanListen() {
		_, err := d.Exec(ctx, Statement{SQL: "SELECT pg_notify($1, $2)", Args: []any{channel, payload}})
		return err
	}
	d.AfterCommit(ctx, func() { d.hub.publish(channel, payload) })
	return nil
}

// Listen calls fn with the payloads that are sent to channel from now on, one after the other, until ctx ends. It returns
// as soon as it listens. When PostgreSQL's connection was lost for a while, so that something may have been missed, fn is called
// with an empty payload.
func (d *DB) Listen(ctx context.Context, channel string, fn func(payload string)) error {
	e := &ear{channel: channel, fn: fn, signal: make(chan struct{}, 1), ready: make(chan struct{})}
	if err := d.hub.add(e); err != nil {
		return err
	}
	go e.run(ctx, d.hub)
	select {
	case <-e.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-d.hub.ctx.Done():
		return errClosed
	}
}

var errClosed = errors.New("db: closed")

// An ear is one listener, with what it has not been told yet.
type ear struct {
	channel string
	fn      func(string)
	signal  chan struct{}
	ready   chan struct{} // closed once the server knows of the channel
	known   bool          // ready is closed
	mu      sync.Mutex
	waiting []string
}

func (e *ear) put(payload string) {
	e.mu.Lock()
	e.waiting = append(e.waiting, payload)
	e.mu.Unlock()
	select {
	case e.signal <- struct{}{}:
	default:
	}
}

func (e *ear) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.waiting
	e.waiting = nil
	return list
}

func (e *ear) run(ctx context.Context, h *hub) {
	defer h.remove(e)
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.ctx.Done():
			return
		case <-e.signal:
		}
		for _, payload := range e.take() {
			if ctx.Err() != nil {
				return
			}
			e.fn(payload)
		}
	}
}

// A hub hands notifications to ears. On PostgreSQL one connection, opened when it is first needed, receives for all.
type hub struct {
	config *pgx.ConnConfig // nil if the processes cannot hear each other
	ctx    context.Context // ends when the database is closed
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu      sync.Mutex
	ears    []*ear
	started bool
	kick    context.CancelFunc // interrupts the wait, so that new channels are listened to
}

func newHub(config *pgx.ConnConfig) *hub {
	h := &hub{config: config, kick: func() {}}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

func (h *hub) close() {
	h.mu.Lock()
	h.cancel()
	h.mu.Unlock()
	h.done.Wait()
}

func (h *hub) add(e *ear) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx.Err() != nil {
		return errClosed
	}
	h.ears = append(h.ears, e)
	switch {
	case h.config == nil:
		e.known = true
		close(e.ready)
	case !h.started:
		h.started = true
		h.done.Go(h.receive)
	default:
		h.kick()
	}
	return nil
}

func (h *hub) remove(e *ear) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ears = slices.DeleteFunc(h.ears, func(x *ear) bool { return x == e })
}

func (h *hub) publish(channel, payload string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.ears {
		if e.channel == channel {
			e.put(payload)
		}
	}
}

// receive keeps a connection until the hub is closed.
func (h *hub) receive() {
	const least, most = 50 * time.Millisecond, 5 * time.Second
	for pause := least; h.ctx.Err() == nil; pause = min(2*pause, most) {
		conn, err := pgx.ConnectConfig(h.ctx, h.config.Copy())
		if err == nil {
			if h.serve(conn) {
				pause = least
			}
			_ = conn.Close(context.WithoutCancel(h.ctx))
		}
		select {
		case <-h.ctx.Done():
		case <-time.After(pause):
		}
	}
}

// serve hands out notifications until the connection breaks, and reports whether it ever worked.
func (h *hub) serve(conn *pgx.Conn) (worked bool) {
	listening := map[string]bool{}
	for {
		wait, stop := context.WithCancel(h.ctx)
		h.mu.Lock()
		h.kick = stop
		ears := slices.Clone(h.ears)
		h.mu.Unlock()
		if !h.listen(conn, ears, listening) {
			stop()
			return worked
		}
		worked = true
		n, err := conn.WaitForNotification(wait)
		kicked := wait.Err() != nil
		stop()
		switch {
		case err == nil:
			h.publish(n.Channel, n.Payload)
		case !kicked || conn.IsClosed() || h.ctx.Err() != nil:
			return worked
		}
	}
}

// listen makes the server send the channels of ears that it does not send yet over this connection.
func (h *hub) listen(conn *pgx.Conn, ears []*ear, listening map[string]bool) bool {
	for _, e := range ears {
		if !listening[e.channel] {
			if _, err := conn.Exec(h.ctx, "LISTEN "+pgx.Identifier{e.channel}.Sanitize()); err != nil {
				return false
			}
			listening[e.channel] = true
			h.missed(ears, e.channel)
		}
		if !e.known {
			e.known = true
			close(e.ready)
		}
	}
	return true
}

// missed tells those who listened over an earlier connection that there was a gap.
func (h *hub) missed(ears []*ear, channel string) {
	for _, e := range ears {
		if e.channel == channel && e.known {
			e.put("")
		}
	}
}
