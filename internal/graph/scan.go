package graph

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/money"
)

// A setter stores a value in the database's text form into a struct's field; nil is NULL.
type setter func(dst reflect.Value, v []byte) error

// ScanInto stores the records into the slice that ptr points to, with the relations that were read.
func (s *Set) ScanInto(ptr any) error {
	out := reflect.ValueOf(ptr).Elem()
	out.Set(reflect.MakeSlice(out.Type(), s.rows, s.rows))
	for r := range s.rows {
		if err := s.fill(out.Index(r), r); err != nil {
			return err
		}
	}
	return nil
}

func (s *Set) fill(dst reflect.Value, row int) error {
	n := s.node
	for i, ci := range n.cols {
		c := n.Entity.Columns[ci]
		if c.Path == nil {
			continue
		}
		if err := c.setter()(dst.FieldByIndex(c.Path), s.value(row, i)); err != nil {
			return fmt.Errorf("%s.%s: %w", n.Entity.Table, c.Name, err)
		}
	}
	for i := range s.children {
		if c := &s.children[i]; c.def.rel.Path != nil {
			if err := c.fill(dst.FieldByIndex(c.def.rel.Path), row); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *kin) fill(dst reflect.Value, row int) error {
	rows := c.of(row)
	if dst.Kind() == reflect.Slice {
		dst.Set(reflect.MakeSlice(dst.Type(), len(rows), len(rows)))
		for i, r := range rows {
			if err := c.set.fill(dst.Index(i), int(r)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(rows) == 0 {
		return nil
	}
	if dst.Kind() == reflect.Pointer {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
	}
	return c.set.fill(dst, int(rows[0]))
}

func (c *Column) setter() setter {
	if c.set == nil {
		return newSetter(c)
	}
	return c.set
}

func newSetter(c *Column) setter {
	if c.GoType.Kind() == reflect.Pointer {
		inner := plainSetter(c, c.GoType.Elem())
		return func(dst reflect.Value, v []byte) error {
			if v == nil {
				dst.SetZero()
				return nil
			}
			p := reflect.New(dst.Type().Elem())
			dst.Set(p)
			return inner(p.Elem(), v)
		}
	}
	inner := plainSetter(c, c.GoType)
	return func(dst reflect.Value, v []byte) error {
		if v == nil {
			dst.SetZero()
			return nil
		}
		return inner(dst, v)
	}
}

func plainSetter(c *Column, t reflect.Type) setter {
	switch c.Type {
	case Bool:
		return func(dst reflect.Value, v []byte) error { dst.SetBool(v[0] == 't' || v[0] == '1'); return nil }
	case Int, BigInt:
		return setInt
	case Float:
		return setFloat
	case Numeric:
		return setDecimal
	case Time:
		return setTime
	case Array:
		return setArray
	case JSON:
		if t == rawType {
			return func(dst reflect.Value, v []byte) error { dst.SetBytes(append([]byte{}, v...)); return nil }
		}
		return func(dst reflect.Value, v []byte) error { return json.Unmarshal(v, dst.Addr().Interface()) }
	}
	return func(dst reflect.Value, v []byte) error { dst.SetString(string(v)); return nil }
}

func setInt(dst reflect.Value, v []byte) error {
	n, err := strconv.ParseInt(string(v), 10, 64)
	dst.SetInt(n)
	return err
}

func setFloat(dst reflect.Value, v []byte) error {
	f, err := strconv.ParseFloat(string(v), 64)
	dst.SetFloat(f)
	return err
}

func setDecimal(dst reflect.Value, v []byte) error {
	d, err := money.Parse(string(v))
	*dst.Addr().Interface().(*money.Decimal) = d
	return err
}

func setTime(dst reflect.Value, v []byte) error {
	t, err := db.ParseTime(v)
	dst.Set(reflect.ValueOf(t).Convert(dst.Type()))
	return err
}

func setArray(dst reflect.Value, v []byte) error {
	if len(v) > 0 && v[0] == '[' {
		return json.Unmarshal(v, dst.Addr().Interface())
	}
	list := reflect.ValueOf(ParseArray(v))
	dst.Set(list.Convert(dst.Type()))
	return nil
}
