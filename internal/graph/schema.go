package graph

import (
	"context"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"sync"

	"github.com/gorgon-commerce/gorgon/db"
)

// A Schema is the set of entities of one application, with their relations resolved.
type Schema struct {
	list   []*Entity
	byName map[string]*Entity
	byType map[reflect.Type]*Entity

	plans  plans
	shapes sync.Map // shapeKey → *Shape
}

// NewSchema resolves the relations between entities and gives pivot tables that have no model of their own an entity.
func NewSchema(entities []*Entity) (*Schema, error) {
	s := &Schema{byName: map[string]*Entity{}, byType: map[reflect.Type]*Entity{}}
	for _, e := range entities {
		if err := s.add(e); err != nil {
			return nil, err
		}
	}
	for _, e := range entities {
		for _, r := range e.Relations {
			if err := s.resolve(e, r); err != nil {
				return nil, err
			}
		}
	}
	sort.SliceStable(s.list, func(i, j int) bool { return s.list[i].Table < s.list[j].Table })
	return s, nil
}

func (s *Schema) add(e *Entity) error {
	if have, ok := s.byName[e.Table]; ok && have.Table == e.Table {
		if have == e {
			return nil
		}
		return fmt.Errorf("two models have the table %q: %v and %v", e.Table, have.GoType, e.GoType)
	}
	e.schema = s
	s.list = append(s.list, e)
	s.byName[e.Table] = e
	for _, a := range e.Aliases {
		if _, taken := s.byName[a]; !taken {
			s.byName[a] = e
		}
	}
	if e.GoType != nil {
		s.byType[e.GoType] = e
	}
	return nil
}

func (s *Schema) resolve(e *Entity, r *Relation) error {
	r.From = e
	if r.To == nil {
		r.To = s.byType[r.ToType]
	}
	if r.To == nil {
		return fmt.Errorf("%s.%s: no table holds %v; list it beside %s", e.Table, r.Name, r.ToType, e.Table)
	}
	r.keys()
	if err := r.check(); err != nil {
		return err
	}
	if r.Pivot != nil && r.Pivot.Entity == nil {
		if r.Pivot.Table == "" {
			r.namePivot()
		}
		if r.Pivot.Local == r.Pivot.Foreign {
			return fmt.Errorf("%s.%s: both ends have the column %q; name them: rel:\"pivot=TABLE,MY_COLUMN,THEIR_COLUMN\"", e.Table, r.Name, r.Pivot.Local)
		}
		return s.pivot(r)
	}
	return nil
}

// keys fills in the key columns that the declaration leaves to convention: the primary keys.
func (r *Relation) keys() {
	if r.LocalKey == "" {
		r.LocalKey = r.From.KeyName()
	}
	if r.ForeignKey == "" {
		r.ForeignKey = r.To.KeyName()
	}
}

func (r *Relation) check() error {
	if r.From.Column(r.LocalKey) == nil {
		return fmt.Errorf("%s.%s: %s has no column %q", r.From.Table, r.Name, r.From.Table, r.LocalKey)
	}
	if r.To.Column(r.ForeignKey) == nil {
		return fmt.Errorf("%s.%s: %s has no column %q", r.From.Table, r.Name, r.To.Table, r.ForeignKey)
	}
	return nil
}

// namePivot names the table between two models as Medusa does: order_products holds order_id and product_id.
func (r *Relation) namePivot() {
	first, second := r.From.Table, r.To.Table
	if second < first {
		first, second = second, first
	}
	r.Pivot.Table, r.Pivot.Local, r.Pivot.Foreign = first+"_"+plural(second), r.From.Table+"_id", r.To.Table+"_id"
}

func plural(word string) string {
	switch stem, y := strings.CutSuffix(word, "y"); {
	case y && !strings.ContainsAny(word[max(0, len(word)-2):], "aeiou"):
		return stem + "ies"
	case strings.HasSuffix(word, "s"), strings.HasSuffix(word, "x"), strings.HasSuffix(word, "ch"), strings.HasSuffix(word, "sh"):
		return word + "es"
	}
	return word + "s"
}

// pivot finds the pivot's model, or makes an entity of the two key columns alone.
func (s *Schema) pivot(r *Relation) error {
	if e, ok := s.byName[r.Pivot.Table]; ok && e.Table == r.Pivot.Table { // others may have the name as an alias
		r.Pivot.Entity = e
		return nil
	}
	e := &Entity{Table: r.Pivot.Table, Columns: []*Column{
		{Name: r.Pivot.Local, Key: true}, {Name: r.Pivot.Foreign, Key: true},
	}}
	e.index()
	for _, end := range []Relation{{Name: r.From.Table, To: r.From, LocalKey: r.Pivot.Local}, {Name: r.To.Table, To: r.To, LocalKey: r.Pivot.Foreign}} {
		end.Belongs, end.OnDelete = true, "cascade"
		e.AddRelation(&end)
		end.keys()
	}
	r.Pivot.Entity = e
	return s.add(e)
}

// Bind gives the entities their database.
func (s *Schema) Bind(d *db.DB) {
	for _, e := range s.list {
		e.db = d
	}
}

// Entities are all entities, by table name.
func (s *Schema) Entities() []*Entity { return s.list }

// Entity finds an entity by table name or alias.
func (s *Schema) Entity(name string) (*Entity, bool) {
	e, ok := s.byName[name]
	return e, ok
}

// Of finds the entity that holds a Go type.
func (s *Schema) Of(t reflect.Type) (*Entity, bool) {
	e, ok := s.byType[t]
	return e, ok
}

type schemaKey struct{}

// WithSchema returns ctx with a schema in it, for reads that name their entity.
func WithSchema(ctx context.Context, s *Schema) context.Context {
	return context.WithValue(ctx, schemaKey{}, s)
}

// SchemaFrom returns the schema of ctx, nil when it has none.
func SchemaFrom(ctx context.Context) *Schema {
	s, _ := ctx.Value(schemaKey{}).(*Schema)
	return s
}
