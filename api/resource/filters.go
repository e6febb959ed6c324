package resource

import (
	"context"
	"math"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// Filters are the query parameters of a list besides fields, limit, offset, order and with_deleted.
type Filters []Filter

// A Filter is one of them.
type Filter struct {
	Name   string
	Schema *schema.Schema // Text, TextOrList, Operators …; any schema will do
}

// The kinds of filters that resources share.
var (
	Text       = schema.String().Optional()
	TextOrList = schema.Strings().Optional()
	Flag       = schema.BoolText().Optional()
	Operators  = OperatorsOf(schema.String())
	Dates      = OperatorsOf(schema.String()) // as Operators; its texts must be points in time
)

// OperatorsOf accepts a value, a list of values, or an object of operators such as {"$gt": v}. Unknown operators are dropped.
func OperatorsOf(value *schema.Schema) *schema.Schema {
	one, many := value.Optional(), schema.ArrayOf(value).Optional()
	either := schema.Union(one, many).Optional()
	fields := []schema.Field{{Name: "$eq", Schema: either}, {Name: "$ne", Schema: either}, {Name: "$in", Schema: many}, {Name: "$nin", Schema: many}}
	for _, op := range []string{"$like", "$ilike", "$re", "$contains", "$gt", "$gte", "$lt", "$lte"} {
		fields = append(fields, schema.Field{Name: op, Schema: one})
	}
	return schema.Union(either, schema.ObjectOf(fields...)).Optional()
}

var selectFields = []schema.Field{{Name: "fields", Schema: schema.String().Optional()}}

// selectSchema is of the requests that read one record.
var selectSchema = schema.ObjectOf(selectFields...).Strict()

// one is the schema of the query for one record.
func (f Filters) one() *schema.Schema {
	if len(f) == 0 {
		return selectSchema
	}
	own := make([]schema.Field, len(f))
	for i, x := range f {
		own[i] = schema.Field{Name: x.Name, Schema: x.Schema}
	}
	return selectSchema.Extend(own...)
}

// list is the schema of the list's query.
func (f Filters) list(r Resource) *schema.Schema {
	own := make([]schema.Field, len(f))
	for i, x := range f {
		own[i] = schema.Field{Name: x.Name, Schema: x.Schema}
	}
	order := schema.String().Optional()
	if r.Order != "" {
		order = order.Default(schema.StringValue(r.Order))
	}
	s := schema.ObjectOf(selectFields...).Extend(
		schema.Field{Name: "offset", Schema: schema.QueryInt().Default(schema.NumberValue(0)).Min(0)},
		schema.Field{Name: "limit", Schema: schema.QueryInt().Default(schema.NumberValue(float64(r.Limit))).Min(0)},
		schema.Field{Name: "order", Schema: order},
		schema.Field{Name: "with_deleted", Schema: schema.QueryBool().Optional()},
	).Extend(own...)
	if !r.NoLogicalFilters {
		branch := schema.ArrayOf(schema.ObjectOf(own...)).Optional()
		s = s.Extend(schema.Field{Name: "$and", Schema: branch}, schema.Field{Name: "$or", Schema: branch})
	}
	if r.IgnoreUnknownParams {
		return s
	}
	return s.Strict()
}

// listQuery makes a query of checked parameters.
func (s *server) listQuery(params schema.Value) (*Query, error) {
	q := &Query{Entity: s.Entity, Fields: s.fields(params), Params: params, Count: true}
	q.Skip, q.Take = whole(params.Get("offset")), whole(params.Get("limit"))
	q.WithDeleted = s.WithDeleted && params.Get("with_deleted").Bool()
	if o := params.Get("order"); o.Exists() {
		if name := strings.TrimPrefix(o.Text(), "-"); name == "" || strings.HasPrefix(name, "-") || s.allowed != nil && !s.allowed[name] {
			return nil, fault.New(fault.Invalid, "Order field %s is not valid", name)
		}
		q.Order = []string{o.Text()}
	}
	var err error
	q.Filters, err = s.filters(params.Without("fields", "offset", "limit", "order", "with_deleted"))
	if v, ok := q.Filters["deleted_at"]; ok && !q.WithDeleted { // among others it does not make the deleted be seen
		delete(q.Filters, "deleted_at")
		branches, _ := q.Filters["$and"].([]any)
		q.Filters["$and"] = append(branches, map[string]any{"deleted_at": v})
	}
	return q, err
}

// whole keeps a number within what databases count with.
func whole(v schema.Value) int { return int(math.Min(v.Float(), math.MaxInt32)) }

// filters makes the graph's filters of checked parameters.
func (s *server) filters(v schema.Value) (map[string]any, error) {
	out := make(map[string]any, len(v.Keys()))
	for i, k := range v.Keys() {
		m := v.Items()[i]
		if k == "$and" || k == "$or" {
			list := make([]any, len(m.Items()))
			for j, b := range m.Items() {
				f, err := s.filters(b)
				if err != nil {
					return nil, err
				}
				list[j] = f
			}
			out[k] = list
			continue
		}
		x, err := filterValue(k, m, s.Filters.dated(k))
		if err != nil {
			return nil, err
		}
		if x != nil {
			s.put(out, k, x)
		}
	}
	return out, nil
}

// put sets a filter, or one of what it is related to.
func (s *server) put(out map[string]any, name string, x any) {
	path, ok := s.RelationFilters[name]
	if !ok {
		out[name] = x
		return
	}
	parts := strings.Split(path, ".")
	for i := len(parts) - 1; i > 0; i-- {
		x = map[string]any{parts[i]: x}
	}
	out[parts[0]] = x
}

// dated reports whether a filter compares points in time.
func (f Filters) dated(name string) bool {
	for _, x := range f {
		if x.Name == name {
			return x.Schema == Dates
		}
	}
	return false
}

// filterValue converts one filter; no operators at all filter nothing.
func filterValue(path string, v schema.Value, dated bool) (any, error) {
	switch v.Kind() {
	case schema.KindString:
		if !dated {
			return v.Text(), nil
		}
		t, ok := schema.TimeOf(v)
		if v.Text() == "null" {
			return nil, nil
		}
		if !ok {
			return nil, fault.New(fault.Invalid, "Invalid request: Expected type: 'date' for field '%s', got: '%s'", path, v.Text())
		}
		return t, nil
	case schema.KindArray:
		list := make([]any, len(v.Items()))
		for i, m := range v.Items() {
			x, err := filterValue(path, m, dated)
			if err != nil {
				return nil, err
			}
			list[i] = x
		}
		return list, nil
	case schema.KindObject:
		return operators(path, v, dated)
	}
	return v.Any(), nil
}

func operators(path string, v schema.Value, dated bool) (any, error) {
	if len(v.Keys()) == 0 {
		return nil, nil
	}
	out := make(map[string]any, len(v.Keys()))
	for i, k := range v.Keys() {
		x, err := filterValue(path+", "+k, v.Items()[i], dated)
		if err != nil {
			return nil, err
		}
		out[k] = x
	}
	return out, nil
}

// AllowNull lets the word null stand for nothing in filters: a query has no other way to ask for records that have no parent.
func (q *Query) AllowNull(filters ...string) {
	for _, name := range filters {
		switch v := q.Filters[name].(type) {
		case string:
			if v == "null" {
				q.Filters[name] = nil
			}
		case map[string]any:
			if v["$eq"] == "null" {
				v["$eq"] = nil
			}
		}
	}
}

// LowercaseKey is a Prepare for records whose code is written in lower case, whatever the case that callers write it in.
func LowercaseKey(_ context.Context, q *Query) error {
	switch v := q.Filters["code"].(type) {
	case string:
		q.Filters["code"] = strings.ToLower(v)
	case []any:
		for i, x := range v {
			if s, ok := x.(string); ok {
				v[i] = strings.ToLower(s)
			}
		}
	}
	return nil
}
