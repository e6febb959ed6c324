// Package graph is the untyped core of the data layer: what tables there are and how they relate, how a filter becomes SQL,
// how a tree of records is read level by level and written as JSON or into structs. The typed faces are module, link and query.
package graph

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/origin"
)

// A Type is what a column holds.
type Type uint8

// The types of columns.
const (
	Text Type = iota
	Bool
	Int
	BigInt
	Float
	Numeric // an exact decimal, beside it stands raw_NAME with Medusa's {"value","precision"}
	Time
	JSON
	Array // of text
)

// A Column is one column of a table, and where it lives in the struct.
type Column struct {
	Name       string
	Type       Type
	SQLType    string // PostgreSQL's name of the type where it is not the usual one
	Nullable   bool
	Key        bool
	Primary    bool // part of the table's primary key, where that is not the key that names records
	Serial     bool // numbered by the database
	Searchable bool
	Rank       bool    // related records are ordered by it
	Default    *string // as a literal without quotes
	Enum       []string
	RawOf      string // set on raw_NAME: the name of its numeric column
	Path       []int  // index path in the struct; nil for raw columns
	GoType     reflect.Type
	Unique     string  // name of the unique index, if it has one of its own
	Index      string  // name of the index, if it has one of its own
	IndexGone  bool    // the index holds deleted rows alone, as a few of Medusa's do
	RawDefault *string // of the raw twin, where it is not Default; empty for none
	set        setter
}

// An Index is an index of more than one column, or with a condition of its own.
type Index struct {
	Name    string
	Columns []string
	Unique  bool
	Where   string // SQL; both dialects must understand it
	Method  string // of PostgreSQL's index, "gin" for one
}

// A Check is a condition that each row must hold.
type Check struct {
	Name, Expr string
}

// An Entity describes one table.
type Entity struct {
	Table     string
	Aliases   []string
	Prefix    string // of ids
	Label     string // the entity in messages: "Product tag"
	Columns   []*Column
	Relations []*Relation
	Computed  []*Computed
	Indexes   []Index
	Checks    []Check
	GoType    reflect.Type
	At        origin.Place // where it was declared
	// Source gives the records that match, a slice of GoType, where they are kept elsewhere than in a table.
	Source  func(ctx context.Context, where Filter) (any, error)
	Deleted string // what the index of deleted_at holds: "" live rows, "gone" deleted ones, "all", or "none" for no index

	byName map[string]int
	rels   map[string]*Relation
	comps  map[string]*Computed
	keys   []int
	db     *db.DB
	schema *Schema
	plans  plans
}

// A Pivot is the table between two ends of a many-to-many relation or a link.
type Pivot struct {
	Table   string
	Local   string // its column that holds the near end's key
	Foreign string // its column that holds the far end's key
	Entity  *Entity
}

// A Relation leads from one entity to another.
type Relation struct {
	Name       string
	List       bool
	From, To   *Entity
	LocalKey   string // column of From
	ForeignKey string // column of To
	Pivot      *Pivot // between LocalKey and ForeignKey, when set
	Belongs    bool   // From holds the key of To
	Cascade    bool   // soft delete and restore go along
	Searchable bool
	KeyShown   bool // whoever sees the relation sees LocalKey too
	Stub       bool // among all columns there is the relation with the key alone
	OnDelete   string
	// Where narrows the relation: SQL about a related record, which {t} stands for, and the pivot's row, {p}. Both dialects must understand it.
	Where      string
	OnUpdate   string // "none" for no action; cascade otherwise
	Constraint string // name of the foreign key, where it is not TABLE_COLUMN_foreign
	Path       []int  // index path in the struct of From; nil for links
	ToType     reflect.Type
}

