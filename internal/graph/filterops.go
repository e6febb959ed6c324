package graph

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/money"
)

func (b *builder) like(alias string, c *Column, v any) error {
	if b.dialect == db.SQLite { // SQLite's LIKE ignores case; GLOB does not, and has other wildcards
		b.text(alias, c)
		b.put(" GLOB ")
		b.arg(globOf(asText(v)))
		return nil
	}
	b.text(alias, c)
	b.put(" LIKE ")
	b.arg(asText(v))
	return nil
}

// globOf turns a LIKE pattern into a GLOB pattern.
func globOf(like string) string {
	var g strings.Builder
	for i := 0; i < len(like); i++ {
		switch ch := like[i]; ch {
		case '%':
			g.WriteByte('*')
		case '_':
			g.WriteByte('?')
		case '*', '?', '[':
			g.WriteString("[" + string(ch) + "]")
		case '\\':
			if i++; i < len(like) {
				g.WriteByte(like[i])
			}
		default:
			g.WriteByte(ch)
		}
	}
	return g.String()
}

func (b *builder) regexp(alias string, c *Column, pattern string) error {
	if b.dialect == db.SQLite {
		b.text(alias, c)
		b.put(" REGEXP ")
		b.arg(pattern)
		return nil
	}
	b.text(alias, c)
	b.put(" ~ ")
	b.arg(pattern)
	return nil
}

// arrayOp compares a text array, or a JSON array, with a list.
func (b *builder) arrayOp(alias string, c *Column, op string, v any) error {
	list, ok := asList(v)
	if !ok {
		list = []any{v}
	}
	texts := make([]string, len(list))
	for i, x := range list {
		texts[i] = asText(x)
	}
	if b.dialect == db.Postgres && c.Type == Array {
		b.col(alias, c.Name)
		b.put(map[string]string{"$contains": " @> ", "$contained": " <@ ", "$overlap": " && "}[op])
		b.arg(texts)
		b.put("::text[]")
		return nil
	}
	b.members(alias, c, op, texts)
	return nil
}

// members compares a JSON array with texts, for databases without arrays.
func (b *builder) members(alias string, c *Column, op string, texts []string) {
	each := func(name string) {
		if b.dialect == db.Postgres {
			b.put("(SELECT ", name, " FROM jsonb_array_elements_text(")
			b.col(alias, c.Name)
			b.put(") AS m(value)")
			return
		}
		b.put("(SELECT ", name, " FROM json_each(")
		b.col(alias, c.Name)
		b.put(") AS m")
	}
	switch op {
	case "$overlap":
		b.put("EXISTS ")
		each("1")
		b.put(" WHERE m.value")
		b.in(texts)
		b.put(")")
	case "$contained":
		b.put("NOT EXISTS ")
		each("1")
		b.put(" WHERE NOT (m.value")
		b.in(texts)
		b.put("))")
	default:
		each("count(DISTINCT m.value)")
		b.put(" WHERE m.value")
		b.in(texts)
		b.put(") = ", strconv.Itoa(len(texts)))
	}
}

// jsonPath compares values inside of a JSON column: {"metadata": {"size": {"unit": "cm"}}}.
func (b *builder) jsonPath(alias string, c *Column, path []string, f Filter) error {
	keys := make([]string, 0, len(f))
	for k := range f {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	b.put("(TRUE")
	for _, k := range keys {
		b.put(" AND ")
		p := append(append([]string{}, path...), k)
		if inner, ok := asFilter(f[k]); ok && !isOperators(inner) {
			if err := b.jsonPath(alias, c, p, inner); err != nil {
				return err
			}
			continue
		}
		if err := b.jsonValue(alias, c, p, f[k]); err != nil {
			return err
		}
	}
	b.put(")")
	return nil
}

func (b *builder) jsonValue(alias string, c *Column, path []string, v any) error {
	op := " = "
	if f, ok := asFilter(v); ok {
		for k, x := range f {
			if comparison(k) == "" {
				return fault.New(fault.Invalid, "Operator %s is not supported inside of %s", k, c.Name)
			}
			op, v = comparison(k), x
		}
	}
	b.put("(")
	b.col(alias, c.Name)
	if b.dialect == db.Postgres {
		b.put(" #>> ")
		b.arg(path)
		b.put("::text[])")
	} else {
		b.put(" ->> ")
		b.arg(sqliteJSONPath(path))
		b.put(")")
	}
	if v == nil {
		b.put(" IS NULL")
		return nil
	}
	b.put(op)
	if b.dialect == db.Postgres {
		b.arg(asText(v))
	} else {
		b.arg(plain(v))
	}
	return nil
}

func sqliteJSONPath(path []string) string {
	s := "$"
	for _, p := range path {
		q, _ := json.Marshal(p)
		s += "." + string(q)
	}
	return s
}

func plain(v any) any {
	if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int64(f)
	}
	return v
}

