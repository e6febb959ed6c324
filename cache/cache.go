// Package cache keeps answers of reads in memory until something that they were read of has changed. Nobody has to say what an answer depends on:
// the statements that were run for it tell which tables were read, those of this process which were written, and triggers in the database
// tell of what others have written. An answer that has read any table that is not watched is not kept.
package cache

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/route"
)

// A Cache keeps answers of one database. It is ready once Start has returned, and does nothing before.
type Cache struct {
	DB       *db.DB
	Tables   []string // that are watched
	MaxBytes int      // what may be kept, of keys and answers

	// MaxAge is how long an answer may be kept that was read of a table, for tables whose records have a beginning or an end in time.
	MaxAge map[string]time.Duration

	kept  memory
	packs packs
	index map[string]int
	mu    sync.RWMutex
	at    []uint64 // how often each table has changed
	peers peers    // other processes; nil before Start

	hits, misses, passed atomic.Int64
}

// Stats are counts since the start: of answers from memory, of those that were read and kept, and of requests that are none of the cache's business.
type Stats struct{ Hits, Misses, Bypassed int64 }

// Stats returns what the cache has done so far.
func (c *Cache) Stats() Stats { return Stats{c.hits.Load(), c.misses.Load(), c.passed.Load()} }

// memory is a map of limited size. It is an interface so that the many generic types of the one that is used stay in this package: others would compile all
// that they can reach.
type memory interface {
	GetIfPresent(key string) (entry, bool)
	Set(key string, e entry) (entry, bool)
}

// An entry is something that was read.
type entry struct {
	response    *db.CachedResult // of a statement
	contentType string           // of what a handler has written
	body        []byte
	packed      bool
	reads       []seen
	until       time.Time
}

// seen is a table as it was when an answer was read.
type seen struct {
	table int
	at    uint64
}

const (
	longest    = time.Minute // an answer is kept, whatever happens
	longestKey = 2 << 10
)

// Handler answers requests from memory where it can. It belongs around a handler whose answers depend on the address, the publishable key and the
// language of a request alone, and goes by those of somebody who is logged in.
func (c *Cache) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, ok := keyOf(r)
		if !ok || c.peers == nil || !c.peers.heard(r.Context()) {
			c.passed.Add(1)
			next.ServeHTTP(w, r)
			return
		}
		if a, ok := c.kept.GetIfPresent(key); ok && c.good(&a) {
			c.hits.Add(1)
			c.packs.write(w, r, &a)
			return
		}
		c.misses.Add(1)
		c.fill(key, next, w, r)
	})
}

// fill has a request answered, and keeps the answer.
func (c *Cache) fill(key string, next http.Handler, w http.ResponseWriter, r *http.Request) {
	ctx, reads := db.WithTableTracker(r.Context())
	before, headers := c.snapshot(), len(w.Header())
	copied := &route.ResponseRecorder{ResponseWriter: w}
	next.ServeHTTP(copied, r.WithContext(ctx))
	e := entry{contentType: w.Header().Get("Content-Type")}
	own := len(w.Header()) - headers // of which Content-Type, Content-Length and Etag are written anew
	if copied.Status == http.StatusOK && len(copied.Body) > 0 && own <= 3 && c.dates(&e, reads.Tables(), before) {
		e.body, e.packed = c.packs.pack(copied.Body)
		c.kept.Set(key, e)
	}
}

// dates notes what an entry was read of, and until when it is good. It reports false if that cannot be known.
func (c *Cache) dates(e *entry, tables []string, before []uint64) bool {
	age := longest
	for _, t := range tables {
		i, watched := c.index[t]
		if !watched {
			return false
		}
		e.reads = append(e.reads, seen{i, before[i]})
		if most := c.MaxAge[t]; most > 0 {
			age = min(age, most)
		}
	}
	e.until = time.Now().Add(age)
	return true
}

// keyOf is all that an answer depends on; ok is false for requests whose answers are not kept.
func keyOf(r *http.Request) (key string, ok bool) {
	ctx := r.Context()
	if _, known := route.ActorFromContext(ctx); known || r.Method != http.MethodGet || len(r.URL.RawQuery) > longestKey {
		return "", false
	}
	if strings.Contains(r.Header.Get("Cache-Control"), "no-cache") || r.Header.Get("If-None-Match") == "*" {
		return "", false
	}
	var locale string
	if req := route.RequestFromContext(ctx); req != nil {
		locale = req.Locale()
	}
	return strings.Join([]string{r.URL.EscapedPath(), r.URL.RawQuery, locale, route.PublishableKey(ctx), strings.Join(route.SalesChannels(ctx), ",")}, "\x00"), true
}

func (c *Cache) good(a *entry) bool {
	if time.Now().After(a.until) {
		return false
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, s := range a.reads {
		if c.at[s.table] != s.at {
			return false
		}
	}
	return true
}

func (c *Cache) snapshot() []uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return append([]uint64(nil), c.at...)
}

// Invalidate implements db.ResultCache: answers that were read of tables are worthless. Tables that are not watched are of no interest.
func (c *Cache) Invalidate(tables []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range tables {
		if i, ok := c.index[t]; ok {
			c.at[i]++
		}
	}
}
