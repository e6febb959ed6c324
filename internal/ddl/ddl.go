// Package ddl writes the tables of models in SQL, and what leads from the tables that there are to those that the models declare.
package ddl

import (
	"crypto/md5"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// A Table is a table in the SQL of one dialect.
type Table struct {
	Name    string
	Before  []Part `json:",omitempty"` // sequences and types that it needs
	Columns []Column
	Key     []string `json:",omitempty"`
	Checks  []Part   `json:",omitempty"` // conditions
	Foreign []Part   `json:",omitempty"` // foreign keys
	Indexes []Part   `json:",omitempty"` // whole statements
}

// A Part is something of a table that has a name.
type Part struct{ Name, SQL string }

// A Column is a column of a table.
type Column struct {
	Name, Type string
	Null       bool   `json:",omitempty"`
	Default    string `json:",omitempty"`
	Check      *Part  `json:",omitempty"` // of an enum
	Zero       string `json:"-"`          // what rows get that are older than the column, where it has no default and may not be NULL
}

// Tables describes the tables of entities.
func Tables(dialect db.Dialect, entities []*graph.Entity) []Table {
	out := make([]Table, 0, len(entities))
	for _, e := range entities {
		if e.Source == nil {
			out = append(out, table(dialect, e))
		}
	}
	return out
}

// Create returns the statements that make the tables of entities, and their indexes, in an order that works.
func Create(dialect db.Dialect, entities []*graph.Entity) []string {
	return create(dialect, Tables(dialect, entities))
}

func create(dialect db.Dialect, tables []Table) (out []string) {
	created := map[string]bool{}
	for _, t := range tables {
		for _, p := range t.Before {
			if !created[p.Name] {
				created[p.Name] = true
				out = append(out, p.SQL)
			}
		}
	}
	for _, t := range tables {
		out = append(out, t.create(dialect, t.Name))
	}
	for _, t := range tables {
		out = append(out, t.indexes()...)
	}
	if dialect == db.Postgres {
		for _, t := range tables {
			for _, f := range t.Foreign {
				out = append(out, t.add(f.Name, f.SQL))
			}
		}
	}
	return out
}

func table(dialect db.Dialect, e *graph.Entity) Table {
	t := Table{Name: e.Table, Before: before(dialect, e), Key: e.Primary()}
	for _, c := range e.Columns {
		t.Columns = append(t.Columns, column(dialect, e, c))
	}
	for _, c := range e.Checks {
		t.Checks = append(t.Checks, Part{c.Name, "CHECK (" + c.Expr + ")"})
	}
	for _, r := range e.ForeignKeys() {
		t.Foreign = append(t.Foreign, Part{foreignName(e, r), references(r)})
	}
	for _, x := range indexes(e) {
		t.Indexes = append(t.Indexes, Part{x.Name, index(dialect, e.Table, x)})
	}
	return t
}

func before(dialect db.Dialect, e *graph.Entity) (out []Part) {
	for _, c := range e.Columns {
		if c.Serial && dialect == db.Postgres {
			out = append(out, Part{e.Sequence(c), fmt.Sprintf(`CREATE SEQUENCE IF NOT EXISTS "%s"`, e.Sequence(c))})
		}
		if c.Serial && dialect == db.SQLite {
			out = append(out, Part{"gorgon_sequence", `CREATE TABLE IF NOT EXISTS gorgon_sequence (name text PRIMARY KEY, value integer NOT NULL)`})
		}
		if enumType(c) && dialect == db.Postgres {
			out = append(out, Part{c.SQLType, fmt.Sprintf(`CREATE TYPE %s AS ENUM (%s)`, c.SQLType, quoteAll(c.Enum))})
		}
	}
	return out
}

// enumType reports whether a column has a type of PostgreSQL of its own.
func enumType(c *graph.Column) bool { return strings.HasSuffix(c.SQLType, "_enum") }

// create is the statement that makes the table, under a name.
func (t Table) create(dialect db.Dialect, name string) string {
	var lines []string
	for _, c := range t.Columns {
		lines = append(lines, c.ddl())
	}
	if len(t.Key) > 0 {
		lines = append(lines, fmt.Sprintf(`CONSTRAINT "%s_pkey" PRIMARY KEY (%s)`, t.Name, identifiers(t.Key)))
	}
	parts := t.Checks
	if dialect == db.SQLite {
		parts = append(slices.Clip(parts), t.Foreign...)
	}
	for _, p := range parts {
		lines = append(lines, fmt.Sprintf(`CONSTRAINT "%s" %s`, p.Name, p.SQL))
	}
	return fmt.Sprintf("CREATE TABLE \"%s\" (\n\t%s\n)", name, strings.Join(lines, ",\n\t"))
}

func (t Table) indexes() []string {
	out := make([]string, len(t.Indexes))
	for i, x := range t.Indexes {
		out[i] = x.SQL
	}
	return out
}

func (t Table) alter(format string, args ...any) string {
	return fmt.Sprintf(`ALTER TABLE "%s" `, t.Name) + fmt.Sprintf(format, args...)
}

func (t Table) add(name, sql string) string { return t.alter(`ADD CONSTRAINT "%s" %s`, name, sql) }

// ddl is the column as CREATE TABLE and ALTER TABLE ADD COLUMN write it.
func (c Column) ddl() string {
	s := fmt.Sprintf(`"%s" %s`, c.Name, c.Type)
	if !c.Null {
		s += " NOT NULL"
	}
	if c.Default != "" {
		s += " DEFAULT " + c.Default
	}
	if c.Check != nil {
		s += fmt.Sprintf(` CONSTRAINT "%s" %s`, c.Check.Name, c.Check.SQL)
	}
	return s
}

func column(dialect db.Dialect, e *graph.Entity, c *graph.Column) Column {
	out := Column{Name: c.Name, Type: sqlType(dialect, c), Null: c.Nullable, Default: defaultOf(dialect, e, c)}
	if len(c.Enum) > 0 && !enumType(c) {
		out.Check = &Part{e.Table + "_" + c.Name + "_check", fmt.Sprintf(`CHECK ("%s" IN (%s))`, c.Name, quoteAll(c.Enum))}
	}
	if !out.Null && out.Default == "" {
		out.Zero = zero(dialect, c)
	}
	return out
}

// zero is the value of a field that nobody has set, as far as the database may hold it.
func zero(dialect db.Dialect, c *graph.Column) string {
	switch {
	case len(c.Enum) > 0:
		return literal(c.Enum[0])
	case c.RawOf != "":
		return literal(`{"value": "0", "precision": 20}`)
	case c.Type == graph.Bool && dialect == db.Postgres:
		return "false"
	case c.Type == graph.Text:
		return "''"
	case c.Type == graph.Time && dialect == db.Postgres:
		return "now()"
	case c.Type == graph.Time:
		return now
	case c.Type == graph.Array && dialect == db.Postgres || c.Type == graph.JSON && c.GoType.Kind() != reflect.Slice:
		return "'{}'"
	case c.Type == graph.Array || c.Type == graph.JSON:
		return "'[]'"
	}
	return "0"
}

func sqlType(dialect db.Dialect, c *graph.Column) string {
	if dialect == db.Postgres && c.SQLType != "" {
		return c.SQLType
	}
	names := [...][2]string{
		graph.Text: {"text", "text"}, graph.Bool: {"integer", "boolean"}, graph.Int: {"integer", "integer"}, graph.BigInt: {"integer", "bigint"},
		graph.Float: {"real", "double precision"}, graph.Numeric: {"numeric", "numeric"}, graph.Time: {"text", "timestamptz"}, graph.JSON: {"text", "jsonb"},
		graph.Array: {"text", "text[]"},
	}
	return names[c.Type][dialect]
}

// now is SQLite's present moment.
const now = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"

func defaultOf(dialect db.Dialect, e *graph.Entity, c *graph.Column) string {
	switch {
	case c.Serial && dialect == db.Postgres:
		return fmt.Sprintf(`nextval('"%s"'::regclass)`, e.Sequence(c))
	case c.Serial:
		return ""
	case c.Type == graph.Time && c.Default != nil && *c.Default == "CURRENT_TIMESTAMP" && dialect == db.Postgres:
		return "CURRENT_TIMESTAMP"
	case (c.Name == "created_at" || c.Name == "updated_at") && c.Type == graph.Time && !c.Nullable:
		if dialect == db.Postgres {
			return "now()"
		}
		return now
	case c.RawOf != "":
		return rawDefault(e.Column(c.RawOf), c)
	case c.Default == nil:
		return ""
	}
	return defaultLiteral(dialect, c)
}

// rawDefault is the default of the raw twin of a numeric column.
func rawDefault(of, raw *graph.Column) string {
	value := of.Default
	if of.RawDefault != nil {
		value = of.RawDefault
	}
	if value == nil || *value == "" || raw.Nullable {
		return ""
	}
	return literal(`{"value": "` + *value + `", "precision": 20}`)
}

func defaultLiteral(dialect db.Dialect, c *graph.Column) string {
	d := *c.Default
	switch c.Type {
	case graph.Bool:
		if dialect == db.SQLite {
			return map[bool]string{true: "1", false: "0"}[d == "true"]
		}
		return d
	case graph.Int, graph.BigInt, graph.Float, graph.Numeric:
		return d
	case graph.Time:
		if d == "now" && dialect == db.Postgres {
			return "now()"
		}
		return now
	}
	return literal(d)
}

// foreignName is the name of a foreign key. One that is too long for PostgreSQL is shortened as Medusa does it.
func foreignName(e *graph.Entity, r *graph.Relation) string {
	name := e.Table + "_" + r.LocalKey + "_foreign"
	switch {
	case r.Constraint != "":
		return r.Constraint
	case len(name) > 63:
		return fmt.Sprintf("%s_%x", name[:48], md5.Sum([]byte(name)))[:54] + "_foreign"
	}
	return name
}

func references(r *graph.Relation) string {
	s := fmt.Sprintf(`FOREIGN KEY ("%s") REFERENCES "%s" ("%s")`, r.LocalKey, r.To.Table, r.ForeignKey)
	if r.OnUpdate != "none" {
		s += " ON UPDATE CASCADE"
	}
	if r.OnDelete != "" {
		s += " ON DELETE " + strings.ToUpper(r.OnDelete)
	}
	return s
}

// indexes are the indexes of single columns, of deleted_at, and the named ones.
func indexes(e *graph.Entity) (out []graph.Index) {
	live, deletedIndex := "", ""
	if e.SoftDeletes() {
		live, deletedIndex = "deleted_at IS NULL", "deleted_at IS NOT NULL"
	}
	for _, c := range e.Columns {
		if c.Unique != "" {
			out = append(out, graph.Index{Name: c.Unique, Columns: []string{c.Name}, Unique: true, Where: live})
		}
		if c.Index != "" {
			out = append(out, graph.Index{Name: c.Index, Columns: []string{c.Name}, Where: map[bool]string{true: deletedIndex, false: live}[c.IndexGone]})
		}
	}
	deleted := graph.Index{Name: "IDX_" + e.Table + "_deleted_at", Columns: []string{"deleted_at"}, Where: map[string]string{"": live, "gone": deletedIndex}[e.Deleted]}
	named := func(x graph.Index) bool { return slices.Equal(x.Columns, deleted.Columns) }
	if live != "" && e.Deleted != "none" && !slices.ContainsFunc(e.Indexes, named) {
		out = append(out, deleted)
	}
	return append(out, e.Indexes...)
}

func index(dialect db.Dialect, table string, x graph.Index) string {
	kind, using := "INDEX", ""
	if x.Unique {
		kind = "UNIQUE INDEX"
	}
	if x.Method != "" && dialect == db.Postgres {
		using = " USING " + x.Method
	}
	s := fmt.Sprintf(`CREATE %s "%s" ON "%s"%s (%s)`, kind, x.Name, table, using, identifiers(x.Columns))
	if x.Where != "" {
		s += " WHERE " + x.Where
	}
	return s
}

func identifiers(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }

func quoteAll(list []string) string {
	q := make([]string, len(list))
	for i, s := range list {
		q[i] = literal(s)
	}
	return strings.Join(q, ", ")
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
