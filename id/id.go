// Package id makes the identifiers of records: a prefix that says what the record is, and a ULID, which sorts by time of birth.
package id

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// A Generator makes identifiers that increase strictly within one process. The zero value is ready to use, from many goroutines.
type Generator struct {
	mu      sync.Mutex
	entropy *ulid.MonotonicEntropy
}

// New returns prefix + "_" + a ULID such as "prod_01JDW8ZK9B4V6T2M3N5P7Q8R9S", or the ULID alone when prefix is empty.
func (s *Generator) New(prefix string) string { return s.NewAt(prefix, time.Now()) }

// NewAt is New for a given moment.
func (s *Generator) NewAt(prefix string, at time.Time) string {
	s.mu.Lock()
	if s.entropy == nil {
		s.entropy = ulid.Monotonic(rand.Reader, 0)
	}
	u, err := ulid.New(ulid.Timestamp(at), s.entropy)
	if err != nil { // the random part overflowed within one millisecond: start it anew
		s.entropy = ulid.Monotonic(rand.Reader, 0)
		u = ulid.MustNew(ulid.Timestamp(at), s.entropy)
	}
	s.mu.Unlock()
	if prefix == "" {
		return u.String()
	}
	return prefix + "_" + u.String()
}

var process Generator // entropy only; it holds nothing that a shop could see of another

// New returns an identifier from the process's own source.
func New(prefix string) string { return process.New(prefix) }
