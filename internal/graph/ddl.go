package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
)

// DDL returns the statements that make the tables of a schema, and their indexes, in an order that works.
func DDL(dialect db.Dialect, entities []*Entity) []string {
	var out, after []string
	for _, e := range entities {
		out = append(out, e.sequences(dialect)...)
	}
	for _, e := range entities {
		out = append(out, e.CreateTable(dialect))
		if dialect == db.Postgres {
			after = append(after, e.foreignKeys()...)
		}
	}
	for _, e := range entities {
		out = append(out, e.CreateIndexes(dialect)...)
	}
	return append(out, after...)
}

func (e *Entity) sequences(dialect db.Dialect) (out []string) {
	for _, c := range e.Columns {
		if c.Serial && dialect == db.Postgres {
			out = append(out, fmt.Sprintf(`CREATE SEQUENCE IF NOT EXISTS "%s"`, e.Sequence(c)))
		}
		if c.Serial && dialect == db.SQLite {
			out = append(out, `CREATE TABLE IF NOT EXISTS gorgon_sequence (name text PRIMARY KEY, value integer NOT NULL)`)
		}
		if c.SQLType != "" && strings.HasSuffix(c.SQLType, "_enum") && dialect == db.Postgres {
			out = append(out, fmt.Sprintf(`CREATE TYPE %s AS ENUM (%s)`, c.SQLType, quoteAll(c.Enum)))
		}
	}
	return out
}

