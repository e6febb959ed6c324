package admin

import (
	"strconv"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// amounts filters by a number, numbers, or operators over numbers, which queries write as text.
func amounts(name string) resource.Filter {
	return resource.Filter{Name: name, Kind: resource.OperatorsOf(schema.Number().Before(func(v schema.Value) schema.Value {
		if f, err := strconv.ParseFloat(v.Str(), 64); v.Kind() == schema.KindString && err == nil {
			return schema.Num(f)
		}
		return v
	}))}
}

// quantity is a number of a request, exactly as it was written.
func quantity(o module.Opt[float64]) (out module.Opt[money.Decimal]) {
	out.Set, out.Null = o.Set, o.Null
	if o.Set {
		out.Value = money.Float(o.Value)
	}
	return out
}
