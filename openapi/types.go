package openapi

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// record describes the records of an entity. Which members there are, a request says.
func record(e *graph.Entity) object {
	properties := object{}
	for _, c := range e.Columns {
		properties[c.Name] = column(c)
	}
	for _, r := range e.Relations {
		if r.Name == "" || r.To == nil {
			continue
		}
		to := object{"$ref": refs + r.To.Table}
		if properties[r.Name] = (object{"anyOf": []object{to, {"type": "null"}}}); r.List {
			properties[r.Name] = object{"type": "array", "items": to}
		}
	}
	for _, c := range e.Computed {
		properties[c.Name] = object{}
	}
	return object{"type": "object", "properties": properties}
}

func column(c *graph.Column) object {
	out := map[graph.Type]object{
		graph.Text: {"type": "string"}, graph.Bool: {"type": "boolean"}, graph.Int: {"type": "integer"}, graph.BigInt: {"type": "integer"},
		graph.Float: {"type": "number"}, graph.Numeric: {"type": "number"}, graph.Time: {"type": "string", "format": "date-time"},
		graph.JSON: {}, graph.Array: {"type": "array", "items": object{"type": "string"}},
	}[c.Type]
	copied := object{}
	for k, v := range out {
		copied[k] = v
	}
	if c.Type == graph.JSON && c.GoType != nil && c.GoType.Kind() == reflect.Map {
		copied["type"] = []string{"object", "null"}
		return copied
	}
	if len(c.Enum) > 0 {
		copied["enum"] = c.Enum
	}
	if !c.Nullable || copied["type"] == nil {
		return copied
	}
	return object{"anyOf": []object{copied, {"type": "null"}}}
}

// typ describes what encoding/json makes of a Go type. Structs with a name are described once.
func (d *document) typ(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return object{"anyOf": []object{d.typ(t.Elem()), {"type": "null"}}}
	case t.Name() == "Decimal" && strings.HasSuffix(t.PkgPath(), "/money"):
		return object{"type": "number"}
	case t.Implements(reflect.TypeFor[json.Marshaler]()), t.Implements(reflect.TypeFor[interface{ AppendJSON([]byte) []byte }]()):
		return object{}
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": []string{"array", "null"}, "items": d.typ(t.Elem())}
	case reflect.Map:
		return object{"type": []string{"object", "null"}, "additionalProperties": d.typ(t.Elem())}
	case reflect.Struct:
		return d.structure(t)
	}
	if t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64 {
		return object{"type": "integer"}
	}
	return object{}
}

func (d *document) structure(t reflect.Type) object {
	if t.Name() == "" || strings.ContainsAny(t.Name(), "[") {
		return d.members(t)
	}
	name := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:] + "." + t.Name()
	for d.taken[name] != nil && d.taken[name] != t {
		name += "_"
	}
	if d.taken[name] == nil {
		d.taken[name] = t
		d.schemas[name] = d.members(t)
	}
	return object{"$ref": refs + name}
}

func (d *document) members(t reflect.Type) object {
	properties, required := object{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			continue
		}
		if name == "" {
			name = f.Name
		}
		properties[name] = d.typ(f.Type)
		if !strings.Contains(options, "omit") && !slices.Contains(required, name) {
			required = append(required, name)
		}
	}
	out := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// sweep drops the schemas that nothing refers to.
func (d *document) sweep() {
	used := map[string]bool{"Error": true}
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case object:
			if ref, ok := v["$ref"].(string); ok {
				name := strings.TrimPrefix(ref, refs)
				if d.schemas[name] == nil && strings.HasPrefix(ref, refs) {
					d.schemas[name] = object{"type": "object"}
				}
				if !used[name] {
					used[name] = true
					visit(d.schemas[name])
				}
			}
			for _, m := range v {
				visit(m)
			}
		case []object:
			for _, m := range v {
				visit(m)
			}
		}
	}
	visit(d.paths)
	for name := range d.schemas {
		if !used[name] {
			delete(d.schemas, name)
		}
	}
}
