package graph

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/money"
)

// maxArgs bounds the arguments of one statement; SQLite takes 32766.
const maxArgs = 30000

// Prepare fills in what a new record leaves out: its id, its times and the defaults of its columns. v is an addressable struct.
func (e *Entity) Prepare(v reflect.Value, now time.Time) {
	for _, c := range e.Columns {
		if c.Path == nil {
			continue
		}
		f := v.FieldByIndex(c.Path)
		if !f.IsZero() {
			continue
		}
		switch {
		case c.Name == "id" && c.Type == Text:
			f.SetString(id.New(e.Prefix))
		case c.Name == "created_at" || c.Name == "updated_at":
			setTimeField(f, now)
		case c.Default != nil && !c.Serial && (f.Kind() != reflect.Bool):
			// a default that does not fit its column shows when the database refuses the row
			_ = c.setter()(f, []byte(*c.Default))
		}
	}
}

func setTimeField(f reflect.Value, now time.Time) {
	if f.Kind() == reflect.Pointer {
		f.Set(reflect.ValueOf(&now))
		return
	}
	f.Set(reflect.ValueOf(now).Convert(f.Type()))
}

// Insert writes the records of rows, addressable structs that Prepare has filled, in as few statements as fit. With conflict set,
// records that exist are updated instead.
func (e *Entity) Insert(ctx context.Context, rows []reflect.Value, conflict bool) error {
	d, err := e.DB()
	if err != nil || len(rows) == 0 {
		return err
	}
	if err := e.number(ctx, d, rows); err != nil {
		return err
	}
	size := max(1, maxArgs/len(e.Columns))
	for start := 0; start < len(rows); start += size {
		s, err := e.insert(d.Dialect(), rows[start:min(start+size, len(rows))], conflict)
		if err != nil {
			return err
		}
		if _, err := d.Exec(ctx, s); err != nil {
			return e.explain(d.WithoutTx(ctx), err, rows[start:min(start+size, len(rows))]...)
		}
	}
	return nil
}

func (e *Entity) insert(dialect db.Dialect, rows []reflect.Value, conflict bool) (db.Statement, error) {
	b := newBuilder(dialect)
	b.put("INSERT INTO ")
	b.ident(e.Table)
	b.put(" (")
	for i, c := range e.Columns {
		if i > 0 {
			b.put(", ")
		}
		b.ident(c.Name)
	}
	b.put(") VALUES ")
	for i, row := range rows {
		if i > 0 {
			b.put(", ")
		}
		if err := e.values(b, row); err != nil {
			return db.Statement{}, err
		}
	}
	if conflict {
		e.onConflict(b)
	}
	return b.statement(), nil
}

func (e *Entity) values(b *builder, row reflect.Value) error {
	b.put("(")
	for i, c := range e.Columns {
		if i > 0 {
			b.put(", ")
		}
		v, err := e.valueOf(b.dialect, c, row)
		if err != nil {
			return err
		}
		b.arg(v)
	}
	b.put(")")
	return nil
}

func (e *Entity) onConflict(b *builder) {
	primary := e.Primary()
	b.put(" ON CONFLICT (")
	b.idents(primary)
	b.put(") DO UPDATE SET ")
	first := true
	for _, c := range e.Columns {
		if c.Key || c.Name == "created_at" || slices.Contains(primary, c.Name) {
			continue
		}
		if !first {
			b.put(", ")
		}
		first = false
		b.ident(c.Name)
		b.put(" = excluded.")
		b.ident(c.Name)
	}
}

// valueOf takes a column's value out of a struct, as the driver wants it.
func (e *Entity) valueOf(dialect db.Dialect, c *Column, row reflect.Value) (any, error) {
	if c.RawOf != "" {
		return rawArg(row.FieldByIndex(e.Column(c.RawOf).Path)), nil
	}
	f := row.FieldByIndex(c.Path)
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return nil, nil
		}
		f = f.Elem()
	}
	if c.Type == JSON && (f.Kind() == reflect.Map || f.Kind() == reflect.Slice || f.Kind() == reflect.Interface) && f.IsNil() {
		return nil, nil
	}
	if c.Type == Array && f.IsNil() {
		return nil, nil
	}
	return argument(dialect, c, f.Interface())
}

