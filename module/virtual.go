package module

import (
	"context"
	"reflect"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/origin"
)

// A VirtualTable is a model whose records another system keeps. Queries read them along with those of the shop, over read-only links, and ask for all they need of
// a level at once. List it among a plugin's tables.
type VirtualTable[T any] struct {
	entity *graph.Entity
	list   func(ctx context.Context, where Filter) ([]T, error)
}

// NewVirtualTable describes a virtual model. list gives the records that match a filter: for a link from products, {"product_id": [the keys]}. T is a struct as for
// NewTable, which panics when it cannot be a model.
func NewVirtualTable[T any](name string, list func(ctx context.Context, where Filter) ([]T, error), aliases ...string) *VirtualTable[T] {
	e, err := graph.Describe(reflect.TypeFor[T](), name, aliases)
	if err != nil {
		panic(err)
	}
	e.At = origin.Caller()
	e.Source = func(ctx context.Context, where Filter) (any, error) { return list(ctx, where) }
	return &VirtualTable[T]{e, list}
}

// Entity describes the model to the rest of the framework.
func (v *VirtualTable[T]) Entity() *graph.Entity { return v.entity }

// List reads the records that match.
func (v *VirtualTable[T]) List(ctx context.Context, where Filter) ([]T, error) {
	return v.list(ctx, where)
}