func quoteAll(list []string) string {
	q := make([]string, len(list))
	for i, s := range list {
		q[i] = literal(s)
	}
	return strings.Join(q, ", ")
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// CreateTable is the statement that makes the table.
func (e *Entity) CreateTable(dialect db.Dialect) string {
	var lines []string
	for _, c := range e.Columns {
		lines = append(lines, e.ColumnDDL(dialect, c))
	}
	if len(e.keys) > 0 {
		names := make([]string, len(e.keys))
		for i, k := range e.keys {
			names[i] = `"` + e.Columns[k].Name + `"`
		}
		lines = append(lines, fmt.Sprintf(`CONSTRAINT "%s_pkey" PRIMARY KEY (%s)`, e.Table, strings.Join(names, ", ")))
	}
	for _, c := range e.Checks {
		lines = append(lines, fmt.Sprintf(`CONSTRAINT "%s" CHECK (%s)`, c.Name, c.Expr))
	}
	if dialect == db.SQLite {
		for _, r := range e.foreign() {
			lines = append(lines, fmt.Sprintf(`CONSTRAINT "%s" %s`, e.foreignName(r), r.references()))
		}
	}
	return fmt.Sprintf("CREATE TABLE \"%s\" (\n\t%s\n)", e.Table, strings.Join(lines, ",\n\t"))
}

// ColumnDDL is one column as CREATE TABLE and ALTER TABLE ADD COLUMN write it.
func (e *Entity) ColumnDDL(dialect db.Dialect, c *Column) string {
	s := fmt.Sprintf(`"%s" %s`, c.Name, c.sqlType(dialect))
	if !c.Nullable {
		s += " NOT NULL"
	}
	if d := e.defaultOf(dialect, c); d != "" {
		s += " DEFAULT " + d
	}
	if len(c.Enum) > 0 && !strings.HasSuffix(c.SQLType, "_enum") {
		s += fmt.Sprintf(` CONSTRAINT "%s_%s_check" CHECK ("%s" IN (%s))`, e.Table, c.Name, c.Name, quoteAll(c.Enum))
	}
	return s
}

func (c *Column) sqlType(dialect db.Dialect) string {
	if dialect == db.Postgres && c.SQLType != "" {
		return c.SQLType
	}
	names := [...][2]string{
		Text: {"text", "text"}, Bool: {"integer", "boolean"}, Int: {"integer", "integer"}, BigInt: {"integer", "bigint"}, Float: {"real", "double precision"},
		Numeric: {"numeric", "numeric"}, Time: {"text", "timestamptz"}, JSON: {"text", "jsonb"}, Array: {"text", "text[]"},
	}
	return names[c.Type][dialect]
}

func (e *Entity) defaultOf(dialect db.Dialect, c *Column) string {
	switch {
	case c.Serial && dialect == db.Postgres:
		return fmt.Sprintf(`nextval('"%s"'::regclass)`, e.Sequence(c))
	case c.Serial:
		return ""
	case c.Type == Time && c.Default != nil && *c.Default == "CURRENT_TIMESTAMP" && dialect == db.Postgres:
		return "CURRENT_TIMESTAMP"
	case (c.Name == "created_at" || c.Name == "updated_at") && c.Type == Time && !c.Nullable:
		if dialect == db.Postgres {
			return "now()"
		}
		return "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
	case c.RawOf != "":
		if of := e.Column(c.RawOf); of.Default != nil && !of.RawPlain && !c.Nullable {
			return literal(`{"value": "` + *of.Default + `", "precision": 20}`)
		}
		return ""
	case c.Default == nil:
		return ""
	}
	return c.defaultLiteral(dialect)
}

func (c *Column) defaultLiteral(dialect db.Dialect) string {
	d := *c.Default
	switch c.Type {
	case Bool:
		if dialect == db.SQLite {
			return map[bool]string{true: "1", false: "0"}[d == "true"]
		}
		return d
	case Int, BigInt, Float, Numeric:
		return d
	case Time:
		if d == "now" && dialect == db.Postgres {
			return "now()"
		}
		return "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
	}
	return literal(d)
}

// foreign are the relations that a constraint can hold: those whose key this table has.
func (e *Entity) foreign() (out []*Relation) {
	for _, r := range e.Relations {
		if r.Belongs && r.To != nil && r.Pivot == nil && slices.Contains(r.To.keyNames(), r.ForeignKey) && len(r.To.keys) == 1 && r.OnDelete != "none" {
			out = append(out, r)
		}
	}
	return out
}

func (e *Entity) keyNames() []string {
	out := make([]string, len(e.keys))
	for i, k := range e.keys {
		out[i] = e.Columns[k].Name
	}
	return out
}

func (e *Entity) foreignName(r *Relation) string {
	return orElse(r.Constraint, e.Table+"_"+r.LocalKey+"_foreign")
}

func (r *Relation) references() string {
	s := fmt.Sprintf(`FOREIGN KEY ("%s") REFERENCES "%s" ("%s")`, r.LocalKey, r.To.Table, r.ForeignKey)
	if r.OnUpdate != "none" {
		s += " ON UPDATE CASCADE"
	}
	if r.OnDelete != "" {
		s += " ON DELETE " + strings.ToUpper(r.OnDelete)
	}
	return s
}

func (e *Entity) foreignKeys() (out []string) {
	for _, r := range e.foreign() {
		out = append(out, fmt.Sprintf(`ALTER TABLE "%s" ADD CONSTRAINT "%s" %s`, e.Table, e.foreignName(r), r.references()))
	}
	return out
}

// CreateIndexes are the statements that make the table's indexes.
func (e *Entity) CreateIndexes(dialect db.Dialect) (out []string) {
	for _, x := range e.AllIndexes() {
		out = append(out, x.create(dialect, e.Table))
	}
	return out
}

// AllIndexes are the indexes of single columns, of deleted_at, and the named ones.
func (e *Entity) AllIndexes() (out []Index) {
	live, gone := "", ""
	if e.SoftDeletes() {
		live, gone = "deleted_at IS NULL", "deleted_at IS NOT NULL"
	}
	for _, c := range e.Columns {
		if c.Unique != "" {
			out = append(out, Index{Name: c.Unique, Columns: []string{c.Name}, Unique: true, Where: live})
		}
		if c.Index != "" {
			out = append(out, Index{Name: c.Index, Columns: []string{c.Name}, Where: map[bool]string{true: gone, false: live}[c.IndexGone]})
		}
	}
	deleted := Index{Name: "IDX_" + e.Table + "_deleted_at", Columns: []string{"deleted_at"}, Where: map[string]string{"": live, "gone": gone}[e.Deleted]}
	named := func(x Index) bool { return slices.Equal(x.Columns, deleted.Columns) }
	if live != "" && e.Deleted != "none" && !slices.ContainsFunc(e.Indexes, named) {
		out = append(out, deleted)
	}
	return append(out, e.Indexes...)
}

func (x Index) create(dialect db.Dialect, table string) string {
	kind := "INDEX"
	if x.Unique {
		kind = "UNIQUE INDEX"
	}
	cols := make([]string, len(x.Columns))
	for i, c := range x.Columns {
		cols[i] = `"` + c + `"`
	}
	s := fmt.Sprintf(`CREATE %s "%s" ON "%s" (%s)`, kind, x.Name, table, strings.Join(cols, ", "))
	if x.Method != "" && dialect == db.Postgres {
		s = fmt.Sprintf(`CREATE %s "%s" ON "%s" USING %s (%s)`, kind, x.Name, table, x.Method, strings.Join(cols, ", "))
	}
	if x.Where != "" {
		s += " WHERE " + x.Where
	}
	return s
}
