package cart

import (
	"strconv"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/money"
)

// addTotals adds the totals to what can be read of a cart. Those of its parts are known where some of the whole are asked for.
func (m *Module) addTotals() {
	f := totals.Fields{Whole: m.Carts.Entity(), Lines: m.Items.Entity(), Methods: m.ShippingMethods.Entity(), Credits: m.CreditLines.Entity(), LineTaxes: m.ItemTaxLines.Entity(),
		LineAdjustments: m.ItemAdjustments.Entity(), MethodTaxes: m.ShippingTaxLines.Entity(), MethodAdjustments: m.ShippingAdjustments.Entity(),
		Rate: "rate", Needs: []string{"quantity"}, Fill: quantity}
	f.Add()
}

func quantity(s *graph.Set, row int, l *totals.Line) {
	n, _ := strconv.ParseInt(string(s.Text(row, "quantity")), 10, 64) // a column of whole numbers
	l.Quantity = money.Int(n)
}
