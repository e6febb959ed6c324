package link

import (
	"strconv"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/origin"
)

// A plan is a link that is being declared.
type plan struct {
	table, prefix string
	from, to      end
	named         bool // fields have been named
	strict        bool // the database refuses a second link where there may be one
	extra         []*graph.Column
}

type end struct {
	entity  *graph.Entity
	column  string // of the link's table, with the key
	name    string // of the record in the link's rows
	field   string // of the record here, for what is at the other end
	rows    string // of the record here, for the link's rows
	one     bool   // the other end sees one of these at most
	cascade bool
}

func define(a, b *graph.Entity, strict bool, options []Option) *rows {
	p := &plan{table: a.Table + "_" + b.Table, strict: strict}
	p.from, p.to = end{entity: a}, end{entity: b}
	for _, o := range options {
		o(p)
	}
	p.prefix = orElse(p.prefix, p.table)
	p.from.defaults()
	p.to.defaults()
	if !p.named {
		p.from.field, p.to.field = plural(p.to), plural(p.from)
	}
	p.from.rows = orElse(p.from.rows, orElse(p.from.field, p.to.name)+"_link")
	p.to.rows = orElse(p.to.rows, orElse(p.to.field, p.from.name)+"_link")
	e := p.entity()
	p.from.relate(&p.to, e)
	p.to.relate(&p.from, e)
	return &rows{entity: e, prefix: p.prefix, fromColumn: p.from.column, toColumn: p.to.column, from: a, to: b, extra: p.extra}
}

func (e *end) defaults() {
	e.column = orElse(e.column, e.entity.Table+"_id")
	e.name = orElse(e.name, e.entity.Table)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// plural is the name of a field that holds what is at end e.
func plural(e end) string {
	if e.one || len(e.entity.Aliases) == 0 {
		return e.name
	}
	return e.entity.Aliases[0]
}

// entity describes the table of the link: Medusa's columns and indexes.
func (p *plan) entity() *graph.Entity {
	now := "CURRENT_TIMESTAMP"
	e := &graph.Entity{At: origin.Caller(), Table: p.table, Prefix: p.prefix, Label: p.table, Aliases: []string{p.table + "s"}}
	e.Columns = []*graph.Column{
		{Name: p.from.column, SQLType: "character varying(255)", Key: true},
		{Name: p.to.column, SQLType: "character varying(255)", Key: true},
		{Name: "id", SQLType: "character varying(255)"},
	}
	e.Columns = append(append(e.Columns, p.extra...),
		&graph.Column{Name: "created_at", Type: graph.Time, Default: &now},
		&graph.Column{Name: "updated_at", Type: graph.Time, Default: &now},
		&graph.Column{Name: "deleted_at", Type: graph.Time, Nullable: true})
	hash := "_" + hashOf(p.table)
	e.Indexes = []graph.Index{
		{Name: "IDX_id" + hash, Columns: []string{"id"}},
		{Name: "IDX_" + p.from.column + hash, Columns: []string{p.from.column}, Where: "deleted_at IS NULL", Unique: p.strict && p.to.one},
		{Name: "IDX_" + p.to.column + hash, Columns: []string{p.to.column}, Where: "deleted_at IS NULL", Unique: p.strict && p.from.one},
		{Name: "IDX_deleted_at" + hash, Columns: []string{"deleted_at"}},
	}
	e.Complete()
	for _, x := range []*end{&p.from, &p.to} {
		e.AddRelation(&graph.Relation{Name: x.name, To: x.entity, LocalKey: x.column, ForeignKey: x.entity.KeyName(), Belongs: true, KeyShown: true,
			Cascade: x.cascade, OnDelete: "none"})
	}
	return e
}

// relate gives the record at this end its fields.
func (e *end) relate(other *end, rows *graph.Entity) {
	if e.field != "" && e.field != e.rows {
		e.entity.AddRelation(&graph.Relation{Name: e.field, To: other.entity, List: !other.one, LocalKey: e.entity.KeyName(),
			ForeignKey: other.entity.KeyName(), Pivot: &graph.Pivot{Table: rows.Table, Local: e.column, Foreign: other.column, Entity: rows}})
	}
	e.entity.AddRelation(&graph.Relation{Name: e.rows, To: rows, List: !other.one, LocalKey: e.entity.KeyName(), ForeignKey: e.column, Cascade: true})
}

// hashOf is the hash of a table's name that Medusa ends the names of a link's indexes with.
func hashOf(table string) string {
	h := int64(5381)
	for _, ch := range table {
		h += int64(int32(h)<<5) + int64(ch)
	}
	return strconv.FormatInt(h, 16)
}
