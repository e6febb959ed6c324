// Package module turns Go structs into the tables of a shop: a struct is a data model, a [Table] keeps its records, and all that
// a table does has the shape of a workflow step.
package module

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// A Model is embedded in each data model. Its fields and those of the model are columns by their JSON names; their Go types say what they hold, and a pointer
// may be null. The tag model says the rest, in options with commas between them:
//
//	key              names the record, in models that embed Timestamps instead
//	primary          part of the table's primary key, where that is not the key
//	default=VALUE    what a zero value becomes
//	enum=A|B         the values that there are
//	serial           numbered by the database
//	unique, index    an index of live records; =NAME gives it a name, and the option gone makes it one of deleted records
//	searchable       the filter "q" looks into it
//	rank             related records come in its order, before that of their creation
//	notnull, null    otherwise than the Go type says
//	type=NAME        PostgreSQL's type, where it is not the usual one: character varying, timestamp, post_state_enum
//	column=NAME      the name of a column that JSON does not show
//	-                no column
//
// A money.Decimal has a second column, raw_NAME, that keeps it to the last digit. The options noraw and rawnull leave that out or let it be null, and
// rawdefault=VALUE gives it another default, or none without a value.
//
// On the embedded Model or Timestamps, the tag says prefix=NAME, which ids begin with instead of the table's name, and deleted=gone, all or none: the index
// of deleted_at has deleted records or all of them, or there is none.
//
// A field with the tag rel leads to records of other models. It is one of
//
//	belongs=COLUMN                            this table's COLUMN has the other's key
//	has=COLUMN                                the other's COLUMN has this one's key
//	many                                      a table between the two has both
//	pivot=TABLE,MY_COLUMN,THEIR_COLUMN        the same, where the table has names of its own
//
// with the options key=COLUMN (at the other end there is another column than the key), cascade (soft-deleted and restored along), searchable, shown (who asks for
// the relation gets COLUMN, too), stub (who asks for all columns gets the relation with its key); and of the foreign key ondelete=cascade, ondelete=set null,
// ondelete=none for no foreign key at all, onupdate=none and fk=NAME. With json:"-" there is a foreign key, and nothing to be read.
type Model struct {
	ID        string     `json:"id" model:"key"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
	DeletedAt *time.Time `json:"deleted_at"`
}

func (m Model) id() string { return m.ID }

// IDs lists the ids of records, whose models embed Model.
func IDs[T interface{ id() string }](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = v.id()
	}
	return out
}

// Timestamps are embedded in models that have a key of their own.
type Timestamps struct {
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
	DeletedAt *time.Time `json:"deleted_at"`
}

// Ref is a record that exists, for a relation of a new one. T embeds Model.
func Ref[T interface{ id() string }](id string) *T {
	v := new(T)
	reflect.ValueOf(v).Elem().FieldByName("ID").SetString(id)
	return v
}

// Refs are records that exist, for a relation of a new one. T embeds Model.
func Refs[T interface{ id() string }](ids ...string) []T {
	out := make([]T, len(ids))
	for i, id := range ids {
		out[i] = *Ref[T](id)
	}
	return out
}

// A Map is a JSON object whose keys are the shop's own, such as metadata.
type Map map[string]any

// JSON is a JSON value that is kept as it is.
type JSON = json.RawMessage

// A Filter is a condition in Medusa's operator language: column → value, list or operators ({"$gt": 5}); relation → filter;
// "$and", "$or" → list of filters; "$not" → filter; "q" → free text.
type Filter = graph.Filter

// A Set holds new values of columns.
type Set map[string]any

// An Index is an index over several columns, or with a condition. A model lists its own in a method Indexes() []module.Index. One without a name gets it from its
// columns, and has live records only.
type Index = graph.Index

// A Check is a condition that the database enforces on each row. A model lists its own in a method Checks() []module.Check.
type Check = graph.Check

// An Entity is anything that has a table: every *Table is one.
type Entity interface{ Entity() *graph.Entity }

// An Opt is a field of a request that may be absent, null or have a value.
type Opt[T any] struct {
	Set, Null bool
	Value     T
}

// Some returns an Opt that is present.
func Some[T any](v T) Opt[T] { return Opt[T]{Set: true, Value: v} }

// Null returns an Opt that is present and null.
func Null[T any]() Opt[T] { return Opt[T]{Set: true, Null: true} }

// IsZero reports whether the field is absent, so that omitzero leaves it out.
func (o Opt[T]) IsZero() bool { return !o.Set }

// Or returns the value, or other when it is absent or null.
func (o Opt[T]) Or(other T) T {
	if o.Set && !o.Null {
		return o.Value
	}
	return other
}

// Ptr returns a pointer to the value, nil when it is absent or null.
func (o Opt[T]) Ptr() *T {
	if o.Set && !o.Null {
		return &o.Value
	}
	return nil
}

// Any returns what the field stands for in a Set: nil, or the value.
func (o Opt[T]) Any() any {
	if o.Null {
		return nil
	}
	return o.Value
}

// UnmarshalJSON marks the field as present.
func (o *Opt[T]) UnmarshalJSON(b []byte) error {
	o.Set = true
	if string(b) == "null" {
		o.Null = true
		return nil
	}
	return json.Unmarshal(b, &o.Value)
}

// MarshalJSON writes the value, or null.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if !o.Set || o.Null {
		return []byte("null"), nil
	}
	return json.Marshal(o.Value)
}

type present interface {
	IsZero() bool
	Any() any
}

// SetFrom collects the Opt fields of a struct that are present, by their JSON names.
func SetFrom(patch any) Set {
	set := Set{}
	v := reflect.Indirect(reflect.ValueOf(patch))
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			for k, x := range SetFrom(v.Field(i).Interface()) {
				set[k] = x
			}
			continue
		}
		if o, ok := v.Field(i).Interface().(present); ok && !o.IsZero() {
			set[jsonName(f)] = o.Any()
		}
	}
	return set
}

func jsonName(f reflect.StructField) string {
	tag := f.Tag.Get("json")
	for i := range tag {
		if tag[i] == ',' {
			return tag[:i]
		}
	}
	return tag
}
