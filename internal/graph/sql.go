package graph

import (
	"strconv"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
)

// A builder writes one statement. Arguments are numbered in the order in which they are written.
type builder struct {
	strings.Builder
	dialect db.Dialect
	args    []any
	aliases int
	whole   bool // all records are looked at, so that related ones are better found at once than for each
}

func newBuilder(d db.Dialect) *builder { return &builder{dialect: d} }

func (b *builder) put(parts ...string) {
	for _, p := range parts {
		b.WriteString(p)
	}
}

// ident writes a quoted name.
func (b *builder) ident(name string) {
	b.WriteByte('"')
	b.WriteString(name)
	b.WriteByte('"')
}

// idents writes quoted names.
func (b *builder) idents(names []string) {
	for i, n := range names {
		b.comma(i)
		b.ident(n)
	}
}

// comma separates the items of a list, from the second on.
func (b *builder) comma(i int) {
	if i > 0 {
		b.put(", ")
	}
}

// col writes alias."name".
func (b *builder) col(alias, name string) {
	if alias != "" {
		b.put(alias, ".")
	}
	b.ident(name)
}

// arg writes a placeholder for v.
func (b *builder) arg(v any) {
	b.args = append(b.args, v)
	b.WriteByte('$')
	b.WriteString(strconv.Itoa(len(b.args)))
}

func (b *builder) alias() string {
	b.aliases++
	return "t" + strconv.Itoa(b.aliases)
}

// in writes "= one of keys" as one argument, so that any number of keys gives one statement text.
func (b *builder) in(keys []string) {
	if len(keys) == 1 { // PostgreSQL would plan a list of one anew each time, for it thinks of ten
		b.put(" = ")
		b.arg(keys[0])
		return
	}
	if b.dialect == db.Postgres {
		b.put(" = ANY(")
		b.arg(keys)
		b.put(")")
		return
	}
	b.put(" IN (SELECT value FROM json_each(")
	b.arg(keys)
	b.put("))")
}

func (b *builder) statement() db.Statement { return db.Statement{SQL: b.String(), Args: b.args} }
