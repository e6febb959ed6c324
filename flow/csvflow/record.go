package csvflow

import (
	"bytes"
	"encoding/json"

	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// A Record is a record as the wire shows it, its fields in their order.
type Record []Field

// A Field is one of a record: a scalar, a Record or a []any.
type Field struct {
	Name  string
	Value any
}

// Get returns a field; nil for none.
func (r Record) Get(name string) any {
	for _, f := range r {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// Has reports whether the record has a field.
func (r Record) Has(name string) bool {
	for _, f := range r {
		if f.Name == name {
			return true
		}
	}
	return false
}

// Records returns a field that is a list of records.
func (r Record) Records(name string) (out []Record) {
	list, _ := r.Get(name).([]any)
	for _, v := range list {
		if rec, ok := v.(Record); ok {
			out = append(out, rec)
		}
	}
	return out
}

// Record returns a field that is a record; nil for none.
func (r Record) Record(name string) Record {
	rec, _ := r.Get(name).(Record)
	return rec
}

// records reads what was read as the wire would show it.
func records(set *graph.Set) ([]Record, error) {
	out := make([]Record, set.Len())
	var b []byte
	for i := range out {
		b = set.AppendRow(b[:0], i)
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		v, err := decode(d)
		if err != nil {
			return nil, err
		}
		out[i], _ = v.(Record)
	}
	return out, nil
}

// decode reads one value, of objects with the order of their fields.
func decode(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		r := Record{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := decode(d)
			if err != nil {
				return nil, err
			}
			s, _ := name.(string)
			r = append(r, Field{s, v})
		}
		_, err = d.Token()
		return r, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := decode(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	}
	return t, nil
}

// MarshalJSON writes the record as the object that it was.
func (r Record) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, f := range r {
		if i > 0 {
			b = append(b, ',')
		}
		v, err := json.Marshal(f.Value)
		if err != nil {
			return nil, err
		}
		b = append(append(graph.AppendString(b, []byte(f.Name)), ':'), v...)
	}
	return append(b, '}'), nil
}
