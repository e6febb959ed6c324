// Package provider registers the replaceable parts of a shop: what charges, ships, stores files,
// sends notifications, calculates taxes and signs people in.
//
// Each module package owns the interface of its kind and a function Provide, which makes a
// [Registration] for the Providers of a plugin:
//
//	Providers: []gorgon.Provider{payment.Provide("default", acme.New(key))},
package provider

import (
	"fmt"
	"iter"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/origin"
)

// A Registration is one provider under the id that database rows and the HTTP API use for it.
type Registration struct {
	kind, id string
	value    any
	place    origin.Place
}

// New registers p as a provider of a kind, such as "payment". P is the interface of that kind.
// Only module packages call it; plugins call Provide of the module package.
func New[P any](kind, id string, p P) Registration {
	return Registration{kind: kind, id: id, value: p, place: origin.Caller()}
}

// Kind is the kind of the provider: "payment", "fulfillment", "file", "notification", "tax", "auth".
func (r Registration) Kind() string { return r.kind }

// ID identifies the provider within its kind.
func (r Registration) ID() string { return r.id }

// String describes the registration with the file and line that made it.
func (r Registration) String() string {
	return fmt.Sprintf("%s provider %q (%s)", r.kind, r.id, r.place)
}

// A Registry accepts the providers of one kind. [Set] implements it.
type Registry interface {
	Kind() string
	// Add installs a provider. A second one of the same id is an error that names both places.
	Add(r Registration) error
}

// Install adds each registration to the registry of its kind. A kind without a registry is an error.
func Install(registries []Registry, list []Registration) error {
	byKind := map[string]Registry{}
	for _, r := range registries {
		byKind[r.Kind()] = r
	}
	for _, r := range list {
		registry, ok := byKind[r.kind]
		if !ok {
			return fmt.Errorf("%s: no plugin of this app uses providers of this kind", r)
		}
		if err := registry.Add(r); err != nil {
			return err
		}
	}
	return nil
}

// A Set holds the providers of one kind in the order of their registration. It is not changed once
// the app is open, so reading it needs no lock.
type Set[P any] struct {
	kind string
	list []Registration
}

// NewSet returns a set of the providers given. It panics if one of them does not fit, because the
// list stands in the program.
func NewSet[P any](kind string, list ...Registration) *Set[P] {
	s := &Set[P]{kind: kind}
	for _, r := range list {
		if err := s.Add(r); err != nil {
			panic(err)
		}
	}
	return s
}

// Kind implements [Registry].
func (s *Set[P]) Kind() string { return s.kind }

// Add implements [Registry].
func (s *Set[P]) Add(r Registration) error {
	if _, ok := r.value.(P); !ok || r.kind != s.kind {
		return fmt.Errorf("%s is not a %s provider: it is a %T", r, s.kind, r.value)
	}
	for _, other := range s.list {
		if other.id == r.id {
			return fmt.Errorf("%s is registered already: %s", r, other)
		}
	}
	s.list = append(s.list, r)
	return nil
}

// Get finds a provider by its id. An unknown id is fault.NotFound.
func (s *Set[P]) Get(id string) (P, error) {
	for _, r := range s.list {
		if r.id == id {
			return r.value.(P), nil
		}
	}
	var none P
	return none, fault.New(fault.NotFound, "Could not find %s provider with id: %s", s.kind, id)
}

// All yields the providers with their ids.
func (s *Set[P]) All() iter.Seq2[string, P] {
	return func(yield func(string, P) bool) {
		for _, r := range s.list {
			if !yield(r.id, r.value.(P)) {
				return
			}
		}
	}
}

// IDs lists the ids of the providers.
func (s *Set[P]) IDs() []string {
	ids := make([]string, len(s.list))
	for i, r := range s.list {
		ids[i] = r.id
	}
	return ids
}
