package graph

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/money"
)

var (
	timeType    = reflect.TypeFor[time.Time]()
	decimalType = reflect.TypeFor[money.Decimal]()
	rawType     = reflect.TypeFor[json.RawMessage]()
)

// Indexer is implemented by models with named or composite indexes.
type Indexer interface{ Indexes() []Index }

// Checker is implemented by models with conditions on their rows.
type Checker interface{ Checks() []Check }

// Describe reads the struct type t, whose tags say what the table is.
func Describe(t reflect.Type, table string, aliases []string) (*Entity, error) {
	e := &Entity{Table: table, Aliases: aliases, Prefix: table, Label: label(table), GoType: t}
	if err := e.fields(t, nil); err != nil {
		return nil, err
	}
	e.index()
	if len(e.keys) == 0 {
		return nil, fmt.Errorf("model %v has no key: embed module.Model or tag a field model:\"key\"", t)
	}
	zero := reflect.New(t).Interface()
	if x, ok := zero.(Indexer); ok {
		e.Indexes = slices.Clone(x.Indexes())
		e.nameIndexes()
	}
	if x, ok := zero.(Checker); ok {
		e.Checks = x.Checks()
	}
	return e, nil
}

// nameIndexes gives indexes without a name the one that Medusa would, and has them hold live rows only.
func (e *Entity) nameIndexes() {
	for i := range e.Indexes {
		x := &e.Indexes[i]
		if x.Name != "" {
			continue
		}
		x.Name = "IDX_" + e.Table + "_" + strings.Join(x.Columns, "_")
		if x.Unique {
			x.Name += "_unique"
		}
		switch {
		case !e.SoftDeletes():
		case x.Where == "":
			x.Where = "deleted_at IS NULL"
		default:
			x.Where = "(" + x.Where + ") AND deleted_at IS NULL"
		}
	}
}

