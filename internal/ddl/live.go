package ddl

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
)

// Missing returns the statements that add to a database what it lacks of tables: whole tables, columns, indexes, constraints. What is there stays
// as it is, and rows that break a new constraint of PostgreSQL's may stay too.
func Missing(ctx context.Context, d *db.DB, tables []Table) ([]string, error) {
	have, err := inspect(ctx, d)
	if err != nil {
		return nil, err
	}
	var from, to []Table
	for _, t := range tables {
		old, ok := have.tables[t.Name]
		if !ok {
			to = append(to, have.without(t))
			continue
		}
		before, after := have.known(old, t)
		from, to = append(from, before), append(to, after)
	}
	out := Diff(d.Dialect(), from, to)
	for i, s := range out {
		rest, _ := strings.CutPrefix(s, `ALTER TABLE "`)
		table, change, _ := strings.Cut(rest, `" `)
		if have.tables[table] != nil && strings.HasPrefix(change, "ADD CONSTRAINT ") {
			out[i] = s + " NOT VALID"
		}
	}
	return out, nil
}

// live is what a database has, by names.
type live struct {
	tables map[string][]Column // of PostgreSQL's columns the names alone
	names  map[string]bool     // indexes, sequences and types; and TABLE.CONSTRAINT
	lists  map[string][]Part   // indexes of SQLite's tables
}

// unknown are the indexes that a table of SQLite's has beside those that are declared.
func (l *live) unknown(t Table) []Part {
	return slices.DeleteFunc(slices.Clone(l.lists[t.Name]), func(p Part) bool {
		return slices.ContainsFunc(t.Indexes, func(x Part) bool { return x.Name == p.Name })
	})
}

// has reports whether there is something of that name, of which PostgreSQL keeps 63 bytes.
func (l *live) has(table, name string) bool {
	return l.names[table+name] || len(name) > 63 && l.names[table+name[:63]]
}

// without leaves out what has no table of its own and is there already.
func (l *live) without(t Table) Table {
	t.Before = slices.DeleteFunc(slices.Clone(t.Before), func(p Part) bool { return l.has("", p.Name) || l.tables[p.Name] != nil })
	return t
}

// known splits a table into what of it there is and what it is to become: all of that, the columns included that the models do not know.
func (l *live) known(columns []Column, t Table) (before, after Table) {
	after = l.without(t)
	after.Columns = slices.Clone(after.Columns)
	before = after
	before.Columns, before.Before = nil, nil
	for _, c := range columns {
		i := slices.IndexFunc(t.Columns, func(declared Column) bool { return declared.Name == c.Name })
		switch {
		case i < 0:
			after.Columns = append(after.Columns, c)
		case c.Type == "":
			c = t.Columns[i]
		default:
			c.Check = t.Columns[i].Check
			after.Columns[i] = c
		}
		before.Columns = append(before.Columns, c)
	}
	there := func(list []Part, table string) (out []Part) {
		for _, p := range list {
			if l.has(table, p.Name) {
				out = append(out, p)
			}
		}
		return out
	}
	after.Indexes = append(slices.Clip(after.Indexes), l.unknown(t)...)
	before.Indexes, before.Checks, before.Foreign = there(after.Indexes, ""), there(t.Checks, t.Name+"."), there(t.Foreign, t.Name+".")
	return before, after
}

const (
	liteTables = "SELECT m.name, p.name, p.type, p.\"notnull\", p.dflt_value, m.sql FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' ORDER BY m.name, p.cid"
	liteNames  = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
	pgTables   = "SELECT table_name, column_name, '', '0', '', '' FROM information_schema.columns WHERE table_schema = ANY (current_schemas(false))"
	pgNames    = `SELECT c.relname::text, '', '' FROM pg_class c WHERE c.relkind IN ('i', 'S') AND c.relnamespace = ANY (current_schemas(false)::regnamespace[])
		UNION ALL SELECT t.typname::text, '', '' FROM pg_type t WHERE t.typtype = 'e' AND t.typnamespace = ANY (current_schemas(false)::regnamespace[])
		UNION ALL SELECT c.relname || '.' || o.conname, '', '' FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
		WHERE o.connamespace = ANY (current_schemas(false)::regnamespace[])`
)

func inspect(ctx context.Context, d *db.DB) (*live, error) {
	tables, names := liteTables, liteNames
	if d.Dialect() == db.Postgres {
		tables, names = pgTables, pgNames
	}
	l := &live{tables: map[string][]Column{}, names: map[string]bool{}, lists: map[string][]Part{}}
	err := each(ctx, d, tables, 6, func(row []string) {
		c := Column{Name: row[1], Type: row[2], Null: row[3] == "0", Default: row[4]}
		if strings.Contains(c.Default, "(") {
			c.Default = "(" + c.Default + ")"
		}
		l.tables[row[0]] = append(l.tables[row[0]], c)
		l.constraints(row[0], row[5])
	})
	if err != nil {
		return nil, err
	}
	return l, each(ctx, d, names, 3, func(row []string) {
		l.names[row[0]] = true
		if row[1] != "" {
			l.lists[row[1]] = append(l.lists[row[1]], Part{row[0], row[2]})
		}
	})
}

// constraints notes the names of constraints in a CREATE TABLE.
func (l *live) constraints(table, sql string) {
	for _, s := range strings.Split(sql, `CONSTRAINT "`)[1:] {
		name, _, _ := strings.Cut(s, `"`)
		l.names[table+"."+name] = true
	}
}

func each(ctx context.Context, d *db.DB, sql string, columns int, do func([]string)) error {
	rows, err := d.Query(ctx, db.Statement{SQL: sql})
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		row := make([]string, columns)
		for i := range row {
			row[i] = string(rows.Value(i))
		}
		do(row)
	}
	return rows.Err()
}
