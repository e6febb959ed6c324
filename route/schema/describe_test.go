package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A tree contains itself.
func tree() *schema.Schema {
	var s *schema.Schema
	s = schema.ObjectOf(schema.Field{Name: "next", Schema: schema.Lazy(func() *schema.Schema { return s }).Optional()})
	return s
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]*schema.Schema{
		`{"maxLength":5,"minLength":1,"type":"string"}`:                                   schema.String().Min(1).Max(5),
		`{"default":20,"type":"integer"}`:                                                 schema.Int().Default(schema.NumberValue(20)),
		`{"type":["boolean","null"]}`:                                                     schema.Bool().Nullable(),
		`{"anyOf":[{"enum":["a","b"]},{"type":"null"}]}`:                                  schema.Enum("a", "b").Nullable(),
		`{"items":{"format":"date-time","type":"string"},"type":"array"}`:                 schema.ArrayOf(schema.Date()),
		`{"additionalProperties":{"exclusiveMinimum":0,"type":"number"},"type":"object"}`: schema.Record(schema.Number().GreaterThan(0)),
		`{"$ref":"#/x"}`: schema.Ref("x"),
		`{"additionalProperties":false,"properties":{"a":{},"b":{"type":"null"}},"required":["b"],"type":"object"}`: schema.ObjectOf(
			schema.Field{Name: "a", Schema: schema.Unknown()}, schema.Field{Name: "b", Schema: schema.Null()}).Strict(),
		`{"properties":{"next":{}},"type":"object"}`: tree(),
	} {
		got, err := json.Marshal(s.JSONSchema("#/"))
		if err != nil || string(got) != want {
			t.Errorf("got  %s %v\nwant %s", got, err, want)
		}
	}
}
