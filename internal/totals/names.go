package totals

import (
	"strings"

	"github.com/gorgon-commerce/gorgon/money"
)

// Get returns a total by its name on the wire, as a line or shipping method has it: "subtotal", "discount_tax_total".
func (s *Sums) Get(name string) (money.Decimal, bool) {
	switch name {
	case "subtotal":
		return s.Subtotal, true
	case "total":
		return s.Total, true
	case "tax_total":
		return s.Tax, true
	case "original_subtotal":
		return s.OriginalSubtotal, true
	case "original_total":
		return s.OriginalTotal, true
	case "original_tax_total":
		return s.OriginalTax, true
	case "discount_subtotal":
		return s.DiscountSubtotal, true
	case "discount_total":
		return s.DiscountTotal, true
	case "discount_tax_total":
		return s.DiscountTax, true
	}
	return s.lifecycle(name)
}

func (s *Sums) lifecycle(name string) (money.Decimal, bool) {
	switch name {
	case "fulfilled_total":
		return s.Fulfilled, true
	case "shipped_total":
		return s.Shipped, true
	case "return_requested_total":
		return s.ReturnRequested, true
	case "return_received_total":
		return s.ReturnReceived, true
	case "return_dismissed_total":
		return s.ReturnDismissed, true
	case "write_off_total":
		return s.WrittenOff, true
	case "refundable_total":
		return s.RefundableTotal, true
	case "refundable_total_per_unit":
		return s.RefundableTotalPerUnit, true
	}
	return money.Zero, false
}

// Get returns a total of the whole by its name on the wire: those of Sums, "item_total", "original_shipping_tax_total",
// "credit_line_total" …
func (t *Totals) Get(name string) (money.Decimal, bool) {
	switch name {
	case "credit_line_total", "credit_line_subtotal":
		return t.Credit, true
	case "credit_line_tax_total":
		return money.Zero, true
	}
	rest, original := strings.CutPrefix(name, "original_")
	prefix := ""
	if original {
		prefix = "original_"
	}
	if part, ok := strings.CutPrefix(rest, "item_"); ok {
		return t.Items.Get(prefix + part)
	}
	if part, ok := strings.CutPrefix(rest, "shipping_"); ok {
		return t.Shipping.Get(prefix + part)
	}
	return t.Sums.Get(name)
}

// Names of the totals of a line or shipping method on the wire.
func Names() []string {
	return []string{"subtotal", "total", "original_subtotal", "original_total", "discount_subtotal", "discount_tax_total", "discount_total",
		"tax_total", "original_tax_total"}
}

// WholeNames of the totals of a cart on the wire.
func WholeNames() []string {
	return append(Names(), "item_total", "item_subtotal", "item_tax_total", "item_discount_total",
		"original_item_total", "original_item_subtotal", "original_item_tax_total",
		"shipping_total", "shipping_subtotal", "shipping_tax_total", "shipping_discount_total",
		"original_shipping_total", "original_shipping_subtotal", "original_shipping_tax_total",
		"credit_line_total", "credit_line_subtotal", "credit_line_tax_total")
}
