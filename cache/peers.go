package cache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/gorgon-commerce/gorgon/db"
)

// peers are the other processes that write to the database.
type peers interface {
	// heard reports whether this process knows of all that they had changed some milliseconds ago.
	heard(context.Context) bool
}

// Start begins to keep answers, for as long as ctx goes on. It is an error if the database lacks the triggers that Install makes,
// or if it is behind a pooler through which nothing can be heard.
func (c *Cache) Start(ctx context.Context) error {
	if err := c.installed(ctx); err != nil {
		return err
	}
	if c.DB.Dialect() == db.Postgres && !c.DB.CanListen() {
		return errDeaf
	}
	c.index, c.at = map[string]int{}, make([]uint64, len(c.Tables))
	for i, t := range c.Tables {
		c.index[t] = i
	}
	var err error
	c.kept, err = otter.New(&otter.Options[string, entry]{MaximumWeight: uint64(c.MaxBytes), Weigher: weigh})
	if err != nil {
		return err
	}
	if c.DB.Dialect() == db.SQLite {
		c.peers, err = newCounts(ctx, c)
	} else {
		c.peers, err = newNotices(ctx, c)
	}
	if err == nil {
		c.DB.UseResultCache(c)
	}
	return err
}

var errDeaf = errors.New("cache: changes by other processes cannot be heard through a pooler in transaction mode; set DATABASE_DIRECT_URL")

// channel is where PostgreSQL tells the names of tables that have changed.
const channel = "gorgon_changed"

// notices come from PostgreSQL. A process that hears nothing, though it speaks itself, may miss what others say.
type notices struct {
	cache *Cache
	ctx   context.Context // of the cache: it speaks for itself, outside of the requests and transactions that make it
	last  atomic.Int64    // when it heard something, in Unix milliseconds
	asked atomic.Int64    // when it spoke
}

func newNotices(ctx context.Context, c *Cache) (*notices, error) {
	n := &notices{cache: c, ctx: ctx}
	return n, c.DB.Listen(ctx, channel, n.receive)
}

const (
	deaf = 2 * time.Second        // after which silence means something
	ask  = 500 * time.Millisecond // between its own words, while there are requests
	word = "="                    // of which all that matters is that it is heard
)

func (n *notices) receive(payload string) {
	switch payload {
	case "": // something may have been missed
		n.cache.Invalidate(n.cache.Tables)
		return
	case word:
	default:
		n.cache.Invalidate([]string{payload})
	}
	n.last.Store(time.Now().UnixMilli())
}

func (n *notices) heard(context.Context) bool {
	now := time.Now().UnixMilli()
	if asked := n.asked.Load(); now-asked > ask.Milliseconds() && n.asked.CompareAndSwap(asked, now) {
		go func() { _ = n.cache.DB.Notify(n.ctx, channel, word) }() // a failure is a silence
	}
	return now-n.last.Load() < deaf.Milliseconds()
}

// counts are kept by SQLite, for each table. They are looked at when there are requests, a few times a second.
type counts struct {
	cache *Cache
	mu    sync.Mutex
	at    time.Time
	known map[string]string
}

// every is how late a process may learn what another one has written to SQLite.
const every = 50 * time.Millisecond

func newCounts(ctx context.Context, c *Cache) (*counts, error) {
	n := &counts{cache: c, known: map[string]string{}}
	return n, n.look(ctx)
}

func (n *counts) heard(ctx context.Context) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if time.Since(n.at) < every {
		return true
	}
	return n.look(ctx) == nil
}

func (n *counts) look(ctx context.Context) error {
	at := time.Now()
	rows, err := n.cache.DB.Query(n.cache.DB.WithoutTx(ctx), db.Statement{SQL: "SELECT name, n FROM gorgon_change"})
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		name, count := string(rows.Value(0)), string(rows.Value(1))
		if n.known[name] != count {
			n.known[name] = count
			n.cache.Invalidate([]string{name})
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	n.at = at
	return nil
}

// Install makes the triggers by which the database tells of changes, where they are missing. It belongs after each migration.
// Processes that do it at the same time take turns.
func (c *Cache) Install(ctx context.Context) error {
	return c.DB.InTx(ctx, func(ctx context.Context) error {
		if err := c.DB.Lock(ctx, channel); err != nil || c.installed(ctx) == nil {
			return err
		}
		return c.DB.ExecScript(ctx, c.script())
	})
}

func (c *Cache) script() string {
	if c.DB.Dialect() == db.Postgres {
		b := []byte(`CREATE OR REPLACE FUNCTION gorgon_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('` + channel + `', TG_TABLE_NAME); RETURN NULL; END $$;`)
		for _, t := range c.Tables {
			b = fmt.Appendf(b, "\nDROP TRIGGER IF EXISTS gorgon_changed ON %[1]q;\nCREATE TRIGGER gorgon_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %[1]q FOR EACH STATEMENT EXECUTE FUNCTION gorgon_changed();", t)
		}
		return string(b)
	}
	b := []byte("CREATE TABLE IF NOT EXISTS gorgon_change (name text PRIMARY KEY, n integer NOT NULL) WITHOUT ROWID;")
	for _, t := range c.Tables {
		b = fmt.Appendf(b, "\nINSERT OR IGNORE INTO gorgon_change VALUES ('%s', 0);", t)
		for _, operation := range []string{"INSERT", "UPDATE", "DELETE"} {
			b = fmt.Appendf(b, "\nCREATE TRIGGER IF NOT EXISTS gorgon_changed_%[1]s_%[2]s AFTER %[2]s ON %[3]q BEGIN UPDATE gorgon_change SET n = n + 1 WHERE name = '%[1]s'; END;",
				t, operation, t)
		}
	}
	return string(b)
}

// installed fails if a table has no trigger.
func (c *Cache) installed(ctx context.Context) error {
	sql := "SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'gorgon_changed_%_DELETE'"
	if c.DB.Dialect() == db.Postgres {
		sql = "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'gorgon_changed' AND c.relnamespace = current_schema()::regnamespace"
	}
	rows, err := c.DB.Query(ctx, db.Statement{SQL: sql})
	if err != nil {
		return err
	}
	defer rows.Close()
	var have []string
	for rows.Next() {
		have = append(have, string(rows.Value(0)))
	}
	for _, t := range c.Tables {
		if !slices.Contains(have, t) {
			return fmt.Errorf("cache: %s has no trigger that tells of its changes; run db:migrate", t)
		}
	}
	return rows.Err()
}
