// Package resource turns one declaration into the routes of a resource as Medusa's API has them: list, retrieve, create, update,
// delete, batches and actions, with field selection, filters, paging and the answers' shape.
package resource

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A Resource is a kind of record on the wire. What is left empty is not routed.
type Resource struct {
	Path      string // of the list: "/admin/product-tags"
	Entity    string // in the query graph: "product_tag"
	RecordKey string // key of one record in answers: "product_tag"
	ListKey   string // key of a list: "product_tags"; empty for no list
	Key       string // the column that paths name records by; "id" when empty

	Fields string   // read unless the caller asks for others, separated by spaces: "id value *products"
	Allow  []string // if not empty, nothing else can be asked for, nor ordered by; "products" allows "*products" but not "products.id"
	Deny   func(path string) bool

	Filters             Filters
	RelationFilters     map[string]string // filters that ask for related records: "location_id": "stock_locations.id"
	NoLogicalFilters    bool              // no $and and $or
	IgnoreUnknownParams bool              // unknown query parameters are ignored
	Limit               int               // of a list unless the caller says otherwise
	Order               string            // of a list unless the caller says otherwise; by key when empty
	WithDeleted         bool              // ?with_deleted=true has an effect
	Retrievable         bool              // one record can be retrieved
	RetrieveParams      Filters           // parameters of a request for one record besides fields, for Prepare to read

	NotFoundMessage       string // answer to GET of an unknown key: "Product tag with id: %s was not found"
	UpdateNotFoundMessage string // answer to changes of one, checked before they begin; empty leaves it to the change itself
	EmptyWhenMissing      bool   // GET of an unknown key is answered with {}
	DeletedObject         string // in the answers of deletions; RecordKey when empty

	Create, Update *Mutation
	Delete         func(ctx context.Context, key string) error
	Batch          *Batch
	Actions        []Action

	// Prepare may alter any read: narrow its filters, add context for computed fields.
	Prepare func(ctx context.Context, q *Query) error
	// Read replaces the query graph, for records that are more than rows.
	Read Reader

	Options []route.Option // for all routes
}

// A Query is a read that a request asks for.
type Query struct {
	Entity         string
	Fields         []string // "title", "variants.prices.amount", "tags.*"
	Filters        map[string]any
	Order          []string // "-created_at"
	Skip, Take     int
	Count          bool // count all that match
	WithDeleted    bool
	Context        map[string]any
	RelatedFilters map[string]map[string]any // of related records, those of a table that may be seen, by table
	Params         schema.Value              // the query parameters as checked
	Key            string                    // of the one record that is read; empty in lists
}

// A Reader reads records.
type Reader func(ctx context.Context, q *Query) (Rows, error)

// Rows is what was read, ready for the wire.
type Rows interface {
	// Len is the number of records.
	Len() int
	// Total is the number of records that match, where the query asked to count them.
	Total() int
	// AppendRow appends one record as JSON.
	AppendRow(b []byte, i int) []byte
	// AppendList appends all records as a JSON array.
	AppendList(b []byte) []byte
}

// Routes lists the resource's routes. It panics when the declaration contradicts itself, for that is a mistake in the program.
func (r Resource) Routes() []route.Route {
	s := r.server()
	one := r.Path + "/{" + s.key + "}"
	var out []route.Route
	add := func(method, pattern string, h handler, query, body *schema.Schema) {
		out = append(out, route.Func(method, pattern, h, append(slices.Clone(r.Options), route.InputSchemas(query, body), route.ResponseSchema(s.oneAnswer()))...))
	}
	if r.ListKey != "" {
		add(http.MethodGet, r.Path, s.list, s.listSchema, nil)
		route.ResponseSchema(s.listAnswer())(&out[len(out)-1])
	}
	if r.Retrievable {
		add(http.MethodGet, one, s.retrieve, s.oneSchema, nil)
	}
	if r.Create != nil {
		add(http.MethodPost, r.Path, s.create, s.oneSchema, r.Create.body)
	}
	if r.Update != nil {
		add(http.MethodPost, one, s.update, s.oneSchema, r.Update.body)
	}
	if r.Delete != nil {
		add(http.MethodDelete, one, s.delete, nil, nil)
		route.ResponseSchema(deletionAnswer())(&out[len(out)-1])
	}
	if r.Batch != nil {
		add(http.MethodPost, r.Path+"/batch", s.batch, s.oneSchema, r.Batch.body)
		route.BodyLimit(batchLimit)(&out[len(out)-1])
		route.ResponseSchema(s.batchAnswer())(&out[len(out)-1])
	}
	for _, a := range r.Actions {
		add(a.method, r.Path+a.pattern, s.action(a), s.oneSchema, a.change.body)
	}
	return out
}

// batchLimit bounds the bodies of batches, in bytes.
const batchLimit = 2 << 20

type handler = func(context.Context, *route.Request) (any, error)

// A server is a resource made ready.
type server struct {
	Resource
	key                   string
	object                string
	defaults              []string
	allowed               map[string]bool
	listSchema, oneSchema *schema.Schema
}

