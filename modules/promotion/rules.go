package promotion

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/money"
)

// RulesMatch reports whether all rules hold for values. Scope, such as "items.", is taken off the attributes.
func RulesMatch(rules []Rule, values any, scope string) bool {
	for _, r := range rules {
		if r.Attribute == "" || len(r.Values) == 0 || !r.holds(LookupPath(values, strings.Replace(r.Attribute, scope, "", 1))) {
			return false
		}
	}
	return true
}

func (r *Rule) holds(got []any) bool {
	if len(got) == 0 {
		return r.Operator == "ne"
	}
	known := func(v any) bool {
		s := text(v)
		return slices.ContainsFunc(r.Values, func(w RuleValue) bool { return w.Value == s })
	}
	unknown := func(v any) bool { return !known(v) }
	switch r.Operator {
	case "eq":
		return !slices.ContainsFunc(got, unknown)
	case "in":
		return slices.ContainsFunc(got, known)
	case "ne":
		return !slices.ContainsFunc(got, known)
	}
	for _, v := range got {
		if !slices.ContainsFunc(r.Values, func(w RuleValue) bool { return compare(v, r.Operator, w.Value) }) {
			return false
		}
	}
	return true
}

// compare compares numbers; what is no number compares as false, and nothing as 0.
func compare(v any, operator, with string) bool {
	var a money.Decimal
	var err error
	if v != nil {
		a, err = money.Parse(text(v))
	}
	b, err2 := money.Parse(with)
	if err != nil || err2 != nil {
		return false
	}
	c := a.Cmp(b)
	switch operator {
	case "gt":
		return c > 0
	case "gte":
		return c >= 0
	case "lt":
		return c < 0
	case "lte":
		return c <= 0
	}
	return false
}

func text(v any) string {
	if v == nil {
		return "null"
	}
	return fmt.Sprint(v)
}

// LookupPath finds what a path such as "product.tags.id" leads to, over structs by their JSON names, maps and lists. A path that leads nowhere
// finds one nil; lists find all that is in them.
func LookupPath(values any, path string) []any {
	var out []any
	walk(reflect.ValueOf(values), strings.Split(path, "."), &out)
	return out
}

func walk(v reflect.Value, path []string, out *[]any) {
	for v.IsValid() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) {
		v = v.Elem()
	}
	if !v.IsValid() {
		*out = append(*out, nil)
		return
	}
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			walk(v.Index(i), path, out)
		}
		return
	}
	if len(path) == 0 {
		*out = append(*out, v.Interface())
		return
	}
	switch v.Kind() {
	case reflect.Map:
		walk(v.MapIndex(reflect.ValueOf(path[0])), path[1:], out)
	case reflect.Struct:
		walk(member(v, path[0]), path[1:], out)
	default:
		*out = append(*out, nil)
	}
}

// member is a struct's field by its JSON name.
func member(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if e := reflect.Indirect(v.Field(i)); f.Anonymous && tag == "" && e.Kind() == reflect.Struct {
			if m := member(e, name); m.IsValid() {
				return m
			}
		}
		if tag == name && f.IsExported() {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}
