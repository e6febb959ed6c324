package route

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/gorgon-commerce/gorgon/internal/origin"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// additionalData is the field of bodies that is for plugins.
const additionalData = "additional_data"

// An AdditionalDataSchema says what may be in the additional_data that a route hands to the hooks of its workflow.
type AdditionalDataSchema struct {
	method, pattern string
	schema          *schema.Schema
	at              origin.Place
}

// AdditionalData lets the additional_data of requests to a route be a T, a struct like the In of handlers. What T does not know is
// dropped. Without it, any object is taken. It panics when T cannot be decoded, for that is a mistake in the program.
func AdditionalData[T any](method, pattern string) AdditionalDataSchema {
	t, err := schema.Of(reflect.TypeFor[body[T]](), schema.Body)
	if err != nil {
		panic(err)
	}
	return AdditionalDataSchema{method, pattern, t.Schema.Fields()[0].Schema.Nullish(), origin.Caller()}
}

// body is where additional data are: inside of a body unknown fields are dropped, not refused.
type body[T any] struct {
	AdditionalData T `json:"additional_data"`
}

// extend gives a route the schema of its additional_data.
func (b *branch) extend(a AdditionalDataSchema) error {
	var found *leaf
	b.walk(func(l *leaf) {
		if l.route.Method == a.method && l.route.Pattern == a.pattern {
			found = l
		}
	})
	has := func(f schema.Field) bool { return f.Name == additionalData }
	switch {
	case found == nil:
		return fmt.Errorf("route: additional data for %s %s at %s: there is no such route", a.method, a.pattern, a.at)
	case found.route.Body == nil || !slices.ContainsFunc(found.route.Body.Fields(), has):
		return fmt.Errorf("route: additional data for %s %s at %s: the route, at %s, takes none", a.method, a.pattern, a.at, found.route.at)
	case found.route.additional != nil:
		return fmt.Errorf("route: additional data for %s %s is described twice, the second time at %s", a.method, a.pattern, a.at)
	}
	found.route.additional = a.schema
	found.route.Body = found.route.Body.Extend(schema.Field{Name: additionalData, Schema: a.schema})
	return nil
}

// accepts is the schema of a body, with what plugins have said about its additional_data.
func (q *Request) accepts(body *schema.Schema) *schema.Schema {
	if q.additional == nil {
		return body
	}
	return body.Extend(schema.Field{Name: additionalData, Schema: q.additional})
}
