package resource

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A SubRecord is a record below another. Who removes it is shown what is left of the other.
type SubRecord struct {
	Pattern        string // below the resource: "/{id}/addresses/{address_id}"
	Param          string // of the pattern, that names the part: "address_id"
	Object         string // in the answer
	UseParentID    bool   // the answer's id is that of the whole record
	ReturnOriginal bool   // the other is shown as it was before the removal
	RawID          bool   // ID finds JSON, not a text
	// ID finds the id in the answer, where neither the path's nor the whole's is meant.
	ID     func(ctx context.Context, key, part string) (string, error)
	Remove func(ctx context.Context, key, part string) error
}

// DeleteSubRecordRoutes routes the removal of parts.
func (r Resource) DeleteSubRecordRoutes(parts ...SubRecord) []route.Route {
	s := r.server()
	return s.deleteParts(r.Path, func(_ context.Context, req *route.Request) string { return req.Param(s.key) }, parts)
}

// SelfRoutes routes the one record of a resource that a request is by itself about, such as /store/customers/me: its retrieval, its update, the
// actions below it and the removal of its parts. In patterns, {id} at the beginning stands for path.
func (r Resource) SelfRoutes(path string, key func(context.Context) string, parts ...SubRecord) []route.Route {
	s := r.server()
	var out []route.Route
	add := func(method, pattern string, h handler, body *schema.Schema) {
		out = append(out, route.Func(method, pattern, h, append(slices.Clone(r.Options), route.InputSchemas(s.oneSchema, body), route.ResponseSchema(s.oneAnswer()))...))
	}
	if r.Retrievable {
		add(http.MethodGet, path, func(ctx context.Context, req *route.Request) (any, error) {
			params, err := s.params(req, s.oneSchema)
			if err != nil {
				return nil, err
			}
			return s.show(ctx, params, key(ctx))
		}, nil)
	}
	change := func(c *Mutation) handler {
		return func(ctx context.Context, req *route.Request) (any, error) { return s.change(ctx, req, c, key(ctx)) }
	}
	if r.Update != nil {
		add(http.MethodPost, path, change(r.Update), r.Update.body)
	}
	for _, a := range r.Actions {
		add(a.method, path+strings.TrimPrefix(a.pattern, "/{"+s.key+"}"), change(a.change), a.change.body)
	}
	return append(out, s.deleteParts(path, func(ctx context.Context, _ *route.Request) string { return key(ctx) }, parts)...)
}

func (s *server) deleteParts(path string, key func(context.Context, *route.Request) string, parts []SubRecord) (out []route.Route) {
	for _, p := range parts {
		pattern := path + p.Pattern
		if path != s.Path {
			pattern = path + strings.TrimPrefix(p.Pattern, "/{"+s.key+"}")
		}
		h := func(ctx context.Context, req *route.Request) (any, error) {
			return s.deletePart(ctx, req, p, key(ctx, req))
		}
		out = append(out, route.Func(http.MethodDelete, pattern, h, append(slices.Clone(s.Options), route.InputSchemas(s.oneSchema, nil))...))
	}
	return out
}

func (s *server) deletePart(ctx context.Context, req *route.Request, p SubRecord, key string) (any, error) {
	params, err := s.params(req, s.oneSchema)
	if err != nil {
		return nil, err
	}
	part := req.Param(p.Param)
	id := part
	switch {
	case p.UseParentID:
		id = key
	case p.ID != nil:
		if id, err = p.ID(ctx, key, part); err != nil {
			return nil, err
		}
	}
	var rows Rows
	if p.ReturnOriginal {
		if rows, err = s.read(ctx, s.oneQuery(params, key)); err != nil {
			return nil, err
		}
	}
	if err := p.Remove(ctx, key, part); err != nil {
		return nil, err
	}
	if !p.ReturnOriginal {
		if rows, err = s.read(ctx, s.oneQuery(params, key)); err != nil {
			return nil, err
		}
	}
	switch gone := (deletion{id, p.Object, p.RawID}); {
	case rows.Len() > 0:
		return partDeletion{gone, rows}, nil
	case p.ReturnOriginal:
		return nil, s.missing(s.NotFoundMessage, key)
	default: // nothing is left of nothing: as with whole records, that is no mistake
		return gone, nil
	}
}

// partDeletion is {"id": …, "object": …, "deleted": true, "parent": {…}}.
type partDeletion struct {
	deletion
	rows Rows
}

func (d partDeletion) AppendJSON(b []byte) []byte {
	b = d.deletion.AppendJSON(b)
	b = append(b[:len(b)-1], `,"parent":`...)
	return append(d.rows.AppendRow(b, 0), '}')
}
