package resource

import (
	"slices"

	"github.com/gorgon-commerce/gorgon/internal/totals"
)

// OrderFields adds to the fields of an order what comes with others: with whole lines and a total of it, what the total was worked out of; with statuses, what they were worked out of.
func OrderFields(fields []string, statuses bool) []string {
	out := slices.Clone(fields)
	put := func(names ...string) {
		for _, n := range names {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	names := totals.WholeNames()
	whole := func(f string) bool { return f == "summary" || slices.Contains(names, f) }
	if slices.Contains(fields, "items.*") && slices.ContainsFunc(fields, whole) {
		put("version", "items.*", "items.tax_lines.*", "items.adjustments.*", "items.detail.*")
	}
	out = MethodFields(out)
	for _, f := range fields {
		if f == "items.*" {
			put("items.detail.*")
		}
		if f == "transactions.*" {
			put("transactions.return.id", "transactions.claim.id", "transactions.exchange.id")
		}
		if f == "shipping_methods.*" {
			put("shipping_methods.detail.*")
		}
	}
	if statuses {
		put("status", "version", "payment_collections.*", "fulfillments.*", "payment_status", "fulfillment_status")
	}
	return out
}

// MethodFields adds to the fields of a cart or an order, with whole shipping methods and a total of it, what those are taxed and discounted by.
func MethodFields(fields []string) []string {
	names := totals.WholeNames()
	if !slices.Contains(fields, "shipping_methods.*") || !slices.ContainsFunc(fields, func(f string) bool { return slices.Contains(names, f) }) {
		return fields
	}
	for _, f := range []string{"shipping_methods.tax_lines.*", "shipping_methods.adjustments.*"} {
		if !slices.Contains(fields, f) {
			fields = append(fields[:len(fields):len(fields)], f)
		}
	}
	return fields
}

// OrderListFields is OrderFields for lists, which show the lines that their statuses are worked out of.
func OrderListFields(fields []string) []string {
	out := slices.Clone(fields)
	for _, n := range []string{"status", "version", "items.*", "items.detail.*", "payment_status", "fulfillment_status"} {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return OrderFields(out, false)
}
