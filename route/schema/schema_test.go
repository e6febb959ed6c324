package schema

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func operators() *Schema {
	one, many := String().Optional(), ArrayOf(String()).Optional()
	either := Union(one, many).Optional()
	return Union(either, ObjectOf(Field{"$eq", either}, Field{"$in", many}, Field{"$gt", one})).Optional()
}

func TestCheck(t *testing.T) {
	t.Parallel()
	filters := ObjectOf(Field{"id", Strings().Optional()}, Field{"created_at", operators()}, Field{"is_disabled", BoolText().Optional()}, Field{"limit", QueryInt().Default(NumberValue(20))})
	all := filters.Extend(Field{"$or", ArrayOf(filters).Optional()}).Strict()
	price := ObjectOf(Field{"amount", Amount()})
	for _, c := range []struct {
		schema   *Schema
		in, want string
	}{
		{all, `{}`, `{"limit":20}`},
		{all, `{"id":{"$ne":"x"}}`, "Expected type: 'string, array' for field 'id', got: '[object Object]'"},
		{all, `{"created_at":{"$nope":"1"}}`, `{"created_at":{},"limit":20}`},
		{all, `{"created_at":{"$gt":["2020-01-01"]}}`, "Expected type: 'string' for field 'created_at, $gt', got: '2020-01-01'"},
		{all, `{"is_disabled":"x"}`, "Invalid input"},
		{all, `{"is_disabled":"TRUE"}`, `{"is_disabled":true,"limit":20}`},
		{all, `{"is_disabled":["true"]}`, "Expected type: 'boolean, string' for field 'is_disabled', got: 'true'"},
		{all, `{"$or":"1"}`, "Expected type: 'array' for field '$or', got: '1'"},
		{all, `{"$or":[{"id":"a","drop":1}],"limit":"3x"}`, `{"$or":[{"id":"a","limit":20}],"limit":3}`},
		{all, `{"$or":[{"id":5}]}`, "Field '$or, 0, id' is required"},
		{all, `{"a":1,"limit":"x","is_disabled":"x","id":1}`, "Expected type: 'string, array' for field 'id', got: '1'; Invalid input; Expected type: 'number' for field 'limit', got: 'x'"},
		{price, `{"amount":{"value":"1","precision":20}}`, `{"amount":{"value":"1","precision":20}}`},
		{price, `{"amount":true}`, "Expected type: 'number, string, object' for field 'amount', got: 'true'"},
		{price, `{}`, "Field 'amount' is required"},
		{Union(ObjectOf(Field{"option_id", String()}), ArrayOf(Unknown())), `{}`, "Expected type: 'array' for field 'option_id', got: 'undefined'"},
		{String().Min(3).Email(), `"a"`, "Value for field '' too small, expected at least: '3'; Invalid email address"},
		{ArrayOf(Number().Max(5)).Min(2), `[9]`, "Value for field '0' too big, expected at most: '5'; Value for field '' too small, expected at least: '2'"},
		{Record(Int()), `{"a":1.5}`, "Expected type: 'int' for field 'a', got: '1.5'"},
		{Literal(NumberValue(5)), `6`, "Field '' is required"},
		{ObjectOf(Field{"n", Literal(NumberValue(5))}), `{"n":"5"}`, "Expected: '5' for field 'n', but got: '5'"},
	} {
		in, err := ParseJSON([]byte(c.in))
		if err != nil {
			t.Fatal(err)
		}
		before := string(in.AppendJSON(nil))
		v, err := Validate(c.schema, in)
		got := string(v.AppendJSON(nil))
		if err != nil {
			got = err.Error()[len("Invalid request: "):]
		}
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
		if after := string(in.AppendJSON(nil)); after != before {
			t.Errorf("the check changed %s to %s", before, after)
		}
	}
}

type tree struct {
	Name  string          `json:"name"`
	Kids  []tree          `json:"kids" valid:"optional"`
	Extra map[string]int  `json:"extra" valid:"optional"`
	When  *time.Time      `json:"when"`
	Any   any             `json:"any"`
	Raw   json.RawMessage `json:"raw"`
	Skip  string          `json:"-"`
	base
}

type base struct {
	ID string `json:"id" valid:"nullable"`
}

func TestDecode(t *testing.T) {
	t.Parallel()
	d := DecoderFor[tree]()
	v, _ := ParseJSON([]byte(`{"name":"a","id":null,"kids":[{"name":"b","id":"x","lost":1}],"extra":{"n":3},"when":"2024-02-03","any":[1],"raw":{"b":1,"a":2}}`))
	got, err := d.Decode(v)
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got.Name, got.Kids[0].Name, got.Kids[0].ID, got.Extra, got.When.Format("Jan 2"), got.Any, string(got.Raw)); s != `abxmap[n:3]Feb 3[1]{"b":1,"a":2}` {
		t.Error(s)
	}
	v, _ = ParseJSON([]byte(`{"name":"a","id":"","kids":[{"id":"x"}]}`))
	if _, err := d.Decode(v); err == nil || err.Error() != "Invalid request: Field 'kids, 0, name' is required" {
		t.Error(err)
	}
}

func ExampleValidate() {
	s := ObjectOf(Field{"name", String()}, Field{"rank", Int().Min(0).Default(NumberValue(1))}).Strict()
	v, _ := ParseJSON([]byte(`{"name":"a"}`))
	v, err := Validate(s, v)
	fmt.Println(string(v.AppendJSON(nil)), err)
	v, _ = ParseJSON([]byte(`{"rank":-1,"colour":"red"}`))
	_, err = Validate(s, v)
	fmt.Println(err)
	// Output:
	// {"name":"a","rank":1} <nil>
	// Invalid request: Field 'name' is required; Value for field 'rank' too small, expected at least: '0'; Unrecognized fields: 'colour'
}
