package route

import (
	"fmt"
	"reflect"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A plan fills a handler's In. It is made once, when the route is declared.
type plan struct {
	path, header []source
	query, body  *schema.Type
	raw          []int // index of the field with the body as it came
}

// A source is a field that comes from a name of the path or a header.
type source struct {
	name  string
	index []int
	typ   *schema.Type
}

func compile(t reflect.Type) (*plan, error) {
	p := &plan{}
	if t.Kind() != reflect.Struct {
		body, err := schema.Of(t, schema.Body)
		p.body = body
		return p, err
	}
	if err := p.collect(t, nil); err != nil {
		return nil, err
	}
	query, err := schema.Of(t, schema.Query)
	if err != nil {
		return nil, fmt.Errorf("route: %v: %w", t, err)
	}
	body, err := schema.Of(t, schema.Body)
	if err != nil {
		return nil, fmt.Errorf("route: %v: %w", t, err)
	}
	if len(query.Schema.Fields()) > 0 {
		p.query = query
	}
	if len(body.Schema.Fields()) > 0 {
		p.body = body
	}
	return p, nil
}

// collect finds the fields that are neither query nor body.
func (p *plan) collect(t reflect.Type, at []int) error {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(append([]int(nil), at...), i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct && f.Tag == "" {
			if err := p.collect(f.Type, index); err != nil {
				return err
			}
			continue
		}
		if f.Tag.Get("body") == "raw" {
			p.raw = index
			continue
		}
		for tag, list := range map[string]*[]source{"path": &p.path, "header": &p.header} {
			name, ok := f.Tag.Lookup(tag)
			if !ok {
				continue
			}
			typ, err := schema.Of(f.Type, schema.Query)
			if err != nil {
				return fmt.Errorf("route: %v.%s: %w", t, f.Name, err)
			}
			*list = append(*list, source{name, index, typ})
		}
	}
	return nil
}

// fill checks the body before the query, as Medusa does.
func (p *plan) fill(req *Request, in reflect.Value) error {
	for _, s := range p.path {
		if err := s.set(req.Param(s.name), in); err != nil {
			return err
		}
	}
	for _, s := range p.header {
		if v := req.header.Get(s.name); v != "" {
			if err := s.set(v, in); err != nil {
				return err
			}
		}
	}
	if p.raw != nil {
		in.FieldByIndex(p.raw).SetBytes(req.raw)
	}
	if p.body != nil {
		if err := fill(p.body, req.accepts(p.body.Schema), req.body, in); err != nil {
			return err
		}
	}
	if p.query == nil {
		return nil
	}
	q, err := req.Query()
	if err != nil {
		return err
	}
	return fill(p.query, p.query.Schema, q, in)
}

func fill(t *schema.Type, s *schema.Schema, v schema.Value, dst reflect.Value) error {
	v, err := schema.Validate(s, v)
	if err != nil {
		return err
	}
	return t.Set(v, dst)
}

func (s source) set(text string, in reflect.Value) error {
	v, err := schema.Validate(s.typ.Schema, schema.StringValue(text))
	if err != nil {
		return fault.New(fault.Invalid, "Invalid request: '%s' is not a valid %s", text, s.name)
	}
	return s.typ.Set(v, in.FieldByIndex(s.index))
}

// Decode compiles a reader of the In of handlers that see the request themselves: its path, headers and body, and its query where In has
// fields for it. It panics when In cannot be decoded, for that is a mistake in the program.
func Decode[In any]() Decoder[In] {
	p, err := compile(reflect.TypeFor[In]())
	if err != nil {
		panic(err)
	}
	d := Decoder[In]{Read: func(req *Request) (in In, err error) {
		err = p.fill(req, reflect.ValueOf(&in).Elem())
		return in, err
	}}
	if p.body != nil {
		d.Body = p.body.Schema
	}
	return d
}

// A Decoder reads Ins from requests.
type Decoder[In any] struct {
	Read func(req *Request) (In, error) // checks a request and makes an In of it
	Body *schema.Schema                 // of the JSONAppender body; nil when In has no fields for it
}
