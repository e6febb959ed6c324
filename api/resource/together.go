package resource

import (
	"context"

	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A Shown is one record of an answer that shows several, and its name there.
type Shown struct {
	Name string
	Rows Rows
}

// Together is {"one": {…}, "another": {…}}.
type Together []Shown

// AppendJSON writes the parts that there are.
func (t Together) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	for _, p := range t {
		if p.Rows == nil || p.Rows.Len() == 0 {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = p.Rows.AppendRow(append(schema.AppendString(b, p.Name), ':'), 0)
	}
	return append(b, '}')
}

// Deleted is the answer to a deletion.
func Deleted(key, object string) any { return deletion{key: key, object: object} }

// Listed routes a list that is not paged, {"many": […]}: all records that a request's path and query ask for.
func (r Resource) Listed(method, pattern string, where func(*route.Request) map[string]any) route.Route {
	s := r.server()
	return route.Func(method, pattern, func(ctx context.Context, req *route.Request) (any, error) {
		params, err := s.params(req, s.oneSchema)
		if err != nil {
			return nil, err
		}
		q := &Query{Entity: s.Entity, Fields: s.fields(params), Filters: where(req), Params: params}
		if s.Order != "" {
			q.Order = []string{s.Order}
		}
		for _, f := range r.OneFilters {
			if v := params.Get(f.Name); v.Exists() {
				q.Filters[f.Name] = v.Any()
			}
		}
		rows, err := s.read(ctx, q)
		if err != nil {
			return nil, err
		}
		return all{s.Many, rows}, nil
	}, append(append([]route.Option{}, r.Options...), route.Describe(s.oneSchema, nil))...)
}

// all is {"many": […]}.
type all struct {
	name string
	rows Rows
}

func (a all) AppendJSON(b []byte) []byte {
	b = append(schema.AppendString(append(b, '{'), a.name), ':')
	return append(a.rows.AppendList(b), '}')
}
