package resource

import (
	"context"

	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A NamedRows is one record of an answer that shows several, and its name there.
type NamedRows struct {
	Name string
	Rows Rows
}

// CombinedRows is {"one": {…}, "another": {…}}.
type CombinedRows []NamedRows

// AppendJSON writes the parts that there are.
func (t CombinedRows) AppendJSON(b []byte) []byte {
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

// DeletedResponse is the answer to a deletion.
func DeletedResponse(key, object string) any { return deletion{key: key, object: object} }

// ListRoute routes a list that is not paged, {"many": […]}: all records that a request's path and query ask for.
func (r Resource) ListRoute(method, pattern string, where func(*route.Request) map[string]any) route.Route {
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
		for _, f := range r.RetrieveParams {
			if v := params.Get(f.Name); v.Exists() {
				q.Filters[f.Name] = v.Any()
			}
		}
		rows, err := s.read(ctx, q)
		if err != nil {
			return nil, err
		}
		return all{s.ListKey, rows}, nil
	}, append(append([]route.Option{}, r.Options...), route.InputSchemas(s.oneSchema, nil))...)
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