func (r Resource) server() *server {
	s := &server{Resource: r, key: or(r.Key, "id"), object: or(r.DeletedObject, r.RecordKey), defaults: strings.Fields(r.Fields)}
	if r.Read == nil {
		s.Read = Graph
	}
	if len(r.Allow) > 0 {
		s.allowed = map[string]bool{}
		for _, f := range append(slices.Clone(r.Allow), s.defaults...) {
			s.allowed[strings.TrimPrefix(f, "*")] = true
		}
	}
	s.listSchema, s.oneSchema = r.Filters.list(r), r.RetrieveParams.one()
	return s
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (s *server) list(ctx context.Context, req *route.Request) (any, error) {
	params, err := s.params(req, s.listSchema)
	if err != nil {
		return nil, err
	}
	q, err := s.listQuery(params)
	if err != nil {
		return nil, err
	}
	limit := q.Take
	if limit == 0 { // a list of nothing still counts
		q.Take = 1
	}
	rows, err := s.read(ctx, q)
	if err != nil {
		return nil, err
	}
	return page{s.ListKey, rows, q.Skip, limit}, nil
}

func (s *server) params(req *route.Request, check *schema.Schema) (schema.Value, error) {
	raw, err := req.Query()
	if err != nil {
		return raw, err
	}
	return schema.Validate(check, raw)
}

func (s *server) read(ctx context.Context, q *Query) (Rows, error) {
	if s.Prepare != nil {
		if err := s.Prepare(ctx, q); err != nil {
			return nil, err
		}
	}
	rows, err := s.Read(ctx, q)
	if err == nil && s.key != "id" {
		rows = sparse{rows}
	}
	return rows, err
}

// oneQuery reads one record with the fields that the parameters ask for.
func (s *server) oneQuery(params schema.Value, key string) *Query {
	return &Query{Entity: s.Entity, Fields: s.fields(params), Filters: map[string]any{s.key: key}, Take: 1, Params: params, Key: key}
}

func (s *server) retrieve(ctx context.Context, req *route.Request) (any, error) {
	params, err := s.params(req, s.oneSchema)
	if err != nil {
		return nil, err
	}
	return s.show(ctx, params, req.Param(s.key))
}

func (s *server) show(ctx context.Context, params schema.Value, key string) (any, error) {
	rows, err := s.read(ctx, s.oneQuery(params, key))
	if err != nil {
		return nil, err
	}
	if rows.Len() == 0 && s.EmptyWhenMissing {
		return struct{}{}, nil
	}
	if rows.Len() == 0 || nothing(rows) {
		return nil, s.missing(s.NotFoundMessage, key)
	}
	return single{s.RecordKey, rows}, nil
}

func (s *server) missing(words, key string) error {
	if words == "" {
		label := strings.ReplaceAll(s.RecordKey, "_", " ")
		words = strings.ToUpper(label[:1]) + label[1:] + " with " + s.key + ": %s was not found"
	}
	return fault.New(fault.NotFound, "%s", strings.ReplaceAll(words, "%s", key))
}

// exists answers for a record that is to be changed.
func (s *server) exists(ctx context.Context, key string) error {
	if s.UpdateNotFoundMessage == "" {
		return nil
	}
	rows, err := s.Read(ctx, &Query{Entity: s.Entity, Fields: []string{s.key}, Filters: map[string]any{s.key: key}, Take: 1, Key: key})
	if err == nil && rows.Len() == 0 {
		err = s.missing(s.UpdateNotFoundMessage, key)
	}
	return err
}

func (s *server) create(ctx context.Context, req *route.Request) (any, error) {
	return s.change(ctx, req, s.Create, "")
}

func (s *server) update(ctx context.Context, req *route.Request) (any, error) {
	return s.change(ctx, req, s.Update, req.Param(s.key))
}

// change checks the body, then the query, then makes the change and shows the record as it is then.
func (s *server) change(ctx context.Context, req *route.Request, c *Mutation, key string) (any, error) {
	run, err := c.prepare(req)
	if err != nil {
		return nil, err
	}
	params, err := s.params(req, s.oneSchema)
	if err != nil {
		return nil, err
	}
	if key != "" {
		if err := s.exists(ctx, key); err != nil {
			return nil, err
		}
	}
	out, err := run(ctx)
	if err != nil {
		return nil, err
	}
	if c.answer {
		return answer{s.RecordKey, out}, nil
	}
	if key == "" {
		if key, err = c.key(out); err != nil {
			return nil, err
		}
	}
	return s.show(ctx, params, key)
}

func (s *server) action(a Action) handler {
	return func(ctx context.Context, req *route.Request) (any, error) {
		return s.change(ctx, req, a.change, req.Param(s.key))
	}
}

func (s *server) delete(ctx context.Context, req *route.Request) (any, error) {
	key := req.Param(s.key)
	if err := s.Delete(ctx, key); err != nil {
		return nil, err
	}
	return deletion{key: key, object: s.object}, nil
}
