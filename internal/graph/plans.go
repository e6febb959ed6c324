package graph

import (
	"strings"
	"sync"
	"sync/atomic"
)

// plans keeps the nodes of what the wire asks for. Callers choose the fields, so there is a bound: when it is reached, all are forgotten.
type plans struct {
	nodes sync.Map // planKey → *Node
	size  atomic.Int64
}

const maxPlans = 2000

type planKey struct {
	entity *Entity
	fields string
}

// Plan returns the node that reads fields of e for the wire. Nodes are shared, and never change.
func (s *Schema) Plan(e *Entity, fields []string) *Node {
	key := planKey{e, strings.Join(fields, ",")}
	if n, ok := s.plans.nodes.Load(key); ok {
		return n.(*Node)
	}
	if s.plans.size.Add(1) > maxPlans {
		s.plans.nodes.Clear()
		s.plans.size.Store(0)
	}
	n := NewNode(e, Paths(fields...), false)
	s.plans.nodes.Store(key, n)
	return n
}