// A Computed is a field that code works out for the records read: prices in a context, totals, stock.
type Computed struct {
	Name  string
	As    string   // what it is shown as; Name when empty
	Needs []string // fields, nested ones too, that must be read for it
	Whole bool     // read along with all columns
	// Instead makes the field stand for the column of its name wherever it is shown; Value may read the column.
	Instead bool
	// Under tells what must be read besides, in records below this one that are shown as they are, where fields of the field are asked for.
	Under func(asked *Fields) *Fields
	// Value writes the field of each row of set as JSON into out[i]; nil leaves the field out.
	Value func(ctx context.Context, set *Set, args map[string]any, out [][]byte) error
}

// Column returns the column of that name, or nil.
func (e *Entity) Column(name string) *Column {
	if i, ok := e.byName[name]; ok {
		return e.Columns[i]
	}
	return nil
}

// KeyOf returns the (first) key of a record, a struct, as text.
func (e *Entity) KeyOf(row reflect.Value) string {
	text, _ := plainText(row.FieldByIndex(e.Columns[e.keys[0]].Path)) // what has no text cannot be a column
	return string(text)
}

// Relation returns the relation of that name, or nil.
func (e *Entity) Relation(name string) *Relation { return e.rels[name] }

// DB returns the database that the entity is bound to.
func (e *Entity) DB() (*db.DB, error) {
	if e.db == nil {
		return nil, fault.New(fault.Unknown, "table %q is not part of an application that has started", e.Table)
	}
	return e.db, nil
}

// Schema returns the schema that the entity belongs to.
func (e *Entity) Schema() *Schema { return e.schema }

// SoftDeletes reports whether records have deleted_at.
func (e *Entity) SoftDeletes() bool { return e.Column("deleted_at") != nil }

// KeyName is the name of the (first) key column.
func (e *Entity) KeyName() string {
	if len(e.keys) == 0 {
		return "id"
	}
	return e.Columns[e.keys[0]].Name
}

// KeyNames are the names of the key columns.
func (e *Entity) KeyNames() []string {
	out := make([]string, len(e.keys))
	for i, k := range e.keys {
		out[i] = e.Columns[k].Name
	}
	return out
}

// Primary are the names of the columns of the table's primary key.
func (e *Entity) Primary() []string {
	var out []string
	for _, c := range e.Columns {
		if c.Primary {
			out = append(out, c.Name)
		}
	}
	if out == nil {
		return e.KeyNames()
	}
	return out
}

// ForeignKeys are the relations that a constraint holds: those whose key this table has.
func (e *Entity) ForeignKeys() (out []*Relation) {
	for _, r := range e.Relations {
		if r.Belongs && r.To != nil && r.Pivot == nil && slices.Equal(r.To.Primary(), []string{r.ForeignKey}) && r.OnDelete != "none" {
			out = append(out, r)
		}
	}
	return out
}

// AddRelation adds a relation that is not a field of the struct, such as a link. A later one of the same name wins.
func (e *Entity) AddRelation(r *Relation) {
	r.From = e
	e.Relations = append(e.Relations, r)
	e.rels[r.Name] = r
}

// AddComputed adds a computed field.
func (e *Entity) AddComputed(c *Computed) {
	e.Computed = append(e.Computed, c)
	e.comps[c.Name] = c
}

// Complete completes an entity that was put together by hand.
func (e *Entity) Complete() { e.index() }

func (e *Entity) index() {
	e.byName, e.rels, e.comps = map[string]int{}, map[string]*Relation{}, map[string]*Computed{}
	e.keys = nil
	for i, c := range e.Columns {
		e.byName[c.Name] = i
		if c.Key {
			e.keys = append(e.keys, i)
		}
	}
	for _, r := range e.Relations {
		if r.Name != "" { // else it is a foreign key alone
			e.rels[r.Name] = r
		}
	}
}

// label makes "Product tag" of "product_tag", as Medusa's messages name an entity.
func label(table string) string {
	s := strings.ReplaceAll(table, "_", " ")
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// plain reports whether a column compares with text as it is, which enums of the database do not.
func (c *Column) plain() bool {
	return c.Type == Text && (c.SQLType == "" || strings.HasPrefix(c.SQLType, "character varying"))
}
