package link

import (
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
)

// An Option changes what a link is.
type Option func(*plan)

// TableName names the table of the link; otherwise it is A's and B's, joined by "_".
func TableName(name string) Option { return func(p *plan) { p.table = name } }

// IDPrefix is what the ids of the link's rows begin with; otherwise the name of the table.
func IDPrefix(prefix string) Option { return func(p *plan) { p.prefix = prefix } }

// ColumnNames names the columns that hold the keys of A and B; otherwise they are the tables' names with "_id".
func ColumnNames(a, b string) Option { return func(p *plan) { p.from.column, p.to.column = a, b } }

// FieldNames names the field that A gets for what it is tied to, and the one that B gets. An empty name adds no field.
func FieldNames(onA, onB string) Option {
	return func(p *plan) { p.from.field, p.to.field, p.named = onA, onB, true }
}

// RowListNames names the fields of A and B that hold the rows of the link themselves; otherwise they are the fields' names with "_link".
func RowListNames(onA, onB string) Option { return func(p *plan) { p.from.rows, p.to.rows = onA, onB } }

// RowFieldNames names the fields of the link's rows that hold the record of A and of B; otherwise they are the tables' names.
func RowFieldNames(a, b string) Option { return func(p *plan) { p.from.name, p.to.name = a, b } }

// SingleA says that a record of B is tied to one of A at most.
func SingleA() Option { return func(p *plan) { p.from.one = true } }

// SingleB says that a record of A is tied to one of B at most.
func SingleB() Option { return func(p *plan) { p.to.one = true } }

// CascadeToA says that with the links of a record of B that is deleted, the records of A are deleted too.
func CascadeToA() Option { return func(p *plan) { p.from.cascade = true } }

// CascadeToB says that with the links of a record of A that is deleted, the records of B are deleted too.
func CascadeToB() Option { return func(p *plan) { p.to.cascade = true } }

// NumberColumn adds a numeric column to the link, with a default.
func NumberColumn(name, value string) Option {
	return func(p *plan) {
		p.extra = append(p.extra, &graph.Column{Name: name, Type: graph.Numeric, Default: &value})
	}
}

// TextColumn adds a text column to the link, with a default.
func TextColumn(name, value string) Option {
	return func(p *plan) {
		p.extra = append(p.extra, &graph.Column{Name: name, Type: graph.Text, Default: &value})
	}
}

// JSONColumn adds a column to the link that holds any JSONColumn, or null.
func JSONColumn(name string) Option {
	return func(p *plan) {
		p.extra = append(p.extra, &graph.Column{Name: name, Type: graph.JSON, Nullable: true})
	}
}

// ReadOnlyOne lets queries pass from a to the record of b, a table or a virtual model, whose column toB holds what the column fromA of a holds, without a table
// between. Their field is named after b.
func ReadOnlyOne(a module.Entity, fromA string, b module.Entity, toB string) {
	readOnly(a, fromA, b, toB, false)
}

// ReadOnlyMany is ReadOnlyOne for all such records of b.
func ReadOnlyMany(a module.Entity, fromA string, b module.Entity, toB string) {
	readOnly(a, fromA, b, toB, true)
}

func readOnly(a module.Entity, fromA string, b module.Entity, toB string, list bool) {
	to := b.Entity()
	name := plural(end{entity: to, name: to.Table, one: !list})
	a.Entity().AddRelation(&graph.Relation{Name: name, To: to, List: list, LocalKey: fromA, ForeignKey: toB})
}

// ReadOnly lets queries pass from a to b by a column of a that holds b's key, without a table between. onA is the field that a gets,
// onB the list that b gets; an empty name adds none.
func ReadOnly(a, b module.Entity, column, onA, onB string) {
	from, to := a.Entity(), b.Entity()
	if onA != "" {
		from.AddRelation(&graph.Relation{Name: onA, To: to, LocalKey: column, ForeignKey: to.KeyName(), Belongs: true, KeyShown: true, OnDelete: "none"})
	}
	if onB != "" {
		to.AddRelation(&graph.Relation{Name: onB, To: from, LocalKey: to.KeyName(), ForeignKey: column, List: true})
	}
}
