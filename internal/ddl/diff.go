package ddl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
)

// Diff returns the statements that lead from the tables of one state to those of another. On SQLite, which can alter little, a table is made
// anew and filled from the old one where it has to be; foreign keys must not be enforced meanwhile.
func Diff(dialect db.Dialect, from, to []Table) (out []string) {
	old, wanted := byName(from), byName(to)
	var fresh []Table
	for _, t := range to {
		if old[t.Name] == nil {
			fresh = append(fresh, t)
		}
	}
	var late []string // foreign keys to tables that come later
	for _, t := range to {
		if have := old[t.Name]; have != nil {
			now, after := alter(dialect, *have, t)
			out, late = append(out, now...), append(late, after...)
		}
	}
	out = append(append(out, create(dialect, fresh)...), late...)
	for _, t := range from {
		if wanted[t.Name] == nil {
			out = append(out, drop(dialect, t.Name))
		}
	}
	return out
}

func byName(list []Table) map[string]*Table {
	out := map[string]*Table{}
	for i := range list {
		out[list[i].Name] = &list[i]
	}
	return out
}

func drop(dialect db.Dialect, table string) string {
	if dialect == db.Postgres {
		return fmt.Sprintf(`DROP TABLE "%s" CASCADE`, table)
	}
	return fmt.Sprintf(`DROP TABLE "%s"`, table)
}

// alter leads from one form of a table to another; after is for when all tables are there.
func alter(dialect db.Dialect, old, t Table) (now, after []string) {
	for _, p := range gone(t.Before, old.Before) {
		now = append(now, p.SQL)
	}
	dropped, added := gone(old.Indexes, t.Indexes), gone(t.Indexes, old.Indexes)
	for _, x := range dropped {
		now = append(now, fmt.Sprintf(`DROP INDEX "%s"`, x.Name))
	}
	if dialect == db.SQLite {
		if rebuilt := remake(old, t); rebuilt != nil {
			return append(now, append(rebuilt, t.indexes()...)...), nil
		}
	}
	if dialect == db.Postgres {
		for _, p := range slices.Concat(gone(old.Checks, t.Checks), gone(old.Foreign, t.Foreign)) {
			now = append(now, t.alter(`DROP CONSTRAINT "%s"`, p.Name))
		}
		for _, p := range gone(t.Foreign, old.Foreign) {
			after = append(after, t.add(p.Name, p.SQL))
		}
	}
	now = append(now, columns(dialect, old, t)...)
	if dialect == db.Postgres {
		for _, p := range gone(t.Checks, old.Checks) {
			now = append(now, t.add(p.Name, p.SQL))
		}
	}
	for _, x := range added {
		now = append(now, x.SQL)
	}
	return now, after
}

// gone are the parts that b has not, or has otherwise.
func gone(a, b []Part) (out []Part) {
	for _, p := range a {
		if !slices.Contains(b, p) {
			out = append(out, p)
		}
	}
	return out
}

func (t Table) column(name string) *Column {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Columns[i]
}

func columns(dialect db.Dialect, old, t Table) (out []string) {
	for _, c := range old.Columns {
		if t.column(c.Name) == nil {
			out = append(out, t.alter(`DROP COLUMN "%s"`, c.Name))
		}
	}
	for _, c := range t.Columns {
		have := old.column(c.Name)
		switch {
		case have == nil:
			out = append(out, t.addColumn(c)...)
		case have.ddl() != c.ddl() && dialect == db.Postgres:
			out = append(out, t.modify(*have, c)...)
		}
	}
	return out
}

// addColumn gives the rows that there are the column's zero value, which is not its default.
func (t Table) addColumn(c Column) []string {
	if c.Zero == "" {
		return []string{t.alter("ADD COLUMN %s", c.ddl())}
	}
	filled := c
	filled.Default = c.Zero
	return []string{t.alter("ADD COLUMN %s", filled.ddl()), t.alter(`ALTER COLUMN "%s" DROP DEFAULT`, c.Name)}
}

// modify changes a column of PostgreSQL.
func (t Table) modify(old, c Column) (out []string) {
	do := func(format string, args ...any) {
		out = append(out, t.alter(`ALTER COLUMN "%s" `, c.Name)+fmt.Sprintf(format, args...))
	}
	if old.Check != nil && (c.Check == nil || *c.Check != *old.Check) {
		out = append(out, t.alter(`DROP CONSTRAINT "%s"`, old.Check.Name))
	}
	if old.Type != c.Type {
		if old.Default != "" {
			do("DROP DEFAULT")
			old.Default = ""
		}
		do(`TYPE %s USING "%s"::%s`, c.Type, c.Name, c.Type)
	}
	switch {
	case c.Default == "" && old.Default != "":
		do("DROP DEFAULT")
	case c.Default != old.Default:
		do("SET DEFAULT %s", c.Default)
	}
	switch {
	case c.Null && !old.Null:
		do("DROP NOT NULL")
	case !c.Null && old.Null:
		if fill := c.filling(); fill != "" {
			out = append(out, fmt.Sprintf(`UPDATE "%s" SET "%s" = %s WHERE "%[2]s" IS NULL`, t.Name, c.Name, fill))
		}
		do("SET NOT NULL")
	}
	if c.Check != nil && (old.Check == nil || *c.Check != *old.Check) {
		out = append(out, t.add(c.Check.Name, c.Check.SQL))
	}
	return out
}

// remake makes a table of SQLite anew where ALTER TABLE is not enough; else it returns nil.
func remake(old, t Table) []string {
	if slices.Equal(old.Key, t.Key) && slices.Equal(old.Checks, t.Checks) && slices.Equal(old.Foreign, t.Foreign) && !slices.ContainsFunc(t.Columns, func(c Column) bool {
		have := old.column(c.Name)
		return have == nil && !c.addable() || have != nil && have.ddl() != c.ddl()
	}) && !slices.ContainsFunc(old.Columns, func(c Column) bool {
		return t.column(c.Name) == nil && (c.Check != nil || slices.Contains(old.Key, c.Name))
	}) {
		return nil
	}
	var into, from []string
	for _, c := range t.Columns {
		value, have := c.Zero, old.column(c.Name)
		if have != nil {
			value = `"` + c.Name + `"`
		}
		if fill := c.filling(); have != nil && have.Null && fill != "" {
			value = fmt.Sprintf("coalesce(%s, %s)", value, fill)
		}
		if value != "" {
			into, from = append(into, c.Name), append(from, value)
		}
	}
	const temporary = "gorgon_remade"
	return []string{
		t.create(db.SQLite, temporary),
		fmt.Sprintf(`INSERT INTO "%s" (%s) SELECT %s FROM "%s"`, temporary, identifiers(into), strings.Join(from, ", "), t.Name),
		drop(db.SQLite, t.Name),
		fmt.Sprintf(`ALTER TABLE "%s" RENAME TO "%s"`, temporary, t.Name),
	}
}

// filling is what stands for NULL in a column that may not be NULL any more.
func (c Column) filling() string {
	switch {
	case c.Null:
		return ""
	case c.Default != "":
		return c.Default
	}
	return c.Zero
}

// addable reports whether SQLite can add the column to a table that has rows.
func (c Column) addable() bool {
	return !strings.HasPrefix(c.Default, "(") && (c.Null || c.Default != "")
}
