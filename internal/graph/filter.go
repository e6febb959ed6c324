package graph

import (
	"reflect"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
)

// A Filter is a condition in Medusa's operator language: column → value or operators, relation → filter, "$and", "$or", "$not", "q".
type Filter map[string]any

// maxDepth bounds how deep filters nest, for they come from outside.
const maxDepth = 12

// where writes the condition f on the records of e known as alias; it writes at least "TRUE".
func (b *builder) where(e *Entity, alias string, f Filter, depth int) error {
	if depth > maxDepth {
		return fault.New(fault.Invalid, "Filters are nested too deeply")
	}
	keys := make([]string, 0, len(f))
	for k := range f {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	if len(keys) == 0 {
		b.put("TRUE")
	}
	for i, k := range keys {
		if i > 0 {
			b.put(" AND ")
		}
		if err := b.condition(e, alias, k, f[k], depth); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) condition(e *Entity, alias, key string, v any, depth int) error {
	switch key {
	case "$and", "$or":
		return b.combine(e, alias, key, v, depth)
	case "$not":
		f, ok := asFilter(v)
		if !ok {
			return fault.New(fault.Invalid, "$not takes a filter")
		}
		b.put("NOT (")
		err := b.where(e, alias, f, depth+1)
		b.put(")")
		return err
	case "q":
		return b.search(e, alias, v)
	}
	if c := e.Column(key); c != nil {
		return b.column(e, alias, c, v)
	}
	if r := e.Relation(key); r != nil {
		return b.related(r, alias, v, depth)
	}
	return fault.New(fault.Invalid, "Trying to query by not existing property %s.%s", e.Label, key)
}

func (b *builder) combine(e *Entity, alias, key string, v any, depth int) error {
	list, ok := asFilters(v)
	if !ok {
		return fault.New(fault.Invalid, "%s takes a list of filters", key)
	}
	sep := " AND "
	if key == "$or" {
		sep = " OR "
	}
	b.put("(")
	if len(list) == 0 {
		b.put("TRUE")
	}
	for i, f := range list {
		if i > 0 {
			b.put(sep)
		}
		b.put("(")
		if err := b.where(e, alias, f, depth+1); err != nil {
			return err
		}
		b.put(")")
	}
	b.put(")")
	return nil
}

func asFilter(v any) (Filter, bool) {
	switch f := v.(type) {
	case Filter:
		return f, true
	case map[string]any:
		return f, true
	}
	return nil, false
}

func asFilters(v any) ([]Filter, bool) {
	switch l := v.(type) {
	case []Filter:
		return l, true
	case []map[string]any:
		out := make([]Filter, len(l))
		for i, f := range l {
			out[i] = f
		}
		return out, true
	case []any:
		out := make([]Filter, len(l))
		for i, x := range l {
			f, ok := asFilter(x)
			if !ok {
				return nil, false
			}
			out[i] = f
		}
		return out, true
	}
	if f, ok := asFilter(v); ok {
		return []Filter{f}, true
	}
	return nil, false
}

// related writes EXISTS over a relation. {"$none": f} negates it; {"$some": f} is the plain form; nil asks for no related record.
func (b *builder) related(r *Relation, alias string, v any, depth int) error {
	if v == nil {
		b.put("NOT ")
		return b.exists(r, alias, nil, depth)
	}
	f, ok := asFilter(v)
	if !ok { // {"tags": "x"} and {"tags": ["x"]} mean their keys
		return b.exists(r, alias, Filter{r.To.KeyName(): v}, depth)
	}
	for op, not := range map[string]bool{"$none": true, "$some": false} {
		if inner, has := f[op]; has {
			g, _ := asFilter(inner)
			if not {
				b.put("NOT ")
			}
			return b.exists(r, alias, g, depth)
		}
	}
	if inner, has := f["$every"]; has {
		g, _ := asFilter(inner)
		b.put("NOT ")
		return b.exists(r, alias, Filter{"$not": g}, depth)
	}
	if isOperators(f) && !isBranches(f) {
		return b.exists(r, alias, Filter{r.To.KeyName(): v}, depth)
	}
	return b.exists(r, alias, f, depth)
}

func (b *builder) exists(r *Relation, alias string, f Filter, depth int) error {
	if r.To.Source != nil {
		return fault.New(fault.Invalid, "Filters cannot reach %s, which is kept outside of the database", r.Name)
	}
	t, p := b.alias(), ""
	table, end := t, r.ForeignKey // where the key is that leads back
	if r.Pivot != nil {
		p = b.alias()
		table, end = p, r.Pivot.Local
	}
	if b.whole {
		b.put("(")
		b.col(alias, r.LocalKey)
		b.put(" IS NOT NULL AND ")
		b.col(alias, r.LocalKey)
		b.put(" IN (SELECT ")
		b.col(table, end)
		b.put(" FROM ")
	} else {
		b.put("EXISTS (SELECT 1 FROM ")
	}
	b.tables(r, t, p)
	b.put(" WHERE ")
	b.col(table, end)
	if b.whole {
		b.put(" IS NOT NULL")
	} else {
		b.put(" = ")
		b.col(alias, r.LocalKey)
	}
	if r.Pivot != nil {
		b.live(r.Pivot.Entity, p)
	}
	b.live(r.To, t)
	b.narrow(r, t, p)
	if len(f) > 0 {
		b.put(" AND ")
		if err := b.where(r.To, t, f, depth+1); err != nil {
			return err
		}
	}
	b.put(")")
	if b.whole {
		b.put(")")
	}
	return nil
}

// tables writes what a relation leads to, t, over its pivot p if it has one.
func (b *builder) tables(r *Relation, t, p string) {
	if r.Pivot != nil {
		b.ident(r.Pivot.Table)
		b.put(" ", p, " JOIN ")
		b.ident(r.To.Table)
		b.put(" ", t, " ON ")
		b.col(t, r.ForeignKey)
		b.put(" = ")
		b.col(p, r.Pivot.Foreign)
		return
	}
	b.ident(r.To.Table)
	b.put(" ", t)
}

// live writes the condition that a record is not soft-deleted.
func (b *builder) live(e *Entity, alias string) {
	if e.SoftDeletes() {
		b.put(" AND ")
		b.col(alias, "deleted_at")
		b.put(" IS NULL")
	}
}

// literal makes a text mean itself in a LIKE pattern.
var literal = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// search writes Medusa's free-text condition: each word of q occurs in some searchable column.
func (b *builder) search(e *Entity, alias string, v any) error {
	q, ok := v.(string)
	if !ok {
		return fault.New(fault.Invalid, "q takes a text")
	}
	words := strings.Fields(q)
	if len(words) == 0 || !e.searchable() {
		b.put("TRUE")
		return nil
	}
	b.put("(")
	for i, w := range words {
		if i > 0 {
			b.put(" AND ")
		}
		b.word(e, alias, "%"+literal.Replace(w)+"%", true)
	}
	b.put(")")
	return nil
}

// searchable reports whether free text can be looked for; where it cannot, it is ignored.
func (e *Entity) searchable() bool {
	return slices.ContainsFunc(e.Columns, func(c *Column) bool { return c.Searchable }) ||
		slices.ContainsFunc(e.Relations, func(r *Relation) bool { return r.Searchable })
}

func (b *builder) word(e *Entity, alias, pattern string, follow bool) {
	b.put("(FALSE")
	for _, c := range e.Columns {
		if c.Searchable {
			b.put(" OR ")
			b.ilike(alias, c, pattern)
		}
	}
	for _, r := range e.Relations {
		if follow && r.Searchable {
			b.put(" OR ")
			b.relatedWord(r, alias, pattern)
		}
	}
	b.put(")")
}

func (b *builder) relatedWord(r *Relation, alias, pattern string) {
	t := b.alias()
	b.put("EXISTS (SELECT 1 FROM ")
	b.ident(r.To.Table)
	b.put(" ", t, " WHERE ")
	b.col(t, r.ForeignKey)
	b.put(" = ")
	b.col(alias, r.LocalKey)
	b.live(r.To, t)
	b.put(" AND ")
	b.word(r.To, t, pattern, false)
	b.put(")")
}

func (b *builder) ilike(alias string, c *Column, pattern string) {
	switch {
	case b.dialect == db.Postgres:
		b.text(alias, c)
		b.put(" ILIKE ")
		b.arg(pattern)
	case isASCII(pattern): // SQLite's LIKE ignores the case of these letters alone
		b.text(alias, c)
		b.put(" LIKE ")
		b.arg(pattern)
		b.put(` ESCAPE '\'`) // PostgreSQL's default
	default:
		b.put(db.LowerFunction, "(")
		b.text(alias, c)
		b.put(") LIKE ", db.LowerFunction, "(")
		b.arg(pattern)
		b.put(`) ESCAPE '\'`)
	}
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// text writes a column as text, whatever its type.
func (b *builder) text(alias string, c *Column) {
	if c.plain() {
		b.col(alias, c.Name)
		return
	}
	b.put("CAST(")
	b.col(alias, c.Name)
	b.put(" AS text)")
}

// isBranches reports whether a filter does nothing but combine filters of columns: {"$or": [{"type": "city"}, …]}.
func isBranches(f Filter) bool {
	for _, v := range f {
		list, ok := asFilters(v)
		if !ok {
			return false
		}
		for _, inner := range list {
			if isOperators(inner) && !isBranches(inner) {
				return false
			}
		}
	}
	return true
}

func isOperators(f Filter) bool {
	for k := range f {
		if !strings.HasPrefix(k, "$") {
			return false
		}
	}
	return len(f) > 0
}

func (b *builder) column(e *Entity, alias string, c *Column, v any) error {
	if v == nil {
		b.col(alias, c.Name)
		b.put(" IS NULL")
		return nil
	}
	if f, ok := asFilter(v); ok {
		if isOperators(f) || len(f) == 0 {
			return b.operators(e, alias, c, f)
		}
		if c.Type == JSON {
			return b.jsonPath(alias, c, nil, f)
		}
		return fault.New(fault.Invalid, "Invalid filter for %s", c.Name)
	}
	if list, ok := asList(v); ok {
		return b.oneOf(alias, c, list, false)
	}
	return b.compare(alias, c, " = ", v)
}

func (b *builder) operators(e *Entity, alias string, c *Column, f Filter) error {
	ops := make([]string, 0, len(f))
	for op := range f {
		ops = append(ops, op)
	}
	slices.Sort(ops)
	b.put("(TRUE")
	for _, op := range ops {
		b.put(" AND ")
		if err := b.operator(e, alias, c, op, f[op]); err != nil {
			return err
		}
	}
	b.put(")")
	return nil
}

func comparison(op string) string {
	switch op {
	case "$eq":
		return " = "
	case "$ne":
		return " != "
	case "$gt":
		return " > "
	case "$gte":
		return " >= "
	case "$lt":
		return " < "
	case "$lte":
		return " <= "
	}
	return ""
}

func (b *builder) operator(e *Entity, alias string, c *Column, op string, v any) error {
	if sql := comparison(op); sql != "" {
		return b.compareOrNull(alias, c, op, sql, v)
	}
	switch op {
	case "$in", "$nin":
		list, ok := asList(v)
		if !ok {
			list = []any{v}
		}
		return b.oneOf(alias, c, list, op == "$nin")
	case "$like":
		return b.like(alias, c, v)
	case "$ilike":
		b.ilike(alias, c, asText(v))
		return nil
	case "$re":
		return b.regexp(alias, c, asText(v))
	case "$exists":
		b.col(alias, c.Name)
		b.put(map[bool]string{true: " IS NOT NULL", false: " IS NULL"}[v != false && v != "false"])
		return nil
	case "$contains", "$overlap", "$contained":
		return b.arrayOp(alias, c, op, v)
	case "$not":
		b.put("NOT (")
		err := b.column(e, alias, c, v)
		b.put(")")
		return err
	case "$and", "$or":
		return b.columnCombine(e, alias, c, op, v)
	}
	return fault.New(fault.Invalid, "Unknown filter operator %s for %s", op, c.Name)
}

func (b *builder) columnCombine(e *Entity, alias string, c *Column, op string, v any) error {
	list, ok := asList(v)
	if !ok {
		return fault.New(fault.Invalid, "%s takes a list", op)
	}
	sep := map[string]string{"$and": " AND ", "$or": " OR "}[op]
	b.put("(")
	for i, x := range list {
		if i > 0 {
			b.put(sep)
		}
		if err := b.column(e, alias, c, x); err != nil {
			return err
		}
	}
	b.put(")")
	return nil
}

func (b *builder) compareOrNull(alias string, c *Column, op, sql string, v any) error {
	if v != nil {
		if list, ok := asList(v); ok { // {$eq: [..]} and {$ne: [..]} are read as $in and $nin
			return b.oneOf(alias, c, list, op == "$ne")
		}
		return b.compare(alias, c, sql, v)
	}
	b.col(alias, c.Name)
	if op == "$ne" {
		b.put(" IS NOT NULL")
	} else {
		b.put(" IS NULL")
	}
	return nil
}

func (b *builder) compare(alias string, c *Column, op string, v any) error {
	a, err := argument(b.dialect, c, v)
	if err != nil {
		return err
	}
	b.col(alias, c.Name)
	b.put(op)
	b.arg(a)
	return nil
}

func (b *builder) oneOf(alias string, c *Column, list []any, not bool) error {
	null := slices.Contains(list, nil)
	keys := make([]any, 0, len(list))
	for _, x := range list {
		if x == nil {
			continue
		}
		a, err := argument(b.dialect, c, x)
		if err != nil {
			return err
		}
		keys = append(keys, a)
	}
	if not {
		b.put("NOT ")
	}
	b.put("(")
	b.listed(alias, c, keys)
	if null {
		b.put(" OR ")
		b.col(alias, c.Name)
		b.put(" IS NULL")
	}
	b.put(")")
	return nil
}

func (b *builder) listed(alias string, c *Column, keys []any) {
	if len(keys) == 0 {
		b.put("FALSE")
		return
	}
	b.col(alias, c.Name)
	if texts, ok := allText(keys); ok && c.plain() {
		b.in(texts)
		return
	}
	b.put(" IN (")
	for i, k := range keys {
		if i > 0 {
			b.put(", ")
		}
		b.arg(k)
	}
	b.put(")")
}

func allText(keys []any) ([]string, bool) {
	out := make([]string, len(keys))
	for i, k := range keys {
		s, ok := k.(string)
		if !ok {
			return nil, false
		}
		out[i] = s
	}
	return out, true
}

func asList(v any) ([]any, bool) {
	switch l := v.(type) {
	case []any:
		return l, true
	case []string:
		out := make([]any, len(l))
		for i, s := range l {
			out[i] = s
		}
		return out, true
	case string, []byte:
		return nil, false
	}
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Slice {
		return nil, false
	}
	out := make([]any, r.Len())
	for i := range out {
		out[i] = r.Index(i).Interface()
	}
	return out, true
}
