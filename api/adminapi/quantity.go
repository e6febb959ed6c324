package adminapi

import (
	"strconv"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// amounts filters by a number, numbers, or operators over numbers, which queries write as text.
func amounts(name string) resource.Filter {
	number := schema.Number().Preprocess(func(v schema.Value) schema.Value {
		if f, err := strconv.ParseFloat(v.Text(), 64); v.Kind() == schema.KindString && err == nil {
			return schema.NumberValue(f)
		}
		return v
	})
	one, many := number.Optional(), schema.ArrayOf(schema.Number()).Optional() // within lists text is no number
	either := schema.Union(one, many).Optional()
	fields := []schema.Field{{Name: "$eq", Schema: either}, {Name: "$ne", Schema: either}, {Name: "$in", Schema: many}, {Name: "$nin", Schema: many}}
	for _, op := range []string{"$like", "$ilike", "$re", "$contains", "$gt", "$gte", "$lt", "$lte"} {
		fields = append(fields, schema.Field{Name: op, Schema: one})
	}
	return resource.Filter{Name: name, Schema: schema.Union(either, schema.ObjectOf(fields...)).Optional()}
}

// quantity is a number of a request, exactly as it was written.
func quantity(o module.Opt[float64]) (out module.Opt[money.Decimal]) {
	out.Set, out.Null = o.Set, o.Null
	if o.Set {
		out.Value = money.Float(o.Value)
	}
	return out
}
