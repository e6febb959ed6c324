package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/gorgon-commerce/gorgon/money"
)

// Preloaded is what a query's caller has read already, so that the query need not: slices of structs by the path of relations that leads to
// them, "" for the roots. What is given for a path must be all that there is for it.
type Preloaded map[string]any

// take loads records that are at hand: of list those whose key, the column at that position, is among keys.
func (s *Set) take(list any, keys []string, key int) error {
	v := reflect.ValueOf(list)
	width := len(s.node.cols)
	wanted := make(map[string]bool, len(keys))
	for _, k := range keys {
		wanted[k] = true
	}
	for i := range v.Len() {
		row := reflect.Indirect(v.Index(i))
		start := len(s.cells)
		for _, ci := range s.node.cols {
			text, err := s.node.Entity.textOf(s.node.Entity.Columns[ci], row)
			if err != nil {
				return err
			}
			s.cells = append(s.cells, s.keep(text))
		}
		if key >= 0 {
			owner := s.cells[start+key]
			if !wanted[string(s.text(owner))] {
				s.cells = s.cells[:s.rows*width]
				continue
			}
			s.owners = append(s.owners, owner)
		} else if len(keys) == 1 { // related over a pivot, to the one owner
			s.owners = append(s.owners, s.keep([]byte(keys[0])))
		}
		s.rows++
	}
	return nil
}

// textOf is a column of a struct as the database would give it; nil for NULL.
func (e *Entity) textOf(c *Column, row reflect.Value) ([]byte, error) {
	raw := c.RawOf != ""
	if raw {
		c = e.Column(c.RawOf)
	}
	f := row.FieldByIndex(c.Path)
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return nil, nil
		}
		f = f.Elem()
	}
	if (f.Kind() == reflect.Map || f.Kind() == reflect.Slice || f.Kind() == reflect.Interface) && f.IsNil() {
		return nil, nil
	}
	switch x := f.Interface().(type) {
	case money.Decimal:
		if raw {
			return x.AppendRaw(nil), nil
		}
		return []byte(x.String()), nil
	case time.Time:
		return x.UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z07:00"), nil
	case json.RawMessage:
		return x, nil
	}
	return plainText(f)
}

func plainText(f reflect.Value) ([]byte, error) {
	switch f.Kind() {
	case reflect.String:
		return []byte(f.String()), nil
	case reflect.Bool:
		return strconv.AppendBool(nil, f.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(nil, f.Int(), 10), nil
	case reflect.Float32, reflect.Float64:
		return strconv.AppendFloat(nil, f.Float(), 'g', -1, 64), nil
	case reflect.Map, reflect.Slice, reflect.Struct, reflect.Interface:
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		err := enc.Encode(f.Interface())
		return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
	}
	return nil, fmt.Errorf("graph: a column of %v has no text", f.Type())
}
