package authapi

import (
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route"
)

// What somebody may fail to log in before they have to wait: from one address soon, so that the owner can still get in from theirs, and from everywhere
// after many more.
const (
	failuresHere, patienceHere = 10, 30 * time.Second // so many at once, then one each
	failuresAll, patienceAll   = 100, 10 * time.Second
	rememberedAttempts         = 100_000
)

// attempts slow down who guesses passwords. Each process counts for itself.
type attempts struct {
	mu     sync.Mutex
	failed map[string]*rate.Limiter
}

// An attempt is a login that may fail.
type attempt struct {
	all        *attempts
	here, name string
}

// by is an attempt of a request to log in with an identifier; one without is not counted.
func (a *attempts) by(req *route.Request) attempt {
	body := req.Body().Get("email")
	if body.Text() == "" {
		return attempt{}
	}
	name := req.Param("actor_type") + "/" + req.Param("auth_provider") + "/" + strings.ToLower(body.Text())
	return attempt{a, req.ClientIP() + " " + name, name}
}

// allowed is fault.TooManyRequests for who has failed too often.
func (t attempt) allowed() error {
	if t.all == nil {
		return nil
	}
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	for _, key := range []string{t.here, t.name} {
		if l := t.all.failed[key]; l != nil && l.TokensAt(time.Now()) < 1 {
			return fault.New(fault.TooManyRequests, "Too many failed attempts to log in. Please wait a minute and try again")
		}
	}
	return nil
}

// fail counts a failure.
func (t attempt) fail() {
	if t.all == nil {
		return
	}
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	t.all.count(t.here, failuresHere, patienceHere)
	t.all.count(t.name, failuresAll, patienceAll)
}

func (a *attempts) count(key string, burst int, patience time.Duration) {
	if len(a.failed) >= rememberedAttempts || a.failed == nil {
		a.forget()
	}
	l := a.failed[key]
	if l == nil {
		l = rate.NewLimiter(rate.Every(patience), burst)
		a.failed[key] = l
	}
	l.AllowN(time.Now(), 1)
}

// forget drops those who have waited long enough, and all if that are not many.
func (a *attempts) forget() {
	recent := map[string]*rate.Limiter{}
	for key, l := range a.failed {
		if l.TokensAt(time.Now()) < float64(l.Burst()) {
			recent[key] = l
		}
	}
	if len(recent) > rememberedAttempts/2 {
		recent = map[string]*rate.Limiter{}
	}
	a.failed = recent
}
