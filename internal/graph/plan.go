package graph

import (
	"slices"
	"strings"
)

// Fields is a tree of names to read: columns, computed fields and relations. The zero value reads the key alone.
type Fields struct {
	All   bool // every column
	Bare  bool // and nothing that comes with all of them besides: where records stand below those that they name
	Names []string
	Sub   map[string]*Fields
}

// Paths builds a tree from dotted names: "title", "variants.prices.amount", "tags.*" or "*tags".
func Paths(names ...string) *Fields {
	f := &Fields{}
	for _, n := range names {
		if rest, star := strings.CutPrefix(n, "*"); star && rest != "" {
			n = rest + ".*"
		}
		f.Add(strings.Split(n, "."))
	}
	return f
}

// Add adds one name, cut at its dots; a last part "*" stands for all columns.
func (f *Fields) Add(path []string) {
	switch {
	case path[0] == "*":
		f.All = true
	case len(path) == 1:
		if !slices.Contains(f.Names, path[0]) {
			f.Names = append(f.Names, path[0])
		}
	default:
		if f.Sub == nil {
			f.Sub = map[string]*Fields{}
		}
		sub := f.Sub[path[0]]
		if sub == nil {
			sub = &Fields{}
			f.Sub[path[0]] = sub
		}
		sub.Add(path[1:])
	}
}

// A Node is the plan of what to read of one entity.
type Node struct {
	Entity   *Entity
	cols     []int // columns read, by index in Entity.Columns
	shown    []bool
	at       map[string]int // column name → position in cols
	children []*child
	computed []*Computed
	stubs    []*Relation
	via      *Relation // that led here; nil at the root
	typed    bool      // read for structs: decimals exactly
}

type child struct {
	rel   *Relation
	node  *Node
	shown bool
	key   int // position of the child's foreign key in node.cols; -1 when the pivot's column is read beside
}

// newNode plans the reading of fields of e, which are shown or only read for something else. Names that e does not have are left out, as Medusa does.
// A typed node is read into structs.
func newNode(e *Entity, f *Fields, via *Relation, typed, show bool) *Node {
	n := &Node{Entity: e, at: map[string]int{}, via: via, typed: typed}
	n.add(f, show)
	n.key(show)
	return n
}

// key adds the key, and shows it if it is an id or more than one column, as those of links are.
func (n *Node) key(show bool) {
	for _, k := range n.Entity.keys {
		n.column(k, n.typed || show && (len(n.Entity.keys) > 1 || n.Entity.Columns[k].Name == "id"))
	}
}

func (n *Node) add(f *Fields, show bool) {
	if f.All {
		for i, c := range n.Entity.Columns {
			if !n.typed || c.RawOf == "" || !show { // what is read for a computed field is not for structs
				n.column(i, show && !n.replaced(c.Name))
			}
		}
		if !f.Bare {
			n.whole()
		}
	}
	for _, name := range f.Names {
		n.name(name, show)
	}
	subs := make([]string, 0, len(f.Sub))
	for name := range f.Sub {
		subs = append(subs, name)
	}
	slices.Sort(subs)
	for _, name := range subs {
		c, r := n.Entity.comps[name], n.Entity.rels[name]
		switch {
		case c != nil && !n.typed:
			n.compute(c, f.Sub[name])
		case r != nil:
			n.child(r, f.Sub[name], show)
			n.known(r, f, show)
		}
	}
}

// known fills the stubs below a relation that stand for records which another one reads: the payments of sessions beside those of their collection.
func (n *Node) known(r *Relation, f *Fields, show bool) {
	if !f.Sub[r.Name].All || f.Sub[r.Name].Bare || n.typed || !show {
		return
	}
	for _, stub := range r.To.Relations {
		for _, other := range n.Entity.Relations {
			if sub := f.Sub[other.Name]; stub.Stub && other != r && other.To == stub.To && sub != nil && sub.All {
				n.child(r, &Fields{Sub: map[string]*Fields{stub.Name: sub}}, show)
			}
		}
	}
}

// leadsBack reports whether a relation is the way back to where the node is read from.
func (n *Node) leadsBack(r *Relation) bool {
	v := n.via
	return v != nil && v.From == r.To && v.Pivot == nil && r.Pivot == nil && v.LocalKey == r.ForeignKey && v.ForeignKey == r.LocalKey
}

func (n *Node) name(name string, show bool) {
	if i, ok := n.Entity.byName[name]; ok && (!show || !n.replaced(name)) {
		n.column(i, show)
		return
	}
	if c := n.Entity.comps[name]; c != nil && !n.typed {
		n.compute(c, &Fields{})
		return
	}
	switch r := n.Entity.rels[name]; {
	case r == nil:
	case n.typed:
		n.child(r, &Fields{All: true}, show)
	case r.Belongs && r.Stub && !slices.Contains(n.stubs, r):
		n.column(n.Entity.byName[r.LocalKey], false)
		n.stubs = append(n.stubs, r)
	}
}

// replaced reports whether a computed field is shown in place of a column.
func (n *Node) replaced(name string) bool {
	c := n.Entity.comps[name]
	return c != nil && c.Instead && !n.typed
}

// whole adds what comes with all columns besides them. Structs have no place for it.
func (n *Node) whole() {
	for _, r := range n.Entity.Relations {
		switch {
		case !r.Stub || n.typed || n.leadsBack(r):
		case !r.Belongs: // its key is not here
			n.child(r, &Fields{}, true)
		case !slices.Contains(n.stubs, r):
			n.stubs = append(n.stubs, r)
		}
	}
	for _, c := range n.Entity.Computed {
		if c.Whole && !n.typed {
			n.compute(c, &Fields{})
		}
	}
}

// compute adds a computed field of which some fields are asked.
func (n *Node) compute(c *Computed, asked *Fields) {
	if !slices.Contains(n.computed, c) {
		n.computed = append(n.computed, c)
		n.add(Paths(c.Needs...), false)
	}
	if c.Under == nil {
		return
	}
	for name, sub := range c.Under(asked).Sub {
		if r := n.Entity.rels[name]; r != nil {
			n.relate(r, sub, false, true)
		}
	}
}

// column adds column i and returns its position; once shown it stays shown.
func (n *Node) column(i int, show bool) int {
	name := n.Entity.Columns[i].Name
	if p, ok := n.at[name]; ok {
		n.shown[p] = n.shown[p] || show
		return p
	}
	n.at[name] = len(n.cols)
	n.cols = append(n.cols, i)
	n.shown = append(n.shown, show)
	return len(n.cols) - 1
}

func (n *Node) child(r *Relation, f *Fields, show bool) { n.relate(r, f, show, show) }

// relate adds a relation that may be hidden while its records, which something else writes, are not.
func (n *Node) relate(r *Relation, f *Fields, shown, show bool) {
	n.column(n.Entity.byName[r.LocalKey], show && r.KeyShown)
	for _, c := range n.children {
		if c.rel == r {
			c.shown = c.shown || shown
			c.node.add(f, show)
			c.node.key(show)
			return
		}
	}
	c := &child{rel: r, node: newNode(r.To, f, r, n.typed, show), shown: shown, key: -1}
	for i, col := range r.To.Columns {
		if col.Rank && r.List {
			c.node.column(i, false)
		}
	}
	if r.Pivot == nil {
		c.key = c.node.column(r.To.byName[r.ForeignKey], false)
	}
	n.children = append(n.children, c)
}
