package resource

import (
	"context"

	"github.com/gorgon-commerce/gorgon/route"
)

// Show reads a record by its key as the resource shows it, with the fields that a request asks for, for routes whose answers have a shape of their own.
// An unknown key is fault.NotFound.
func (r Resource) Show(ctx context.Context, req *route.Request, key string) (Rows, error) {
	s := r.server()
	params, err := s.params(req, s.oneSchema)
	if err != nil {
		return nil, err
	}
	rows, err := s.read(ctx, s.oneQuery(params, key))
	if err == nil && rows.Len() == 0 {
		err = s.missing(s.Missing, key)
	}
	return rows, err
}
