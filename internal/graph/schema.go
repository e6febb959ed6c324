package graph

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
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

	shapes sync.Map // shapeKey → *Shape
}

// NewSchema resolves the relations between entities and gives pivot tables that have no model of their own an entity.
func NewSchema(entities []*Entity) (*Schema, error) {
	s := &Schema{byName: map[string]*Entity{}, byType: map[reflect.Type]*Entity{}}
	var wrong []error
	for _, e := range entities {
		wrong = append(wrong, s.add(e))
	}
	for _, e := range entities {
		for _, r := range e.Relations {
			wrong = append(wrong, s.resolve(e, r))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	sort.SliceStable(s.list, func(i, j int) bool { return s.list[i].Table < s.list[j].Table })
	return s, nil
}

func (s *Schema) add(e *Entity) error {
	if have, ok := s.byName[e.Table]; ok && have.Table == e.Table {
		if have == e {
			return nil
		}
		return fmt.Errorf("two models have the table %q: %v at %s and %v at %s", e.Table, have.GoType, have.At, e.GoType, e.At)
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
		return fmt.Errorf("%s.%s at %s: no table holds %v; list it beside %s", e.Table, r.Name, e.At, r.ToType, e.Table)
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

// Check reports what is wrong with the entities as a whole, which together have to make a working program.
func (s *Schema) Check() error { return errors.Join(s.unlisted(), s.cycles()) }

// unlisted wants both ends of all relations, and the links between them, to belong to some plugin. Each that does not is told once, with a link that leads to it if
// there is one.
func (s *Schema) unlisted() error {
	reported := map[*Entity]bool{}
	var wrong []error
	for _, links := range []bool{true, false} {
		for _, e := range s.list {
			for _, r := range e.Relations {
				if to := r.To; (e.GoType == nil) == links && to.schema != s && !reported[to] {
					reported[to] = true
					wrong = append(wrong, fmt.Errorf("the table %q, declared at %s, is listed by no plugin, and %s at %s leads to it", to.Table, to.At, e.Table, e.At))
				}
			}
		}
	}
	return errors.Join(wrong...)
}

// cycles looks for models that need each other: where each record has to belong to one of the other, there can never be a first.
func (s *Schema) cycles() error {
	done := map[*Entity]bool{}
	for _, e := range s.list {
		if path := needs(e, nil, done); path != nil {
			var words []string
			for _, e := range path {
				words = append(words, fmt.Sprintf("%s (%s)", e.Table, e.At))
			}
			return fmt.Errorf("no record can ever be made of models that need each other: %s; one of the relations has to be nullable", strings.Join(words, " needs "))
		}
	}
	return nil
}

// needs follows the relations of e that cannot be null, and returns the way that leads back to where it has been.
func needs(e *Entity, path []*Entity, done map[*Entity]bool) []*Entity {
	if i := slices.Index(path, e); i >= 0 {
		return append(slices.Clone(path[i:]), e)
	}
	if done[e] {
		return nil
	}
	path = append(path, e)
	for _, r := range e.Relations {
		if c := e.Column(r.LocalKey); r.Belongs && c != nil && !c.Nullable && c.Path != nil {
			if found := needs(r.To, path, done); found != nil {
				return found
			}
		}
	}
	done[e] = true
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

// EntityOf finds the entity that holds a Go type.
func (s *Schema) EntityOf(t reflect.Type) (*Entity, bool) {
	e, ok := s.byType[t]
	return e, ok
}

type schemaKey struct{}

// WithSchema returns ctx with a schema in it, for reads that name their entity.
func WithSchema(ctx context.Context, s *Schema) context.Context {
	return context.WithValue(ctx, schemaKey{}, s)
}

// SchemaFromContext returns the schema of ctx, nil when it has none.
func SchemaFromContext(ctx context.Context) *Schema {
	s, _ := ctx.Value(schemaKey{}).(*Schema)
	return s
}
