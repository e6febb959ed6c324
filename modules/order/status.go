package order

import (
	"strconv"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/money"
)

// AddStatusFields adds payment_status and fulfillment_status to what can be read of an order. They are worked out of its payment_collections and
// fulfillments, which links give it.
func (m *Module) AddStatusFields() {
	e := m.Orders.Entity()
	e.AddComputed(&graph.Computed{Name: "payment_status", Needs: []string{"payment_collections.status", "payment_collections.raw_amount",
		"payment_collections.raw_captured_amount", "payment_collections.raw_refunded_amount", "payment_collections.currency_code"}, Value: each(func(s *graph.Set, row int) []byte {
		return strconv.AppendQuote(nil, paymentStatus(s, row))
	})})
	e.AddComputed(&graph.Computed{Name: "fulfillment_status", Needs: []string{"fulfillments.canceled_at", "fulfillments.delivered_at", "fulfillments.shipped_at",
		"fulfillments.packed_at"}, Value: each(func(s *graph.Set, row int) []byte {
		return strconv.AppendQuote(nil, fulfillmentStatus(s, row))
	})})
}

// paymentStatus sums the collections of an order up. Halves count what is there in part.
func paymentStatus(s *graph.Set, row int) string {
	n := map[string]float64{}
	set, rows := s.Related(row, "payment_collections")
	part := func(all, some money.Decimal, currency string) float64 {
		if money.Settled(all.Sub(some), currency).Sign() <= 0 {
			return 1
		}
		return 0.5
	}
	for _, r := range rows {
		currency := string(set.Text(int(r), "currency_code"))
		all := totals.Amount(set, int(r), "raw_amount")
		captured, refunded := totals.Amount(set, int(r), "raw_captured_amount"), totals.Amount(set, int(r), "raw_refunded_amount")
		if captured.Sign() > 0 || all.IsZero() {
			n["captured"] += part(all, captured, currency)
		}
		if refunded.Sign() > 0 {
			n["refunded"] += part(all, refunded, currency)
		}
		n[string(set.Text(int(r), "status"))]++
	}
	all := float64(len(rows)) - n["canceled"]
	switch {
	case n["requires_action"] > 0:
		return "requires_action"
	case n["refunded"] > 0 && n["refunded"] == n["captured"]:
		return "refunded"
	case n["refunded"] > 0:
		return "partially_refunded"
	case n["captured"] > 0 && n["captured"] == all:
		return "captured"
	case n["captured"] > 0:
		return "partially_captured"
	case n["authorized"] > 0 && n["authorized"] == all:
		return "authorized"
	case n["authorized"] > 0:
		return "partially_authorized"
	case n["canceled"] > 0 && all == 0:
		return "canceled"
	case n["awaiting"] > 0:
		return "awaiting"
	}
	return "not_paid"
}

// fulfillmentStatus sums the fulfillments of an order up. Only where its items are shown whole is it known that some are not sent yet.
func fulfillmentStatus(s *graph.Set, row int) string {
	n := map[string]int{}
	set, rows := s.Related(row, "fulfillments")
	for _, r := range rows {
		for _, c := range [][2]string{{"canceled_at", "canceled"}, {"delivered_at", "delivered"}, {"shipped_at", "shipped"}, {"packed_at", "fulfilled"}} {
			if set.Text(int(r), c[0]) != nil {
				n[c[1]]++
				break
			}
		}
	}
	all := len(rows) - n["canceled"]
	for _, status := range []string{"delivered", "shipped", "fulfilled"} {
		switch {
		case n[status] == 0:
		case n[status] == all && !unsent(s, row):
			return status
		default:
			return "partially_" + status
		}
	}
	if n["canceled"] > 0 && all == 0 {
		return "canceled"
	}
	return "not_fulfilled"
}

// unsent reports whether some of an order's items are not sent, as far as they were read.
func unsent(s *graph.Set, row int) bool {
	items, rows := s.Related(row, "items")
	if items == nil || !items.HasComputed("raw_quantity") {
		return false
	}
	for _, r := range rows {
		d, of := items.Related(int(r), "detail")
		for _, i := range of {
			if totals.Amount(d, int(i), "raw_fulfilled_quantity").Less(totals.Amount(d, int(i), "raw_quantity")) {
				return true
			}
		}
	}
	return false
}