func rawArg(f reflect.Value) any {
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return nil
		}
		f = f.Elem()
	}
	return string(f.Interface().(money.Decimal).AppendRaw(nil))
}

// number gives records their numbers from the sequence of a serial column.
func (e *Entity) number(ctx context.Context, d *db.DB, rows []reflect.Value) error {
	for _, c := range e.Columns {
		if !c.Serial {
			continue
		}
		for _, row := range rows {
			f := row.FieldByIndex(c.Path)
			if !f.IsZero() {
				continue
			}
			n, err := e.next(ctx, d, c)
			if err != nil {
				return err
			}
			if err := c.setter()(f, []byte(n)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Entity) next(ctx context.Context, d *db.DB, c *Column) (string, error) {
	name := e.Sequence(c)
	s := db.Statement{SQL: `SELECT nextval('"` + name + `"')`}
	if d.Dialect() == db.SQLite {
		s = db.Statement{SQL: `INSERT INTO gorgon_sequence (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`, Args: []any{name}}
	}
	var n string
	found, err := db.QueryRow(ctx, d, s, &n)
	if err == nil && !found {
		err = fmt.Errorf("sequence %s gave no number", name)
	}
	return n, err
}

// Sequence is the name of the sequence behind a serial column, as PostgreSQL would choose it.
func (e *Entity) Sequence(c *Column) string { return e.Table + "_" + c.Name + "_seq" }

// Update changes the records that match, and returns how many there were. The raw twins of decimals and updated_at follow.
func (e *Entity) Update(ctx context.Context, where Filter, set map[string]any) (int64, error) {
	d, err := e.DB()
	if err != nil {
		return 0, err
	}
	b := newBuilder(d.Dialect())
	b.put("UPDATE ")
	b.ident(e.Table)
	b.put(" AS t0 SET ")
	if err := e.assign(b, set); err != nil {
		return 0, err
	}
	b.put(" WHERE ")
	if err := b.where(e, "t0", where, 0); err != nil {
		return 0, err
	}
	if _, asked := where["deleted_at"]; !asked {
		b.live(e, "t0")
	}
	n, err := d.Exec(ctx, b.statement())
	value := func(c *Column) string {
		if v, changes := set[c.Name]; changes {
			return asText(deref(v))
		}
		return e.stored(ctx, c, where)
	}
	return n, e.words(e.blame(ctx, err, value), value)
}

func (e *Entity) assign(b *builder, set map[string]any) error {
	names := make([]string, 0, len(set))
	for k := range set {
		names = append(names, k)
	}
	sort.Strings(names)
	if _, given := set["updated_at"]; !given && e.Column("updated_at") != nil {
		b.put(`"updated_at" = `)
		b.arg(db.Now())
		if len(names) > 0 {
			b.put(", ")
		}
	}
	for i, name := range names {
		if i > 0 {
			b.put(", ")
		}
		c := e.Column(name)
		if c == nil {
			return fault.New(fault.Invalid, "%s has no column %s", e.Label, name)
		}
		if err := e.assignOne(b, c, set[name]); err != nil {
			return err
		}
	}
	return nil
}

func (e *Entity) assignOne(b *builder, c *Column, v any) error {
	var a any
	var err error
	if v = deref(v); v != nil {
		if a, err = argument(b.dialect, c, v); err != nil {
			return err
		}
	}
	b.ident(c.Name)
	b.put(" = ")
	b.arg(a)
	if raw := e.Column("raw_" + c.Name); raw != nil && raw.RawOf != "" {
		b.put(", ")
		b.ident(raw.Name)
		b.put(" = ")
		b.arg(rawOfAny(v))
	}
	return nil
}

func rawOfAny(v any) any {
	if v == nil {
		return nil
	}
	m, ok := v.(money.Decimal)
	if !ok {
		m, _ = money.Parse(asText(v)) // argument has parsed it before
	}
	return string(m.AppendRaw(nil))
}

// deref follows pointers; nil pointers, maps and slices become nil.
func deref(v any) any {
	r := reflect.ValueOf(v)
	for r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return nil
		}
		r = r.Elem()
	}
	if !r.IsValid() || (r.Kind() == reflect.Map || r.Kind() == reflect.Slice) && r.IsNil() {
		return nil
	}
	return r.Interface()
}

// explain turns a broken constraint into words for the user, with the values of the record that breaks it.
func (e *Entity) explain(ctx context.Context, err error, rows ...reflect.Value) error {
	ce, ok := errors.AsType[*db.ConstraintError](err)
	if !ok {
		return err
	}
	value := columnText(rows[e.culprit(ctx, ce, rows)])
	if ce.Kind == db.ForeignKeyViolation && len(ce.Columns) == 0 {
		ce.Columns = e.dangling(ctx, value)
	}
	return e.words(err, value)
}

// dangling finds the column of a foreign key that names nothing, where the database does not tell.
func (e *Entity) dangling(ctx context.Context, value func(*Column) string) []string {
	var set []*Relation
	for _, r := range e.ForeignKeys() {
		if value(e.Column(r.LocalKey)) != "null" {
			set = append(set, r)
		}
	}
	for i, r := range set {
		n, err := Count(ctx, r.To, Filter{r.ForeignKey: value(e.Column(r.LocalKey))})
		if i == len(set)-1 || err == nil && n == 0 {
			return []string{r.LocalKey}
		}
	}
	return nil
}

func (e *Entity) explainSet(err error, set map[string]any) error {
	return e.words(err, func(c *Column) string { return asText(deref(set[c.Name])) })
}

func (e *Entity) words(err error, value func(*Column) string) error {
	ce, ok := errors.AsType[*db.ConstraintError](err)
	if !ok {
		return err
	}
	switch ce.Kind {
	case db.UniqueViolation:
		parts := []string{}
		for _, name := range ce.Columns {
			if c := e.Column(name); c != nil && c.Path != nil {
				parts = append(parts, name+": "+value(c))
			}
		}
		return fault.Wrap(err, fault.Invalid, "%s with %s, already exists.", e.Label, strings.Join(parts, ", "))
	case db.ForeignKeyViolation:
		return fault.Wrap(err, fault.NotFound, "You tried to set relationship %s, but such entity does not exist", e.missing(ce, value))
	case db.NotNullViolation:
		return fault.Wrap(err, fault.Invalid, "Cannot set field '%s' of %s to null", strings.Join(ce.Columns, ", "), e.Label)
	case db.CheckViolation:
		return fault.Wrap(err, fault.Invalid, "%s breaks the rule %s", e.Label, strconv.Quote(ce.Constraint))
	}
	return err
}

func (e *Entity) missing(ce *db.ConstraintError, value func(*Column) string) string {
	for _, name := range ce.Columns {
		if c := e.Column(name); c != nil && c.Path != nil {
			return name + ": " + value(c)
		}
	}
	return ce.Constraint
}

// Delete removes records for good and returns how many there were.
func (e *Entity) Delete(ctx context.Context, where Filter) (int64, error) {
	d, err := e.DB()
	if err != nil {
		return 0, err
	}
	b := newBuilder(d.Dialect())
	b.put("DELETE FROM ")
	b.ident(e.Table)
	b.put(" AS t0 WHERE ")
	if err := b.where(e, "t0", where, 0); err != nil {
		return 0, err
	}
	n, err := d.Exec(ctx, b.statement())
	return n, e.explainSet(err, nil)
}
