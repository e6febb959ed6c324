package resource

import (
	"context"
	"fmt"
	"reflect"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A Mutation is a function that a request runs before the record is read again: a workflow, a table's method, anything of the shape
// func(ctx, In) (Out, error). In has the path, by its tag path, and the body; the query is the resource's own.
type Mutation struct {
	body    *schema.Schema
	prepare func(*route.Request) (func(context.Context) (any, error), error)
	key     func(out any) (string, error)
	answer  bool // Out is the answer
}

// Do makes a Mutation of a function. Of what Create returns, the key of the new record is taken: Out is a string, or a struct with a
// field ID (or Code), or a list with one of these.
func Do[In, Out any](f func(context.Context, In) (Out, error)) *Mutation {
	in := route.Decode[In]()
	return &Mutation{body: in.Body, key: keyOf, prepare: func(req *route.Request) (func(context.Context) (any, error), error) {
		v, err := in.Read(req)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) (any, error) { return f(ctx, v) }, nil
	}}
}

// DoAndRespond makes a Mutation whose Out is shown instead of the record read again, for what can be seen only once, such as a secret key.
func DoAndRespond[In, Out any](f func(context.Context, In) (Out, error)) *Mutation {
	c := Do(f)
	c.answer = true
	return c
}

func keyOf(out any) (string, error) {
	v := reflect.Indirect(reflect.ValueOf(out))
	switch {
	case v.Kind() == reflect.String:
		return v.String(), nil
	case v.Kind() == reflect.Slice && v.Len() > 0:
		return keyOf(v.Index(0).Interface())
	case v.Kind() == reflect.Struct:
		for _, name := range []string{"ID", "Code"} {
			if f := v.FieldByName(name); f.IsValid() && f.Kind() == reflect.String {
				return f.String(), nil
			}
		}
	}
	return "", fault.Wrap(fmt.Errorf("resource: %T has no key", out), fault.Unknown, "")
}

// An Action is a change with a route of its own below the resource.
type Action struct {
	method, pattern string
	change          *Mutation
}

// Post is an action such as "/{id}/revoke".
func Post(pattern string, c *Mutation) Action { return Action{"POST", pattern, c} }

// Delete is an action that is asked for by DELETE with a body.
func Delete(pattern string, c *Mutation) Action { return Action{"DELETE", pattern, c} }

// A Link is the body of actions that tie records together and apart.
type Link struct {
	ID     string   `path:"id"`
	Add    []string `json:"add" valid:"optional"`
	Remove []string `json:"remove" valid:"optional"`
}

// A BatchInput is the body of a batch: what to create, update and delete. ID is of the record that the batch is below, if there is one.
type BatchInput[C, U any] struct {
	ID     string   `path:"id"`
	Create []C      `json:"create" valid:"optional"`
	Update []U      `json:"update" valid:"optional"`
	Delete []string `json:"delete" valid:"optional"`
}

// BatchResult tells by key what a batch did.
type BatchResult struct{ Created, Updated, Deleted []string }

// A Batch is the change of many records at once.
type Batch struct {
	body    *schema.Schema
	prepare func(*route.Request) (func(context.Context) (BatchResult, error), error)
}

// DoBatch makes a Batch of a function that does all of it in one transaction.
func DoBatch[C, U any](f func(context.Context, BatchInput[C, U]) (BatchResult, error)) *Batch {
	in := route.Decode[BatchInput[C, U]]()
	return &Batch{in.Body, func(req *route.Request) (func(context.Context) (BatchResult, error), error) {
		v, err := in.Read(req)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) (BatchResult, error) { return f(ctx, v) }, nil
	}}
}

func (s *server) batch(ctx context.Context, req *route.Request) (any, error) {
	run, err := s.Batch.prepare(req)
	if err != nil {
		return nil, err
	}
	params, err := s.params(req, s.oneSchema)
	if err != nil {
		return nil, err
	}
	done, err := run(ctx)
	if err != nil {
		return nil, err
	}
	out := batchAnswer{deleted: done.Deleted, object: s.object}
	if out.created, err = s.many(ctx, params, done.Created); err != nil {
		return nil, err
	}
	out.updated, err = s.many(ctx, params, done.Updated)
	return out, err
}

// many reads records by their keys; nil for none.
func (s *server) many(ctx context.Context, params schema.Value, keys []string) (Rows, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	return s.read(ctx, &Query{Entity: s.Entity, Fields: s.fields(params), Filters: map[string]any{s.key: keys}, Params: params})
}
