package product

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
)

// Fields of categories that reach further than the next of kin; they are shown as category_children, parent_category and categories.
const (
	DescendantsField = "descendants_tree"
	AncestorsField   = "ancestors_tree"
	PublicField      = "public_categories" // of products: those that are not internal
)

// TreeContext is the key under which a read of categories is told of the [CategoryTree].
const TreeContext = "tree"

// A CategoryTree says how much of the categories around those that are read is shown.
type CategoryTree struct {
	Fields          []string      // of each category: columns
	Descendants     bool          // the next children are shown whole
	Ancestors       bool          // the parent is shown whole
	IncludeInternal bool          // all are shown whole where the next are
	Where           module.Filter // leaves others out
}

// addTrees adds the fields of categories.
func (m *Module) addTrees() {
	e := m.Categories.Entity()
	e.AddComputed(&graph.Computed{Name: DescendantsField, As: "category_children", Needs: []string{"mpath", "rank"}, Value: m.descendants})
	e.AddComputed(&graph.Computed{Name: AncestorsField, As: "parent_category", Needs: []string{"mpath", "parent_category_id"}, Value: m.ancestors})
	m.Products.Entity().AddComputed(&graph.Computed{Name: PublicField, As: "categories", Under: underPublic, Value: public})
}

// A grove is the categories around those that are read, once as trees show them and once whole.
type grove struct {
	shown, whole *graph.Set
	at           map[string]int   // id → row
	children     map[string][]int // parent → rows, by rank
}

func (m *Module) grove(ctx context.Context, t CategoryTree, where module.Filter) (*grove, error) {
	for k, v := range t.Where {
		where[k] = v
	}
	g := &grove{at: map[string]int{}, children: map[string][]int{}}
	for _, r := range []struct {
		set    **graph.Set
		fields []string
	}{{&g.shown, append([]string{"id", "mpath", "parent_category_id"}, t.Fields...)}, {&g.whole, []string{"*"}}} {
		set, err := graph.Read(ctx, graph.Query{Node: m.Categories.Entity().Plan(false, r.fields...), Where: where, Order: []string{"rank", "id"}})
		if err != nil {
			return nil, err
		}
		*r.set = set
	}
	for i := range g.shown.Len() {
		parent := string(g.shown.Text(i, "parent_category_id"))
		g.at[string(g.shown.Text(i, "id"))] = i
		g.children[parent] = append(g.children[parent], i)
	}
	return g, nil
}

// append writes one category without its closing brace.
func (g *grove) append(b []byte, row int, whole bool) []byte {
	set := g.shown
	if whole {
		set = g.whole
	}
	b = set.AppendRow(b, row)
	return b[:len(b)-1]
}

func (m *Module) descendants(ctx context.Context, s *graph.Set, args map[string]any, out [][]byte) error {
	t, _ := args[TreeContext].(CategoryTree)
	below := make([]any, s.Len())
	for i := range below {
		below[i] = module.Filter{"mpath": module.Filter{"$like": string(s.Text(i, "mpath")) + ".%"}}
	}
	g, err := m.grove(ctx, t, module.Filter{"$or": below})
	if err != nil {
		return err
	}
	for i := range out {
		out[i] = g.appendChildren(nil, string(s.Text(i, "id")), t.Descendants, t, 0)
	}
	return nil
}

// deepest bounds how far trees are followed, as paths could be damaged.
const deepest = 64

func (g *grove) appendChildren(b []byte, id string, whole bool, t CategoryTree, depth int) []byte {
	b = append(b, '[')
	for i, row := range g.children[id] {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(g.append(b, row, whole), `,"category_children":`...)
		if depth < deepest {
			b = g.appendChildren(b, string(g.shown.Text(row, "id")), whole && t.IncludeInternal, t, depth+1)
		} else {
			b = append(b, '[', ']')
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

func (m *Module) ancestors(ctx context.Context, s *graph.Set, args map[string]any, out [][]byte) error {
	t, _ := args[TreeContext].(CategoryTree)
	var ids []string
	for i := range s.Len() {
		for id := range strings.SplitSeq(string(s.Text(i, "mpath")), ".") {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	g, err := m.grove(ctx, t, module.Filter{"id": ids})
	if err != nil {
		return err
	}
	for i := range out {
		out[i] = g.appendParent(nil, string(s.Text(i, "parent_category_id")), t.Ancestors, 0)
	}
	return nil
}

func (g *grove) appendParent(b []byte, id string, whole bool, depth int) []byte {
	row, ok := g.at[id]
	if !ok || depth > deepest {
		return append(b, "null"...)
	}
	b = append(g.append(b, row, whole), `,"parent_category":`...)
	b = g.appendParent(b, string(g.shown.Text(row, "parent_category_id")), false, depth+1)
	return append(b, '}')
}

// underPublic reads the categories of products, and whether they are internal.
func underPublic(asked *graph.Fields) *graph.Fields {
	return &graph.Fields{Sub: map[string]*graph.Fields{"categories": {All: asked.All, Names: append(slices.Clone(asked.Names), "is_internal"), Sub: asked.Sub}}}
}

func public(_ context.Context, s *graph.Set, _ map[string]any, out [][]byte) error {
	for i := range out {
		b := []byte{'['}
		set, rows := s.Related(i, "categories")
		for _, r := range rows {
			if v := set.Text(int(r), "is_internal"); len(v) > 0 && (v[0] == 't' || v[0] == '1') {
				continue
			}
			if len(b) > 1 {
				b = append(b, ',')
			}
			b = set.AppendRow(b, int(r))
		}
		out[i] = append(b, ']')
	}
	return nil
}
