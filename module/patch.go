package module

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"

	"github.com/gorgon-commerce/gorgon/internal/metadata"
	"github.com/gorgon-commerce/gorgon/money"
)

// patch is [Table.Patch].
func (r *rows) patch(ctx context.Context, out any, id string, set Set) error {
	if err := r.retrieve(ctx, out, id, []FindOptions{{Lock: true}}); err != nil {
		return err
	}
	news := r.news(reflect.ValueOf(out).Elem(), set)
	if len(news) == 0 {
		return nil
	}
	return r.updateOne(ctx, out, id, news)
}

// news is what of a set differs from a record.
func (r *rows) news(old reflect.Value, set Set) Set {
	out := Set{}
	for name, v := range set {
		c := r.entity.Column(name)
		if c == nil || c.Path == nil {
			out[name] = v
			continue
		}
		have := old.FieldByIndex(c.Path).Interface()
		if meta, ok := v.(Map); ok && name == "metadata" {
			previous, _ := have.(Map)
			v = Map(metadata.Merge(previous, meta))
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
