package graph

import (
	"strings"
	"sync"
	"sync/atomic"
)

// plans keeps the nodes of what is read of an entity. Callers of the wire choose the fields, so there is a bound: when it is reached, all are forgotten.
type plans struct {
	nodes sync.Map // fields → *Node
	size  atomic.Int64
}

const maxPlans = 500

// Plan returns the node that reads fields, named by their paths, for structs if it is typed and else for the wire. Nodes are shared, and never change.
func (e *Entity) Plan(typed bool, fields ...string) *Node {
	if e.db == nil { // relations may still be added
		return newNode(e, Paths(fields...), nil, typed, true)
	}
	key := strings.Join(fields, ",")
	if typed {
		key += "!"
	}
	if n, ok := e.plans.nodes.Load(key); ok {
		return n.(*Node)
	}
	if e.plans.size.Add(1) > maxPlans {
		e.plans.nodes.Clear()
		e.plans.size.Store(1)
	}
	n := newNode(e, Paths(fields...), nil, typed, true)
	e.plans.nodes.Store(key, n)
	return n
}
