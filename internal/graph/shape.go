package graph

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// A Shape is the plan of reading an entity into a struct whose fields are the selection: columns, computed fields and relations, by their JSON
// names, or without one by their Go names in Medusa's spelling.
type Shape struct {
	Node *Node
	cols []shapeCol
	subs []shapeSub
	made []shapeMade
}

type shapeCol struct {
	at   int // position in the node
	path []int
	set  setter
}

type shapeSub struct {
	child int // position in the node's children
	path  []int
	shape *Shape
}

type shapeMade struct {
	computed int // position in the node's computed fields
	path     []int
}

// Shape plans the reading of t. Without a root, the first embedded model of t, or t itself, says what is read.
func (s *Schema) Shape(t reflect.Type, root string) (*Shape, error) {
	key := shapeKey{t, root}
	if have, ok := s.shapes.Load(key); ok {
		return have.(*Shape), nil
	}
	e, err := s.rootOf(t, root)
	if err != nil {
		return nil, err
	}
	f := &Fields{}
	if err := s.ask(e, t, f, 0); err != nil {
		return nil, err
	}
	shape := bind(e, t, newNode(e, f, nil, true, true))
	s.shapes.Store(key, shape)
	return shape, nil
}

type shapeKey struct {
	t    reflect.Type
	root string
}

func (s *Schema) rootOf(t reflect.Type, root string) (*Entity, error) {
	if root != "" {
		if e, ok := s.Entity(root); ok {
			return e, nil
		}
		return nil, fmt.Errorf("query: no table is called %q", root)
	}
	if e, ok := s.EntityOf(t); ok {
		return e, nil
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous {
			if e, ok := s.EntityOf(f.Type); ok {
				return e, nil
			}
		}
	}
	return nil, fmt.Errorf("query: %v neither is nor embeds a model of this shop; name its table with query.From", t)
}

// ask collects what t selects of e.
func (s *Schema) ask(e *Entity, t reflect.Type, f *Fields, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("query: %v is nested too deeply", t)
	}
	_, model := s.EntityOf(t)
	for i := range t.NumField() {
		field := t.Field(i)
		name, skip := shapeName(field, model)
		if skip {
			continue
		}
		if name == "" {
			if err := s.ask(e, field.Type, f, depth+1); err != nil {
				return err
			}
			continue
		}
		switch r, c := e.Relation(name), e.Column(name); {
		case c != nil && !c.fits(field.Type):
			return fmt.Errorf("query: %v.%s: %s.%s is %s, which %v cannot hold", t, field.Name, e.Table, name, c.Type, field.Type)
		case c != nil || e.comps[name] != nil:
			f.Add([]string{name})
		case r != nil:
			f.Add([]string{name, e.rels[name].To.KeyName()})
			if err := s.ask(r.To, elem(field.Type), f.Sub[name], depth+1); err != nil {
				return err
			}
		default:
			return fmt.Errorf("query: %v.%s: %s has no field %q", t, field.Name, e.Table, name)
		}
	}
	return nil
}

// shapeName is what a field selects; "" of an embedded struct stands for what its fields select. The relations of a model are not
// read along, for they lead back.
func shapeName(f reflect.StructField, model bool) (name string, skip bool) {
	name, _, _ = strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
		return "", false
	case !f.IsExported() || name == "-" || f.Tag.Get("model") == "-" || model && f.Tag.Get("rel") != "" || model && name == "":
		return "", true
	case name == "":
		return snake(f.Name), false
	}
	return name, false
}

// snake spells ProductIDs as product_ids.
func snake(name string) string {
	var out []rune
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]) && string(runes[i+1:]) != "s") {
			out = append(out, '_')
		}
		out = append(out, unicode.ToLower(r))
	}
	return string(out)
}

func elem(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// bind finds the places of t's fields in the node.
func bind(e *Entity, t reflect.Type, n *Node) *Shape {
	s := &Shape{Node: n}
	s.bind(e, t, nil)
	return s
}

func (s *Shape) bind(e *Entity, t reflect.Type, path []int) {
	_, isModel := e.schema.EntityOf(t)
	for i := range t.NumField() {
		field := t.Field(i)
		name, skip := shapeName(field, isModel)
		p := append(slices.Clone(path), i)
		switch {
		case skip:
		case name == "":
			s.bind(e, field.Type, p)
		case e.Column(name) != nil:
			c := *e.Column(name)
			c.GoType = field.Type
			s.cols = append(s.cols, shapeCol{s.Node.at[name], p, newSetter(&c)})
		case e.comps[name] != nil:
			s.made = append(s.made, shapeMade{s.Node.calculate(e.comps[name]), p})
		default:
			s.sub(e.Relation(name), field.Type, p)
		}
	}
}

func (s *Shape) sub(r *Relation, t reflect.Type, path []int) {
	i := slices.IndexFunc(s.Node.children, func(c *child) bool { return c.rel == r })
	s.subs = append(s.subs, shapeSub{i, path, bind(r.To, elem(t), s.Node.children[i].node)})
}

// calculate adds a computed field to a node that is read into structs, and returns its position.
func (n *Node) calculate(c *Computed) int {
	n.compute(c, &Fields{All: true})
	return slices.Index(n.computed, c)
}

// Fill stores the records of a set that was read by the shape into the slice that ptr points to.
func (s *Shape) Fill(set *Set, ptr any) error {
	out := reflect.ValueOf(ptr).Elem()
	out.Set(reflect.MakeSlice(out.Type(), set.rows, set.rows))
	for i := range set.rows {
		if err := s.fill(set, i, out.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Shape) fill(set *Set, row int, dst reflect.Value) error {
	for _, c := range s.cols {
		if err := c.set(dst.FieldByIndex(c.path), set.value(row, c.at)); err != nil {
			return fmt.Errorf("%s: %w", s.Node.Entity.Table, err)
		}
	}
	for _, m := range s.made {
		if v := set.computed[m.computed][row]; v != nil {
			if err := json.Unmarshal(v, dst.FieldByIndex(m.path).Addr().Interface()); err != nil {
				return err
			}
		}
	}
	for _, sub := range s.subs {
		if err := sub.fill(&set.children[sub.child], row, dst.FieldByIndex(sub.path)); err != nil {
			return err
		}
	}
	return nil
}

func (s *shapeSub) fill(k *kin, row int, dst reflect.Value) error {
	rows := k.of(row)
	if dst.Kind() == reflect.Slice {
		dst.Set(reflect.MakeSlice(dst.Type(), len(rows), len(rows)))
		for i, r := range rows {
			if err := s.one(k.set, int(r), dst.Index(i)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(rows) == 0 {
		return nil
	}
	return s.one(k.set, int(rows[0]), dst)
}

func (s *shapeSub) one(set *Set, row int, dst reflect.Value) error {
	if dst.Kind() == reflect.Pointer {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
	}
	return s.shape.fill(set, row, dst)
}
