// Package link ties records of different modules together. A link is a table of its own between two tables, with Medusa's name and
// columns; it adds fields to the records at both ends, so that queries and filters pass over it as over any relation.
package link

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
)

// A Definition is a link as the application lists it: the table of its rows.
type Definition = module.Entity

// A Link ties records of A to records of B. Its verbs have the shape of workflow steps, and all join the transaction in ctx.
type Link[A, B any] struct{ links }

// links is a Link without its types, which are there for those who read programs and for the compiler: no verb needs them.
type links struct{ rows *rows }

// OneToOne links a record of a with one of b at most, and the other way round. The database refuses more.
func OneToOne[A, B any](a *module.Table[A], b *module.Table[B], options ...Option) *Link[A, B] {
	return &Link[A, B]{links{define(a.Entity(), b.Entity(), true, slices.Concat([]Option{SingleA(), SingleB()}, options))}}
}

// OneToMany links a record of a with many of b, each of which has one of a at most. The database refuses more.
func OneToMany[A, B any](a *module.Table[A], b *module.Table[B], options ...Option) *Link[A, B] {
	return &Link[A, B]{links{define(a.Entity(), b.Entity(), true, slices.Concat([]Option{SingleA()}, options))}}
}

// ManyToMany links records of a and b, any number with any number. Options may say that there is one at most, which nothing then refuses.
func ManyToMany[A, B any](a *module.Table[A], b *module.Table[B], options ...Option) *Link[A, B] {
	return &Link[A, B]{links{define(a.Entity(), b.Entity(), false, options)}}
}

// Entity describes the table of the link to the rest of the framework.
func (l *links) Entity() *graph.Entity { return l.rows.entity }

// Endpoints are the records that a verb ties: one of A, and some of B.
type Endpoints struct {
	From string   `json:"from"`
	To   []string `json:"to"`
}

// Join names the ends of links from one record of A to records of B.
func Join(from string, to ...string) Endpoints { return Endpoints{from, to} }

// A Pair is one link, with the values of its extra columns: numbers and texts as text, JSONColumn as what it decodes to.
type Pair struct {
	From  string         `json:"from"`
	To    string         `json:"to"`
	Extra map[string]any `json:"extra,omitempty"`
}

// Attach ties records. What is tied already stays, what was taken apart comes back. Its inverse is Detach.
func (l *links) Attach(ctx context.Context, e Endpoints) (Endpoints, error) {
	return e, l.rows.put(ctx, pairs(e))
}

// AttachWith ties one record to another, with values for the extra columns of their link. Its inverse is DetachWith.
func (l *links) AttachWith(ctx context.Context, p Pair) (Pair, error) {
	return p, l.rows.put(ctx, []Pair{p})
}

// DetachWith takes a pair apart.
func (l *links) DetachWith(ctx context.Context, p Pair) error {
	return l.DetachMany(ctx, []Pair{p})
}

// AttachMany ties many pairs, and overwrites the extra columns of those that are tied already. Its inverse is DetachMany.
func (l *links) AttachMany(ctx context.Context, list []Pair) ([]Pair, error) {
	return list, l.rows.put(ctx, list)
}

// Detach takes records apart; with no record of B, from all of them. [Link.Restore] brings the links back.
func (l *links) Detach(ctx context.Context, e Endpoints) error {
	return l.rows.mark(ctx, l.rows.ends(e), true)
}

// DetachMany takes pairs apart.
func (l *links) DetachMany(ctx context.Context, list []Pair) error {
	return l.rows.mark(ctx, l.rows.either(list), true)
}

// Restore undoes Detach.
func (l *links) Restore(ctx context.Context, e Endpoints) error {
	return l.rows.mark(ctx, l.rows.ends(e), false)
}

// Dismiss takes records apart for good.
func (l *links) Dismiss(ctx context.Context, e Endpoints) error {
	return l.rows.drop(ctx, l.rows.ends(e))
}

// LinkedIDs lists the records of B that a record of A is tied to, oldest link first.
func (l *links) LinkedIDs(ctx context.Context, id string) ([]string, error) {
	return l.FromA().LinkedIDs(ctx, id)
}

// FromA is the link seen from A.
func (l *links) FromA() Side { return Side{l.rows, false} }

// FromB is the link seen from B.
func (l *links) FromB() Side { return Side{l.rows, true} }

func pairs(e Endpoints) []Pair {
	out := make([]Pair, len(e.To))
	for i, to := range e.To {
		out[i] = Pair{From: e.From, To: to}
	}
	return out
}
