package pricing

import (
	"strconv"

	"github.com/gorgon-commerce/gorgon/money"
)

// AppendJSON appends the price as Medusa's calculated_price.
func (c *CalculatedPrice) AppendJSON(b []byte) []byte {
	b = c.AppendFields(append(b, '{'))
	return append(b, '}')
}

// AppendFields appends what stands between the braces, so that more can be added to it.
func (c *CalculatedPrice) AppendFields(b []byte) []byte {
	none := SelectedPrice{}
	original := &none
	if c.OriginalPrice != nil {
		original = c.OriginalPrice
	}
	b = appendText(append(b, `"id":`...), c.SetID)
	b = appendSide(b, "calculated", &c.Price, false)
	b = appendSide(b, "original", original, c.OriginalPrice == nil)
	b = appendText(append(b, `,"currency_code":`...), c.CurrencyCode)
	b = appendPrice(append(b, `,"calculated_price":`...), &c.Price)
	return appendPrice(append(b, `,"original_price":`...), original)
}

func appendSide(b []byte, side string, p *SelectedPrice, none bool) []byte {
	b = append(append(append(b, `,"is_`...), side...), `_price_price_list":`...)
	b = strconv.AppendBool(b, p.ListID != "")
	b = append(append(append(b, `,"is_`...), side...), `_price_tax_inclusive":`...)
	b = strconv.AppendBool(b, p.TaxInclusive)
	b = append(append(append(b, `,"`...), side...), `_amount":`...)
	if none {
		b = append(b, "null"...)
	} else {
		b = p.Amount.AppendJSON(b)
	}
	b = append(append(append(b, `,"raw_`...), side...), `_amount":`...)
	if none {
		return append(b, "null"...)
	}
	return p.Amount.AppendRaw(b)
}

func appendPrice(b []byte, p *SelectedPrice) []byte {
	b = appendText(append(b, `{"id":`...), p.ID)
	b = appendText(append(b, `,"price_list_id":`...), p.ListID)
	b = appendText(append(b, `,"price_list_type":`...), p.ListType)
	b = appendQuantity(append(b, `,"min_quantity":`...), p.MinQuantity)
	b = appendQuantity(append(b, `,"max_quantity":`...), p.MaxQuantity)
	return append(b, '}')
}

// appendText writes an id or a word, none of which needs escapes.
func appendText(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return strconv.AppendQuote(b, s)
}

func appendQuantity(b []byte, q *money.Decimal) []byte {
	if q == nil {
		return append(b, "null"...)
	}
	return q.AppendJSON(b)
}