func (e *Entity) fields(t reflect.Type, path []int) error {
	for i := range t.NumField() {
		f := t.Field(i)
		p := append(slices.Clone(path), i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		var err error
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Struct && name == "":
			tag := parseTag(f.Tag.Get("model"))
			e.Prefix, e.Deleted = orElse(tag["prefix"], e.Prefix), orElse(tag["deleted"], e.Deleted)
			err = e.fields(f.Type, p)
		case !f.IsExported() || f.Tag.Get("model") == "-":
		case f.Tag.Get("rel") != "":
			err = e.relation(f, name, p)
		case name == "" || name == "-":
			if c := parseTag(f.Tag.Get("model"))["column"]; c != "" {
				err = e.column(f, c, p)
			}
		default:
			err = e.column(f, name, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func parseTag(tag string) map[string]string {
	m := map[string]string{}
	for part := range strings.SplitSeq(tag, ",") {
		if k, v, ok := strings.Cut(part, "="); ok || k != "" {
			m[k] = v
		}
	}
	return m
}

func (e *Entity) relation(f reflect.StructField, name string, path []int) error {
	r := &Relation{Name: strings.TrimPrefix(name, "-"), Path: path, ToType: f.Type}
	switch f.Type.Kind() {
	case reflect.Slice:
		r.List, r.ToType = true, f.Type.Elem()
	case reflect.Pointer:
		r.ToType = f.Type.Elem()
	}
	var pivot []string
	for part := range strings.SplitSeq(f.Tag.Get("rel"), ",") {
		k, v, _ := strings.Cut(part, "=")
		switch k {
		case "belongs":
			r.Belongs, r.LocalKey = true, v
		case "has":
			r.ForeignKey = v
		case "key":
			r.setKey(v)
		case "pivot":
			pivot = []string{v}
		case "many":
			r.Pivot = &Pivot{} // named when both ends are known
		case "cascade":
			r.Cascade = true
		case "searchable":
			r.Searchable = true
		case "shown":
			r.KeyShown = true
		case "stub":
			r.Stub = true
		case "ondelete":
			r.OnDelete = v
		case "onupdate":
			r.OnUpdate = v
		case "fk":
			r.Constraint = v
		default:
			pivot = append(pivot, k)
		}
	}
	if len(pivot) > 0 {
		if len(pivot) != 3 {
			return fmt.Errorf("%s.%s: rel:\"pivot=TABLE,MY_COLUMN,THEIR_COLUMN\" is meant", e.Table, name)
		}
		r.Pivot = &Pivot{Table: pivot[0], Local: pivot[1], Foreign: pivot[2]}
	}
	e.Relations = append(e.Relations, r)
	return nil
}

// setKey names the key column at the end that is usually the primary key.
func (r *Relation) setKey(name string) {
	if r.Belongs {
		r.ForeignKey = name
	} else {
		r.LocalKey = name
	}
}

func (e *Entity) column(f reflect.StructField, name string, path []int) error {
	tag := parseTag(f.Tag.Get("model"))
	c := &Column{Name: name, Path: path, GoType: f.Type, SQLType: tag["type"]}
	t := f.Type
	if t.Kind() == reflect.Pointer {
		c.Nullable, t = true, t.Elem()
	}
	typ, ok := typeOf(t)
	if !ok {
		return fmt.Errorf("%s.%s: a column cannot hold %v", e.Table, name, f.Type)
	}
	c.Type = typ
	if (typ == JSON && t != rawType || typ == Array) && t.Kind() != reflect.Struct {
		c.Nullable = true
	}
	c.options(e.Table, tag)
	e.Columns = append(e.Columns, c)
	if c.Type == Numeric && !has(tag, "noraw") {
		e.Columns = append(e.Columns, &Column{Name: "raw_" + name, Type: JSON, Nullable: c.Nullable || has(tag, "rawnull"), RawOf: name})
	}
	return nil
}

func has(m map[string]string, k string) bool { _, ok := m[k]; return ok }

func (c *Column) options(table string, tag map[string]string) {
	c.Key, c.Serial, c.Searchable = has(tag, "key"), has(tag, "serial"), has(tag, "searchable")
	c.Rank = has(tag, "rank")
	if has(tag, "notnull") {
		c.Nullable = false
	}
	if has(tag, "null") {
		c.Nullable = true
	}
	if d, ok := tag["default"]; ok {
		c.Default = &d
	}
	c.IndexGone, c.Primary = has(tag, "gone"), has(tag, "primary")
	if d, ok := tag["rawdefault"]; ok {
		c.RawDefault = &d
	}
	if v := tag["enum"]; v != "" {
		c.Enum = strings.Split(v, "|")
	}
	if v, ok := tag["unique"]; ok {
		c.Unique = orElse(v, "IDX_"+table+"_"+c.Name+"_unique")
	}
	if v, ok := tag["index"]; ok {
		c.Index = orElse(v, "IDX_"+table+"_"+c.Name)
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func typeOf(t reflect.Type) (Type, bool) {
	switch t {
	case timeType:
		return Time, true
	case decimalType:
		return Numeric, true
	case rawType:
		return JSON, true
	}
	switch t.Kind() {
	case reflect.String:
		return Text, true
	case reflect.Bool:
		return Bool, true
	case reflect.Int, reflect.Int32, reflect.Int16:
		return Int, true
	case reflect.Int64:
		return BigInt, true
	case reflect.Float64, reflect.Float32:
		return Float, true
	case reflect.Slice:
		if t.Elem().Kind() == reflect.String {
			return Array, true
		}
		return JSON, true
	case reflect.Map, reflect.Struct, reflect.Interface:
		return JSON, true
	}
	return 0, false
}

// String says what a column of the type is.
func (t Type) String() string {
	return [...]string{"a text", "a boolean", "an integer", "an integer", "a float", "a decimal", "a time", "JSON", "a list of texts"}[t]
}

// fits reports whether a field of type t can hold what the column has.
func (c *Column) fits(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	typ, ok := typeOf(t)
	switch c.Type {
	case Int, BigInt:
		return ok && (typ == Int || typ == BigInt) || t.Kind() == reflect.Int8
	case JSON:
		return true // which encoding/json sees to
	case Time:
		return t.ConvertibleTo(timeType)
	}
	return ok && typ == c.Type
}
