package module

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"

	"github.com/gorgon-commerce/gorgon/internal/metadata"
	"github.com/gorgon-commerce/gorgon/money"
)

// Patch changes one record as Medusa's requests do: metadata is merged into what the record has, and what is as it was already is not written, so that a patch of
// nothing leaves updated_at alone. It returns the record as it is then. An unknown id is fault.NotFound.
func (t *Table[T]) Patch(ctx context.Context, id string, set Set) (T, error) {
	old, err := t.Retrieve(ctx, id, Find{Lock: true})
	if err != nil {
		return old, err
	}
	news := t.news(reflect.ValueOf(&old).Elem(), set)
	if len(news) == 0 {
		return old, nil
	}
	return t.UpdateOne(ctx, id, news)
}

// news is what of a set differs from a record.
func (t *Table[T]) news(old reflect.Value, set Set) Set {
	out := Set{}
	for name, v := range set {
		c := t.entity.Column(name)
		if c == nil || c.Path == nil {
			out[name] = v
			continue
		}
		have := old.FieldByIndex(c.Path).Interface()
		if meta, ok := v.(Map); ok && name == "metadata" {
			was, _ := have.(Map)
			v = Map(metadata.Merge(was, meta))
		}
		if !same(have, v) {
			out[name] = v
		}
	}
	return out
}

// same compares a field with its new value.
func same(have, v any) bool {
	if m, ok := have.(money.Decimal); ok {
		n, ok := v.(money.Decimal)
		return ok && m.Equal(n)
	}
	a, errA := json.Marshal(have)
	b, errB := json.Marshal(v)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}
