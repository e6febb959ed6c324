package schema

import (
	"encoding/json"
	"slices"
)

// Ref stands for a record that is described elsewhere, by its name: it accepts anything, and is a reference in descriptions.
func Ref(name string) *Schema {
	s := Unknown()
	s.ref = name
	return s
}

// JSONSchema is the schema as JSON Schema has it (draft 2020-12), ready for encoding/json. Rules that are functions are left out, so more may seem to be accepted than is.
// refs is what references begin with, such as "#/components/schemas/".
func (s *Schema) JSONSchema(refs string) map[string]any { return description{refs: refs}.of(s) }

// Required reports whether a member of an object that has this schema has to be there.
func (s *Schema) Required() bool { return !s.optional && s.def.kind == KindUndefined }

// A description knows which schemas it is inside of, as they may contain themselves.
type description struct {
	refs  string
	above []*Schema
}

func (d description) of(s *Schema) map[string]any {
	if s.typ == lazyType {
		s = s.lazy()
	}
	if slices.Contains(d.above, s) {
		return map[string]any{}
	}
	d.above = append(slices.Clip(d.above), s)
	out := d.kind(s)
	for _, r := range s.rules {
		r.describe(s, out)
	}
	if s.nullable && s.typ != unknownType {
		out = nullable(out)
	}
	if s.def.kind != KindUndefined {
		out["default"] = json.RawMessage(s.def.AppendJSON(nil))
	}
	return out
}

func (d description) kind(s *Schema) map[string]any {
	switch s.typ {
	case stringType:
		return map[string]any{"type": "string"}
	case numberType:
		return map[string]any{"type": "number"}
	case boolType:
		return map[string]any{"type": "boolean"}
	case nullType:
		return map[string]any{"type": "null"}
	case dateType:
		return map[string]any{"type": "string", "format": "date-time"}
	case arrayType:
		return map[string]any{"type": "array", "items": d.of(s.elem)}
	case recordType:
		return map[string]any{"type": "object", "additionalProperties": d.of(s.elem)}
	case objectType:
		return d.object(s)
	case enumType:
		values := make([]json.RawMessage, len(s.values))
		for i, v := range s.values {
			values[i] = v.AppendJSON(nil)
		}
		return map[string]any{"enum": values}
	case unionType:
		options := make([]map[string]any, len(s.options))
		for i, o := range s.options {
			options[i] = d.of(o)
		}
		return map[string]any{"anyOf": options}
	}
	if s.ref != "" {
		return map[string]any{"$ref": d.refs + s.ref}
	}
	return map[string]any{}
}

func (d description) object(s *Schema) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range s.fields {
		properties[f.Name] = d.of(f.Schema)
		if f.Schema.Required() {
			required = append(required, f.Name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	if s.strict {
		out["additionalProperties"] = false
	}
	return out
}

// nullable adds null to what a description allows.
func nullable(out map[string]any) map[string]any {
	if kind, ok := out["type"].(string); ok {
		out["type"] = []string{kind, "null"}
		return out
	}
	return map[string]any{"anyOf": []map[string]any{out, {"type": "null"}}}
}

func (r rule) describe(s *Schema, out map[string]any) {
	names := map[typ][2]string{stringType: {"minLength", "maxLength"}, arrayType: {"minItems", "maxItems"}, numberType: {"minimum", "maximum"}}[s.typ]
	switch {
	case r.kind == wholeRule:
		out["type"] = "integer"
	case r.kind == aboveRule:
		out["exclusiveMinimum"] = r.n
	case r.kind == minRule && names[0] != "":
		out[names[0]] = r.n
	case r.kind == maxRule && names[1] != "":
		out[names[1]] = r.n
	}
}
