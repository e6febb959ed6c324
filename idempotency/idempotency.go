// Package idempotency lets clients repeat a request that they have heard no answer to. Requests that carry the same Idempotency-Key happen once: who comes
// later gets the answer of the first. That the request was carried out is noted in the transaction that does it, so that a process may die at any moment.
package idempotency

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route"
)

// KeyHeader is where a client puts its key: something that nobody else would think of, such as a UUID, and new for each thing that is to happen.
const KeyHeader = "Idempotency-Key"

// ReplayedHeader is a header of answers that were given before.
const ReplayedHeader = "Idempotent-Replayed"

const (
	shortest, longest = 16, 255
	largest           = 1 << 20 // of the answers that are kept
	lease             = 30 * time.Second
)

// A Middleware keeps the answers to requests that change something. Requests without a key, and uploads, are none of its business.
type Middleware struct {
	DB        *db.DB
	Log       *slog.Logger
	Retention time.Duration // how long a key is remembered; 0 is a day

	purged purged
}

// Handler wraps the handler of all requests, where it is known already who asks.
func (k *Middleware) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get(KeyHeader)
		if key == "" || reads(r.Method) || strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			next.ServeHTTP(w, r)
			return
		}
		if err := k.once(key, next, w, r); err != nil {
			route.RequestFromContext(r.Context()).WriteError(w, r, err)
		}
	})
}

func reads(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// once answers a request, or says why it does not.
func (k *Middleware) once(key string, next http.Handler, w http.ResponseWriter, r *http.Request) error {
	if len(key) < shortest || len(key) > longest {
		return fault.New(fault.Invalid, "%s must have %d to %d characters that nobody can guess, such as a UUID", KeyHeader, shortest, longest)
	}
	request, err := print(r)
	if err != nil {
		return err
	}
	c := claim{owner: owner(r.Context()), key: key, request: request}
	claim, err := k.claim(r.Context(), c)
	switch {
	case err != nil:
		return err
	case claim == nil:
		k.first(c, next, w, r)
		return nil
	case claim.request != request:
		return fault.New(fault.Invalid, "This %s was used for another request", KeyHeader)
	case claim.status != nil:
		route.WriteRaw(w, r, route.RawResponse{Status: *claim.status, ContentType: *claim.contentType, Body: []byte(*claim.body), Header: http.Header{ReplayedHeader: {"true"}}})
		return nil
	case claim.done:
		return fault.New(fault.Conflict, "The request with this %s was carried out, but its answer is lost", KeyHeader)
	}
	w.Header().Set("Retry-After", "1")
	return fault.New(fault.Conflict, "A request with this %s is under way", KeyHeader)
}

// owner is whose keys they are.
func owner(ctx context.Context) string {
	if a, ok := route.ActorFromContext(ctx); ok {
		return a.Type + "/" + a.ID
	}
	return route.PublishableKey(ctx)
}

// print tells requests apart.
func print(r *http.Request) (string, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", fault.Wrap(err, fault.Invalid, "The body could not be read")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.New()
	for _, part := range []string{r.Method, r.URL.RequestURI()} {
		io.WriteString(sum, part+"\n")
	}
	sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// first carries a request out and keeps its answer. A request that has changed nothing and failed leaves its key free.
func (k *Middleware) first(c claim, next http.Handler, w http.ResponseWriter, r *http.Request) {
	ctx, stop := context.WithCancel(r.Context())
	a := &route.ResponseRecorder{ResponseWriter: w, Limit: largest}
	defer func() {
		stop()
		if err := k.settle(context.WithoutCancel(ctx), c, a); err != nil {
			k.Log.ErrorContext(ctx, "the answer to a request was not kept", "error", err)
		}
	}()
	go k.hold(ctx, c)
	next.ServeHTTP(a, r.WithContext(db.WithCommitStatement(r.Context(), c.mark())))
}
