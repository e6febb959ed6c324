// Package adminapi declares the resources under /admin: paths, default fields, filters, bodies and words as Medusa has them. What
// changes records is handed in, so that the wire knows nothing of modules and flows.
package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/crudflow"
	"github.com/gorgon-commerce/gorgon/module"
)

// Handlers change one kind of record. Create and Update return the key of the record; an unknown key given to Delete is no error.
type Handlers[New, Patch any] struct {
	Create func(context.Context, New) (string, error)
	Update func(context.Context, Patch) (string, error)
	Delete func(context.Context, string) error
}

// with gives a resource its verbs.
func (v Handlers[New, Patch]) with(r resource.Resource) resource.Resource {
	r.Create, r.Update, r.Delete = resource.Do(v.Create), resource.Do(v.Update), v.Delete
	return r
}

// verbs are those of a kind of records: draft makes one of a request, patch tells which record a request changes, and its data for the hooks.
func verbs[New, Patch, T any](k *crudflow.Flows[T], draft func(New) (T, module.Map), patch func(Patch) (string, module.Map)) Handlers[New, Patch] {
	return Handlers[New, Patch]{
		Create: func(ctx context.Context, in New) (string, error) {
			v, extra := draft(in)
			out, err := k.Create.Run(ctx, crudflow.CreateInput[T]{Records: []T{v}, AdditionalData: extra})
			if err != nil {
				return "", err
			}
			return k.Table.Key(out[0]), nil
		},
		Update: func(ctx context.Context, in Patch) (string, error) {
			id, extra := patch(in)
			_, err := k.Update.Run(ctx, crudflow.UpdateInput{ID: id, Set: module.SetFrom(in), AdditionalData: extra})
			return id, err
		},
		Delete: func(ctx context.Context, id string) error {
			_, err := k.Delete.Run(ctx, []string{id})
			return err
		},
	}
}

// Linker ties records together and apart, and returns the key of the record of the path.
type Linker = func(context.Context, resource.Link) (string, error)

// times are the filters that most lists end with.
func times(own ...resource.Filter) resource.Filters {
	for _, name := range []string{"created_at", "updated_at", "deleted_at"} {
		own = append(own, resource.Filter{Name: name, Schema: resource.Dates})
	}
	return own
}

func text(name string) resource.Filter { return resource.Filter{Name: name, Schema: resource.Text} }

func list(name string) resource.Filter {
	return resource.Filter{Name: name, Schema: resource.TextOrList}
}

// Metadata is the shop's own data of a record in a request: absent, null or an object.
type Metadata = module.Opt[module.Map]
