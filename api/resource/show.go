package resource

import (
	"context"

	"github.com/gorgon-commerce/gorgon/route"
)

// Retrieve reads a record by its key as the resource shows it, with the fields that a request asks for, for routes whose answers have a shape of their own.
// An unknown key is fault.NotFound.
func (r Resource) Retrieve(ctx context.Context, req *route.Request, key string) (Rows, error) {
	s := r.server()
	params, err := s.params(req, s.oneSchema)
	if err != nil {
		return nil, err
	}
	rows, err := s.read(ctx, s.oneQuery(params, key))
	if err == nil && rows.Len() == 0 {
		err = s.missing(s.NotFoundMessage, key)
	}
	return rows, err
}

// ParseListQuery is the list that a request asks for, for routes that do something else with it than show it.
func (r Resource) ParseListQuery(ctx context.Context, req *route.Request) (*Query, error) {
	s := r.server()
	params, err := s.params(req, s.listSchema)
	if err != nil {
		return nil, err
	}
	q, err := s.listQuery(params)
	if err == nil && s.Prepare != nil {
		err = s.Prepare(ctx, q)
	}
	return q, err
}