// asText gives a scalar as PostgreSQL would print it.
func asText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case fmt.Stringer:
		return x.String()
	}
	return fmt.Sprint(v)
}

// argument turns a Go or decoded JSON value into what the driver is given for a column, or says why it does not fit.
func argument(d db.Dialect, c *Column, v any) (any, error) {
	switch c.Type {
	case Bool:
		return boolArg(c, v)
	case Int, BigInt:
		return intArg(c, v)
	case Float:
		return floatArg(c, v)
	case Numeric:
		return numericArg(d, c, v)
	case Time:
		return timeArg(c, v)
	case JSON:
		return jsonArg(v)
	case Array:
		return arrayArg(v)
	}
	text, err := textArg(c, v)
	if s, ok := text.(string); ok && !c.plain() && len(c.Enum) > 0 && !slices.Contains(c.Enum, s) {
		return nil, fault.New(fault.Invalid, "Invalid value '%s' for %s. Expected one of: %s", s, c.Name, strings.Join(c.Enum, ", "))
	}
	return text, err
}

func textArg(c *Column, v any) (any, error) {
	switch x := v.(type) {
	case string:
		return x, nil
	case *string:
		if x == nil {
			return nil, nil
		}
		return *x, nil
	case fmt.Stringer:
		return x.String(), nil
	case map[string]any, Filter, []any:
		return nil, misfit(c, v)
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.String {
		return r.String(), nil
	}
	return asText(v), nil
}

func misfit(c *Column, v any) error {
	return fault.New(fault.Invalid, "Value %v is not valid for %s", v, c.Name)
}

func boolArg(c *Column, v any) (any, error) {
	switch x := v.(type) {
	case bool:
		return x, nil
	case string:
		if x == "true" || x == "false" {
			return x == "true", nil
		}
	}
	return nil, misfit(c, v)
}

func intArg(c *Column, v any) (any, error) {
	switch x := v.(type) {
	case int:
		return int64(x), nil
	case int64:
		return x, nil
	case float64:
		if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
			return int64(x), nil
		}
	case string:
		if n, err := strconv.ParseInt(x, 10, 64); err == nil {
			return n, nil
		}
	}
	return nil, misfit(c, v)
}

func floatArg(c *Column, v any) (any, error) {
	switch x := v.(type) {
	case float64:
		return x, nil
	case int:
		return float64(x), nil
	case int64:
		return float64(x), nil
	case string:
		if f, err := strconv.ParseFloat(x, 64); err == nil {
			return f, nil
		}
	}
	return nil, misfit(c, v)
}

func numericArg(d db.Dialect, c *Column, v any) (any, error) {
	m, ok := v.(money.Decimal)
	if !ok {
		var err error
		if m, err = money.Parse(asText(v)); err != nil {
			return nil, misfit(c, v)
		}
	}
	return numericText(d, m), nil
}

// numericText is a decimal as the driver is given it: exact text on PostgreSQL; on SQLite a number, for its
// comparisons of columns with text do not count.
func numericText(d db.Dialect, m money.Decimal) any {
	if d == db.Postgres {
		return m.String()
	}
	if n, err := strconv.ParseInt(m.String(), 10, 64); err == nil {
		return n
	}
	f, _ := strconv.ParseFloat(m.String(), 64)
	return f
}

func timeArg(c *Column, v any) (any, error) {
	switch x := v.(type) {
	case time.Time:
		return x.UTC(), nil
	case *time.Time:
		if x == nil {
			return nil, nil
		}
		return x.UTC(), nil
	case string:
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02", "2006-01", "2006"} {
			if t, err := time.Parse(layout, x); err == nil {
				return t.UTC(), nil
			}
		}
	case float64:
		return time.UnixMilli(int64(x)).UTC(), nil
	}
	return nil, misfit(c, v)
}

func jsonArg(v any) (any, error) {
	r := reflect.ValueOf(v)
	if k := r.Kind(); (k == reflect.Map || k == reflect.Slice) && r.IsNil() {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The value is not valid JSON")
	}
	return string(b), nil
}

func arrayArg(v any) (any, error) {
	list, ok := asList(v)
	if !ok {
		return nil, fault.New(fault.Invalid, "A list is expected")
	}
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = asText(x)
	}
	return out, nil
}
