package idempotency

import (
	"context"
	"embed"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/route"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the table of requests, gorgon_request.
func Migrations() db.MigrationSet { return db.MigrationFiles("gorgon/idempotency", migrations) }

// A claim is a request that may be carried out, by the one who has its row.
type claim struct{ owner, key, request string }

// earlier is what is known of a request that came before.
type earlier struct {
	request           string
	done              bool // something of it was committed
	status            *int
	contentType, body *string
}

const (
	take = `INSERT INTO gorgon_request AS q (owner, key, request, held_until, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, key) DO UPDATE SET request = excluded.request, held_until = excluded.held_until
		WHERE q.done = 0 AND q.status IS NULL AND q.held_until < $5`
	look = "SELECT request, done, status, content_type, body FROM gorgon_request WHERE owner = $1 AND key = $2"
	done = "UPDATE gorgon_request SET done = 1 WHERE owner = $1 AND key = $2"
	hold = "UPDATE gorgon_request SET held_until = $1 WHERE owner = $2 AND key = $3 AND status IS NULL"
	keep = "UPDATE gorgon_request SET status = $1, content_type = $2, body = $3 WHERE owner = $4 AND key = $5 AND (done = 1 OR $6 = 1)"
	free = "DELETE FROM gorgon_request WHERE owner = $1 AND key = $2 AND done = 0 AND status IS NULL"
	old  = "DELETE FROM gorgon_request WHERE created_at < $1"
)

func (c claim) mark() db.Statement { return db.Statement{SQL: done, Args: []any{c.owner, c.key}} }

// claim returns nil to the one who is to carry out the request.
func (k *Middleware) claim(ctx context.Context, c claim) (*earlier, error) {
	if err := k.purge(ctx); err != nil {
		return nil, err
	}
	now := db.Now()
	n, err := k.DB.Exec(ctx, db.Statement{SQL: take, Args: []any{c.owner, c.key, c.request, now.Add(lease).UnixMilli(), now.UnixMilli()}})
	if err != nil || n == 1 {
		return nil, err
	}
	var e earlier
	found, err := db.QueryRow(ctx, k.DB, db.Statement{SQL: look, Args: []any{c.owner, c.key}}, &e.request, &e.done, &e.status, &e.contentType, &e.body)
	if err == nil && !found { // freed in between
		return k.claim(ctx, c)
	}
	return &e, err
}

// hold keeps others from taking a request over, until ctx ends.
func (k *Middleware) hold(ctx context.Context, c claim) {
	tick := time.NewTicker(lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, err := k.DB.Exec(ctx, db.Statement{SQL: hold, Args: []any{db.Now().Add(lease).UnixMilli(), c.owner, c.key}})
			if err != nil && ctx.Err() == nil {
				k.Log.WarnContext(ctx, "a request may be taken over by another process", "error", err)
			}
		}
	}
}

// settle keeps an answer, or frees the key.
func (k *Middleware) settle(ctx context.Context, c claim, a *route.ResponseRecorder) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if a.Status != 0 && len(a.Body) <= largest && utf8.Valid(a.Body) {
		good := 0
		if a.Status < 300 {
			good = 1
		}
		n, err := k.DB.Exec(ctx, db.Statement{SQL: keep, Args: []any{a.Status, a.Header().Get("Content-Type"), string(a.Body), c.owner, c.key, good}})
		if err != nil || n == 1 {
			return err
		}
	}
	_, err := k.DB.Exec(ctx, db.Statement{SQL: free, Args: []any{c.owner, c.key}})
	return err
}

// purged is when old requests were last forgotten.
type purged struct {
	mu sync.Mutex
	at time.Time
}

// purge forgets old requests, now and then.
func (k *Middleware) purge(ctx context.Context) error {
	k.purged.mu.Lock()
	defer k.purged.mu.Unlock()
	now := db.Now()
	if now.Sub(k.purged.at) < 10*time.Minute {
		return nil
	}
	age := k.Retention
	if age == 0 {
		age = 24 * time.Hour
	}
	_, err := k.DB.Exec(ctx, db.Statement{SQL: old, Args: []any{now.Add(-age).UnixMilli()}})
	if err == nil {
		k.purged.at = now
	}
	return err
}
