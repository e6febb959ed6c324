// Package admin declares the resources under /admin: paths, default fields, filters, bodies and words as Medusa has them. What
// changes records is handed in, so that the wire knows nothing of modules and flows.
package admin

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/module"
)

// Verbs change one kind of record. Create and Update return the key of the record; an unknown key given to Delete is no error.
type Verbs[New, Patch any] struct {
	Create func(context.Context, New) (string, error)
	Update func(context.Context, Patch) (string, error)
	Delete func(context.Context, string) error
}

// with gives a resource its verbs.
func (v Verbs[New, Patch]) with(r resource.Resource) resource.Resource {
	r.Create, r.Update, r.Delete = resource.Do(v.Create), resource.Do(v.Update), v.Delete
	return r
}

// Linker ties records together and apart, and returns the key of the record of the path.
type Linker = func(context.Context, resource.Link) (string, error)

// times are the filters that most lists end with.
func times(own ...resource.Filter) resource.Filters {
	for _, name := range []string{"created_at", "updated_at", "deleted_at"} {
		own = append(own, resource.Filter{Name: name, Kind: resource.Dates})
	}
	return own
}

func text(name string) resource.Filter { return resource.Filter{Name: name, Kind: resource.Text} }

func list(name string) resource.Filter { return resource.Filter{Name: name, Kind: resource.TextOrList} }

// Metadata is the shop's own data of a record in a request: absent, null or an object.
type Metadata = module.Opt[module.Map]
