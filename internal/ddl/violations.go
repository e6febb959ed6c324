package ddl

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// A Violation is a constraint that the models declare, the database does not enforce, and rows break.
type Violation struct {
	Table, Constraint string
	Rule              string   // the constraint in SQL
	Rows              int      // that break it; of a unique index, how many values are there more than once
	Examples          []string // keys of such rows, or such values; some
	Blocks            bool     // Missing cannot add the constraint while there are such rows
}

// Error says what is wrong. What to do about it, callers know.
func (v Violation) Error() string {
	return fmt.Sprintf("%s has %d rows against %s (%s), such as %s", v.Table, v.Rows, v.Constraint, v.Rule, strings.Join(v.Examples, "; "))
}

// Violations looks for rows that break constraints of entities: unique indexes, conditions and foreign keys that the database lacks, and on PostgreSQL
// those that it has without having looked at old rows. Tables that are missing have no rows. It changes nothing.
func Violations(ctx context.Context, d *db.DB, entities []*graph.Entity) ([]Violation, error) {
	have, err := inspect(ctx, d)
	if err != nil {
		return nil, err
	}
	if err := have.unproven(ctx, d); err != nil {
		return nil, err
	}
	var out []Violation
	for _, e := range entities {
		if e.Source != nil || have.tables[e.Table] == nil {
			continue
		}
		for _, r := range rules(d.Dialect(), e) {
			if have.has(r.scope, r.Constraint) || !have.columns(e.Table, r.columns) || r.parent != "" && have.tables[r.parent] == nil {
				continue
			}
			broken, err := r.look(ctx, d)
			if err != nil {
				return nil, err
			}
			if broken {
				out = append(out, r.Violation)
			}
		}
	}
	return out, nil
}

// Validate makes PostgreSQL enforce a constraint for old rows, too, if it does not do so already.
func Validate(ctx context.Context, d *db.DB, table, constraint string) error {
	if d.Dialect() != db.Postgres {
		return nil
	}
	var one int
	there, err := db.QueryRow(ctx, d, db.Statement{SQL: `SELECT 1 FROM pg_constraint WHERE conname = $1 AND NOT convalidated
		AND connamespace = ANY (current_schemas(false)::regnamespace[])`, Args: []any{constraint}}, &one)
	if err == nil && there {
		_, err = d.Exec(ctx, db.Statement{SQL: fmt.Sprintf(`ALTER TABLE "%s" VALIDATE CONSTRAINT "%s"`, table, constraint)})
	}
	return err
}

// unproven forgets the constraints of PostgreSQL's that old rows may break.
func (l *live) unproven(ctx context.Context, d *db.DB) error {
	if d.Dialect() != db.Postgres {
		return nil
	}
	return each(ctx, d, `SELECT c.relname || '.' || o.conname FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
		WHERE NOT o.convalidated AND o.connamespace = ANY (current_schemas(false)::regnamespace[])`, 1, func(row []string) { delete(l.names, row[0]) })
}

// columns reports whether a table has all of some columns.
func (l *live) columns(table string, names []string) bool {
	for _, n := range names {
		if !slices.ContainsFunc(l.tables[table], func(c Column) bool { return c.Name == n }) {
			return false
		}
	}
	return true
}

// A rule is a constraint, and how to find the rows that break it.
type rule struct {
	Violation
	scope   string   // what its name is unique in: "" or the table and a dot
	columns []string // that it needs
	parent  string   // the table that a foreign key leads to
	from    string   // FROM, WHERE and GROUP BY of a query for what breaks it
	label   string   // what such a query shows
}

func rules(dialect db.Dialect, e *graph.Entity) (out []rule) {
	t := table(dialect, e)
	row := label(e.Primary())
	checks := slices.Clone(t.Checks)
	for _, c := range t.Columns {
		if c.Check != nil {
			checks = append(checks, *c.Check)
		}
	}
	for _, c := range checks {
		expr := strings.TrimPrefix(c.SQL, "CHECK ")
		out = append(out, rule{Violation: Violation{Table: e.Table, Constraint: c.Name, Rule: c.SQL, Blocks: dialect == db.SQLite}, scope: e.Table + ".",
			from: fmt.Sprintf(`"%s" WHERE NOT %s`, e.Table, expr), label: row, columns: mentioned(t, expr)})
	}
	for _, r := range e.ForeignKeys() {
		name := foreignName(e, r)
		out = append(out, rule{Violation: Violation{Table: e.Table, Constraint: name, Rule: references(r), Blocks: dialect == db.SQLite}, scope: e.Table + ".", label: row,
			columns: []string{r.LocalKey}, parent: r.To.Table,
			from: fmt.Sprintf(`"%[1]s" WHERE "%[2]s" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "%[3]s" AS parent WHERE parent."%[4]s" = "%[1]s"."%[2]s")`,
				e.Table, r.LocalKey, r.To.Table, r.ForeignKey)})
	}
	for _, x := range indexes(e) {
		if x.Unique {
			out = append(out, unique(e, x))
		}
	}
	return out
}

func unique(e *graph.Entity, x graph.Index) rule {
	var where []string
	for _, c := range x.Columns {
		where = append(where, fmt.Sprintf(`"%s" IS NOT NULL`, c)) // NULLs differ from each other
	}
	text := "UNIQUE (" + identifiers(x.Columns) + ")"
	if x.Where != "" {
		where = append(where, "("+x.Where+")")
		text += " WHERE " + x.Where
	}
	return rule{Violation: Violation{Table: e.Table, Constraint: x.Name, Rule: text, Blocks: true}, columns: x.Columns, label: label(x.Columns),
		from: fmt.Sprintf(`"%s" WHERE %s GROUP BY %s HAVING count(*) > 1`, e.Table, strings.Join(where, " AND "), identifiers(x.Columns))}
}

// mentioned are the columns of a table whose names are in a condition.
func mentioned(t Table, expr string) (out []string) {
	words := strings.FieldsFunc(expr, func(r rune) bool { return r != '_' && (r < '0' || r > 'z' || r > '9' && r < 'A' || r > 'Z' && r < 'a') })
	for _, c := range t.Columns {
		if slices.Contains(words, c.Name) {
			out = append(out, c.Name)
		}
	}
	return out
}

// label is an expression that shows columns as text.
func label(columns []string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = fmt.Sprintf(`CAST("%s" AS text)`, c)
	}
	return strings.Join(parts, " || ', ' || ")
}

// look counts what breaks the rule and takes examples.
func (r *rule) look(ctx context.Context, d *db.DB) (broken bool, err error) {
	const examples = 3
	r.Examples = nil
	query := "SELECT " + r.label + " FROM " + r.from
	if err := each(ctx, d, query+fmt.Sprintf(" LIMIT %d", examples), 1, func(row []string) { r.Examples = append(r.Examples, row[0]) }); err != nil {
		return false, err
	}
	if len(r.Examples) == 0 {
		return false, nil
	}
	_, err = db.QueryRow(ctx, d, db.Statement{SQL: "SELECT count(*) FROM (" + query + ") AS broken"}, &r.Rows)
	return true, err
}
