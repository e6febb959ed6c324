// Package openapi describes the routes of a shop as OpenAPI 3.1, from what their handlers take and answer.
package openapi

import (
	_ "embed" // the page
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// ViewerPage is a page in HTML that shows /openapi.json to people. It needs nothing from elsewhere.
//
//go:embed page.html
var ViewerPage []byte

// refs is what references to schemas begin with.
const refs = "#/components/schemas/"

// object is a JSON object.
type object = map[string]any

// Document returns the description of routes, as JSON. Records are described by the entities of a schema.
func Document(title, version string, routes []route.Route, entities []*graph.Entity) ([]byte, error) {
	d := &document{schemas: object{"Error": failure()}, taken: map[string]reflect.Type{}, operations: map[string]bool{}, first: map[string]string{}, paths: object{}}
	for _, e := range entities {
		for _, name := range append([]string{e.Table}, e.Aliases...) {
			if d.schemas[name] == nil {
				d.schemas[name] = record(e)
			}
		}
	}
	for _, r := range routes {
		d.add(r)
	}
	d.sweep()
	return json.Marshal(object{
		"openapi": "3.1.0",
		"info":    object{"title": title, "version": version},
		"paths":   d.paths,
		"components": object{
			"schemas":         d.schemas,
			"securitySchemes": security,
			"responses": object{"Error": object{"description": "What went wrong, in words for people.",
				"content": object{"application/json": object{"schema": object{"$ref": refs + "Error"}}}}},
		},
	})
}

// security are the ways to show who one is.
var security = object{
	"token":           object{"type": "http", "scheme": "bearer", "description": "What /auth/{actor_type}/{auth_provider} answers."},
	"session":         object{"type": "apiKey", "in": "cookie", "name": "connect.sid", "description": "What POST /auth/session sets."},
	"secret_key":      object{"type": "http", "scheme": "basic", "description": "A secret API key, sk_…, as the name."},
	"publishable_key": object{"type": "apiKey", "in": "header", "name": "x-publishable-api-key", "description": "It says which sales channels a storefront sells in."},
}

// A document is in the making.
type document struct {
	paths, schemas object
	taken          map[string]reflect.Type // Go types by the names of their schemas
	operations     map[string]bool
	first          map[string]string // paths by what they are without the names of parameters
}

// methods are those that OpenAPI has a place for.
var methods = map[string]bool{http.MethodGet: true, http.MethodPost: true, http.MethodPut: true, http.MethodPatch: true, http.MethodDelete: true}

func (d *document) add(r route.Route) {
	path := d.path(r.Pattern)
	if !methods[r.Method] {
		return
	}
	item, _ := d.paths[path].(object)
	if item == nil {
		item = object{}
		d.paths[path] = item
	}
	op := object{"operationId": d.operation(r.Method, path), "tags": []string{tag(path)}, "responses": d.responses(r)}
	if list := parameters(r, path); len(list) > 0 {
		op["parameters"] = list
	}
	if r.Body != nil {
		op["requestBody"] = object{"required": needed(r.Body), "content": object{"application/json": object{"schema": r.Body.JSONSchema(refs)}}}
	}
	if s := credentials(path, r.Public); s != nil {
		op["security"] = s
	}
	item[strings.ToLower(r.Method)] = op
}

// placeholder is a parameter of a path.
var placeholder = regexp.MustCompile(`\{[^}]*\}`)

// path is a pattern as OpenAPI has it. Patterns that differ in the names of parameters alone are one path, with the names that came first.
func (d *document) path(pattern string) string {
	path := pathOf(pattern)
	same := placeholder.ReplaceAllString(path, "{}")
	if d.first[same] == "" {
		d.first[same] = path
	}
	return d.first[same]
}

// pathOf writes a pattern as OpenAPI does.
func pathOf(pattern string) string {
	segments := strings.Split(pattern, "/")
	for i, s := range segments {
		switch {
		case s == "*":
			segments[i] = "{*}"
		case strings.HasPrefix(s, ":"):
			segments[i] = "{" + s[1:] + "}"
		case strings.HasSuffix(s, "...}"):
			segments[i] = strings.TrimSuffix(s, "...}") + "}"
		}
	}
	return strings.Join(segments, "/")
}

// tag groups routes by what they are about: "Admin products".
func tag(path string) string {
	words := strings.Split(strings.Trim(path, "/"), "/")
	switch words[0] {
	case "admin", "store":
		if len(words) > 1 {
			return words[0] + " " + strings.ReplaceAll(words[1], "-", " ")
		}
	case "":
		return "root"
	}
	return words[0]
}

// operation names a route: getAdminProductsId.
func (d *document) operation(method, path string) string {
	name := strings.ToLower(method)
	for _, w := range strings.FieldsFunc(path, func(c rune) bool { return strings.ContainsRune("/-_{}.*:", c) }) {
		name += strings.ToUpper(w[:1]) + w[1:]
	}
	for base, i := name, 2; d.operations[name]; i++ {
		name = base + strconv.Itoa(i)
	}
	d.operations[name] = true
	return name
}

func parameters(r route.Route, path string) (out []object) {
	names := placeholder.FindAllString(path, -1)
	for i, p := range r.Parameters() {
		if p.In == "path" {
			p.Name = strings.Trim(names[i], "{}")
		}
		out = append(out, object{"name": p.Name, "in": p.In, "required": p.In == "path", "schema": p.Schema.JSONSchema(refs)})
	}
	if r.Query == nil {
		return out
	}
	for _, f := range r.Query.Fields() {
		p := object{"name": f.Name, "in": "query", "schema": f.Schema.JSONSchema(refs)}
		if f.Schema.Required() {
			p["required"] = true
		}
		out = append(out, p)
	}
	return out
}

// needed reports whether a body cannot be left out.
func needed(body *schema.Schema) bool {
	for _, f := range body.Fields() {
		if f.Schema.Required() {
			return true
		}
	}
	return false
}

// credentials are what a part of the API asks for; nil for nothing.
func credentials(path string, public bool) []object {
	switch {
	case public:
		return nil
	case strings.HasPrefix(path, "/admin/"):
		return []object{{"token": []string{}}, {"session": []string{}}, {"secret_key": []string{}}}
	case strings.HasPrefix(path, "/store/"):
		return []object{{"publishable_key": []string{}}, {"publishable_key": []string{}, "token": []string{}}, {"publishable_key": []string{}, "session": []string{}}}
	}
	return nil
}

func (d *document) responses(r route.Route) object {
	answer := object{"description": "Done."}
	switch {
	case r.ResponseSchema != nil:
		answer["content"] = object{"application/json": object{"schema": r.ResponseSchema.JSONSchema(refs)}}
	case r.Out == reflect.TypeFor[route.Events]():
		answer["content"] = object{"text/event-stream": object{"schema": object{"type": "string"}}}
	case r.Out == reflect.TypeFor[route.RawResponse](), r.Out == nil && r.Query == nil && r.Body == nil:
	case r.Out != nil:
		answer["content"] = object{"application/json": object{"schema": d.typ(r.Out)}}
	default:
		answer["content"] = object{"application/json": object{"schema": object{"type": "object"}}}
	}
	return object{strconv.Itoa(r.Success()): answer, "default": object{"$ref": "#/components/responses/Error"}}
}

func failure() object {
	return object{"type": "object", "required": []string{"message"}, "properties": object{
		"type":    object{"type": "string", "description": "The kind of failure, such as not_found."},
		"message": object{"type": "string"},
		"code":    object{"type": "string"},
	}}
}
