package apikey

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/module"
)

const (
	// trust is how long a key that works is not asked after again: how late other processes may learn that it was revoked.
	trust = time.Second
	// remember bounds how many keys are remembered.
	remember = 10_000
)

// A memory holds on to what was found in the database. Forgetting also undoes what is being found at that moment.
type memory[V any] struct {
	mu    sync.Mutex
	epoch int
	found map[[sha256.Size]byte]fact[V]
}

type fact[V any] struct {
	value V
	at    time.Time
}

// recall returns what is remembered, when that was last checked, and the epoch for learn.
func (m *memory[V]) recall(name [sha256.Size]byte) (f fact[V], epoch int, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok = m.found[name]
	return f, m.epoch, ok
}

// learn remembers what was found since epoch was told, unless something was forgotten in between.
func (m *memory[V]) learn(name [sha256.Size]byte, v V, epoch int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if epoch != m.epoch {
		return
	}
	if m.found == nil || len(m.found) >= remember {
		m.found = map[[sha256.Size]byte]fact[V]{}
	}
	m.found[name] = fact[V]{v, time.Now()}
}

func (m *memory[V]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	m.found = nil
}

// forgetOne drops one name, so that it has to be proved anew.
func (m *memory[V]) forgetOne(name [sha256.Size]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.found, name)
}

// stale makes all that is remembered be asked after again, without the cost of proving it anew.
func (m *memory[V]) stale() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	for name, f := range m.found {
		m.found[name] = fact[V]{value: f.value}
	}
}

// InvalidateCache drops what this process remembers of keys once the transaction of ctx is committed, or at once outside of one. The module's own
// methods call it; whoever changes what keys are tied to calls it too.
func (m *Module) InvalidateCache(ctx context.Context) {
	forget := func() {
		m.secrets.stale()
		m.publishables.forget()
	}
	d, err := m.Keys.Entity().DB()
	if err != nil {
		return // nothing is remembered before the application starts
	}
	d.AfterCommit(ctx, forget)
}

// Authenticate is Verify for every request: a token that was verified before costs a look at its row once a second, and nothing in between.
func (m *Module) Authenticate(ctx context.Context, token string) (*Key, error) {
	name := sha256.Sum256([]byte(token))
	f, epoch, ok := m.secrets.recall(name)
	if !ok {
		return m.prove(ctx, name, token)
	}
	if time.Since(f.at) < trust && f.value.IsActive(db.Now()) {
		return &f.value, nil
	}
	list, err := m.Keys.List(ctx, module.Filter{"id": f.value.ID, "token": f.value.Token, "$or": live()})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		m.secrets.forgetOne(name)
		return nil, nil
	}
	m.secrets.learn(name, list[0], epoch)
	return &list[0], nil
}

// prove verifies a token that is not known yet. Of many requests with one new token, only those that come first pay for it.
func (m *Module) prove(ctx context.Context, name [sha256.Size]byte, token string) (*Key, error) {
	list, err := m.candidates(ctx, token)
	if len(list) == 0 || err != nil {
		return nil, err
	}
	select {
	case m.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-m.turn }()
	f, epoch, ok := m.secrets.recall(name)
	if ok && time.Since(f.at) < trust {
		return &f.value, nil
	}
	k, err := match(list, token)
	if k != nil && k.IsActive(db.Now()) {
		m.secrets.learn(name, *k, epoch)
	}
	return k, err
}

// SalesChannels returns the sales channels of a publishable key, by find, which is given the key's id. ok is false when the key is unknown or
// revoked. What was found is good for a second, less if InvalidateCache is called.
func (m *Module) SalesChannels(ctx context.Context, token string, find func(context.Context, string) ([]string, error)) (channels []string, ok bool, err error) {
	name := sha256.Sum256([]byte(token))
	f, epoch, ok := m.publishables.recall(name)
	if ok && time.Since(f.at) < trust && (f.value.until.IsZero() || time.Now().Before(f.value.until)) {
		return f.value.channels, true, nil
	}
	k, err := m.FindPublishable(ctx, token)
	if k == nil || err != nil {
		return nil, false, err
	}
	s := scope{}
	if s.channels, err = find(ctx, k.ID); err != nil {
		return nil, false, err
	}
	if k.RevokedAt != nil {
		s.until = *k.RevokedAt
	}
	m.publishables.learn(name, s, epoch)
	return s.channels, true, nil
}

// A scope is what a publishable key sells in, until it ends.
type scope struct {
	channels []string
	until    time.Time
}
