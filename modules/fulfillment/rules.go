package fulfillment

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
)

// operators are those that rules may have, in the order in which they are listed to users.
func operators() []string { return []string{"in", "eq", "ne", "gt", "gte", "lt", "lte", "nin"} }

// ValidateRules refuses rules that could never be decided.
func ValidateRules(list []ShippingOptionRule) error {
	for _, r := range list {
		if err := r.check(); err != nil {
			return err
		}
	}
	return nil
}

func (r ShippingOptionRule) check() error {
	kind := byte(0)
	if len(r.Value) > 0 {
		kind = r.Value[0]
	}
	many := r.Operator == "in" || r.Operator == "nin"
	switch {
	case r.Attribute == "" || r.Operator == "" || kind == 0 || kind == 'n' || string(r.Value) == `""`:
		return fault.New(fault.Invalid, "Rule must have an attribute, an operator and a value")
	case !slices.Contains(operators(), r.Operator):
		return fault.New(fault.Invalid, "Rule operator %s is not supported. Must be one of %s", r.Operator, strings.Join(operators(), ", "))
	case many && kind != '[':
		return fault.New(fault.Invalid, "Rule value must be an array for in/nin operators")
	case !many && (kind == '[' || kind == '{'):
		return fault.New(fault.Invalid, "Rule value must be a string, bool, number value for the selected operator %s", r.Operator)
	}
	return nil
}

// Matches reports whether the rule is true of what its attribute is in a context; a dotted attribute leads into objects. What is not there
// is "undefined", which equals nothing.
func (r ShippingOptionRule) Matches(values map[string]any) bool {
	have := pick(values, strings.Split(r.Attribute, "."))
	switch r.Operator {
	case "in":
		return slices.Contains(r.values(), have)
	case "nin":
		return !slices.Contains(r.values(), have)
	case "eq":
		return have == r.value()
	case "ne":
		return have != r.value()
	}
	return compare(have, r.Operator, r.value())
}

func pick(v any, path []string) string {
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return "undefined"
		}
		v, ok = m[name]
		if !ok {
			return "undefined"
		}
	}
	switch x := v.(type) {
	case string:
		return x
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(x)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "undefined"
	}
	return string(b)
}

// value is what the rule compares with, as text.
func (r ShippingOptionRule) value() string {
	var s string
	if json.Unmarshal(r.Value, &s) == nil {
		return s
	}
	return string(r.Value)
}

func (r ShippingOptionRule) values() []string {
	var list []any
	if json.Unmarshal(r.Value, &list) != nil {
		return nil
	}
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = pick(v, nil)
	}
	return out
}

// compare orders dates as dates, and everything else as numbers; what is neither has no order.
func compare(a, operator, b string) bool {
	x, y, ok := numbers(a, b)
	if !ok {
		return false
	}
	switch operator {
	case "gt":
		return x > y
	case "gte":
		return x >= y
	case "lt":
		return x < y
	case "lte":
		return x <= y
	}
	return false
}

func numbers(a, b string) (x, y float64, ok bool) {
	s, okA := date(a)
	t, okB := date(b)
	if okA && okB {
		return s, t, true
	}
	x, errA := strconv.ParseFloat(strings.TrimSpace(a), 64)
	y, errB := strconv.ParseFloat(strings.TrimSpace(b), 64)
	return x, y, errA == nil && errB == nil
}

func date(s string) (float64, bool) {
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return 0, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return float64(t.UnixMilli()), true
		}
	}
	return 0, false
}

// allHold reports whether an option's rules are all true of a context.
func allHold(rules []ShippingOptionRule, values map[string]any) bool {
	return !slices.ContainsFunc(rules, func(r ShippingOptionRule) bool { return !r.Matches(values) })
}
