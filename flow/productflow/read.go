package productflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/tax"
	"github.com/gorgon-commerce/gorgon/money"
)

// The keys of what a read of products is told, for the fields that are worked out.
const (
	PricingContext = "pricing" // pricing.Context: who pays, where, in what currency
	TaxContext     = "tax"     // TaxAddress: where to; without it prices are shown without their tax
	StockContext   = "stock"   // the id of a sales channel, or "" for all locations
)

// A TaxAddress is where something is sold to.
type TaxAddress struct{ CountryCode, ProvinceCode string }

// PricingContextFor is the context of a query in which variants have the calculated_price of a region, if it is not empty, and a currency.
func PricingContextFor(region, currency string) map[string]any {
	return map[string]any{PricingContext: pricing.Context{CurrencyCode: currency}.With("region_id", region)}
}

// TaxContextFor is the context of a query in which calculated prices are shown with the tax of a country, too.
func TaxContextFor(country string) map[string]any {
	return map[string]any{TaxContext: TaxAddress{CountryCode: country}}
}

// byVariant is how prices are found by variants.
var byVariant = pricing.PriceSetLink{Table: priceSet.table, Column: priceSet.near}

// addComputed adds the fields of variants that other modules know: their prices, what they cost in a context, and how many there are.
func (f *Flows) addComputed() {
	e := f.Product.Variants.Entity()
	whole := func(*graph.Fields) *graph.Fields { return &graph.Fields{} }
	e.AddComputed(&graph.Computed{Name: "prices", Needs: []string{"id"}, Under: whole, Value: f.readPrices})
	e.AddComputed(&graph.Computed{Name: "calculated_price", Needs: []string{"id", "product_id"}, Under: whole, Value: f.readCalculated})
	e.AddComputed(&graph.Computed{Name: "inventory_quantity", Needs: []string{"id", "manage_inventory"}, Value: f.readQuantity})
}

func keysOf(s *graph.Set) []string {
	out := make([]string, s.Len())
	for i := range out {
		out[i] = string(s.Text(i, "id"))
	}
	return out
}

// readPrices writes the prices of variants that are in no price list.
func (f *Flows) readPrices(ctx context.Context, s *graph.Set, _ map[string]any, out [][]byte) error {
	d, err := f.db()
	if err != nil {
		return err
	}
	object := "SELECT json_group_object(r.attribute, r.value)"
	if d.Dialect() == db.Postgres {
		object = "SELECT json_object_agg(r.attribute, r.value)"
	}
	rows, err := d.Query(ctx, db.Statement{
		SQL: `SELECT t.variant_id, p.id, p.amount, p.currency_code, p.min_quantity, p.max_quantity, p.created_at, p.updated_at,
			CASE WHEN p.rules_count > 0 THEN (` + object + ` FROM price_rule r WHERE r.price_id = p.id AND r.deleted_at IS NULL) END
			FROM product_variant_price_set t JOIN price p ON p.price_set_id = t.price_set_id AND p.deleted_at IS NULL AND p.price_list_id IS NULL
			WHERE ` + d.Dialect().InList("t.variant_id", "$1") + ` AND t.deleted_at IS NULL ORDER BY p.id`,
		Args: []any{keysOf(s)},
	})
	if err != nil {
		return err
	}
	defer rows.Close()
	lists := make(map[string][]byte, s.Len())
	for rows.Next() {
		variant := string(rows.Value(0))
		b := lists[variant]
		if len(b) > 0 {
			b = append(b, ',')
		}
		lists[variant] = appendPrice(b, rows)
	}
	for i := range out {
		out[i] = append(append([]byte{'['}, lists[string(s.Text(i, "id"))]...), ']')
	}
	return rows.Err()
}

// appendPrice writes the price of the current row as variants show it.
func appendPrice(b []byte, rows db.Rows) []byte {
	b = graph.AppendString(append(b, `{"id":`...), rows.Value(1))
	b = graph.AppendNumber(append(b, `,"amount":`...), rows.Value(2))
	b = graph.AppendString(append(b, `,"currency_code":`...), rows.Value(3))
	for i, name := range []string{`,"min_quantity":`, `,"max_quantity":`} {
		b = append(b, name...)
		if v := rows.Value(4 + i); v != nil {
			b = graph.AppendNumber(b, v)
		} else {
			b = append(b, "null"...)
		}
	}
	b = graph.AppendString(append(b, `,"variant_id":`...), rows.Value(0))
	b = append(db.AppendJSONTime(append(b, `,"created_at":"`...), rows.Value(6)), '"')
	b = append(db.AppendJSONTime(append(b, `,"updated_at":"`...), rows.Value(7)), '"')
	b = append(b, `,"rules":`...)
	if rules := rows.Value(8); rules != nil {
		return append(append(b, rules...), '}')
	}
	return append(b, "{}}"...)
}

// readCalculated writes what variants cost in the context of the read, null for those without a price there.
func (f *Flows) readCalculated(ctx context.Context, s *graph.Set, args map[string]any, out [][]byte) error {
	c, _ := args[PricingContext].(pricing.Context)
	prices, err := f.Pricing.CalculateFor(ctx, byVariant, keysOf(s), c)
	if err != nil {
		return err
	}
	address, taxed := args[TaxContext].(TaxAddress)
	var rates map[string][]money.Decimal
	if taxed && f.Tax != nil && len(prices) > 0 {
		lines, err := f.Tax.TaxLines(ctx, tax.TaxLinesRequest{CurrencyCode: c.CurrencyCode, Items: taxable(s, prices),
			Address: tax.Address{CountryCode: address.CountryCode, ProvinceCode: address.ProvinceCode}})
		if err != nil {
			return err
		}
		rates = make(map[string][]money.Decimal, len(prices))
		for _, l := range lines {
			rates[l.TaxableID] = append(rates[l.TaxableID], money.Float(l.Rate))
		}
	}
	for i := range out {
		id := s.Text(i, "id")
		p := prices[string(id)]
		if p == nil {
			out[i] = []byte("null")
			continue
		}
		b := p.AppendFields(append(make([]byte, 0, 768), '{'))
		if taxed {
			b = appendTaxed(b, p, rates[string(id)])
		}
		out[i] = append(b, '}')
	}
	return nil
}

// taxable lists the variants that have a price, with what their taxes depend on.
func taxable(s *graph.Set, prices map[string]*pricing.CalculatedPrice) []tax.TaxableItem {
	types := map[string]string{}
	if products := s.Owner(); products != nil {
		for i := range products.Len() {
			types[string(products.Text(i, "id"))] = string(products.Text(i, "type_id"))
		}
	}
	list := make([]tax.TaxableItem, 0, len(prices))
	for i := range s.Len() {
		id, product := string(s.Text(i, "id")), string(s.Text(i, "product_id"))
		if prices[id] != nil {
			p := prices[id].Price
			list = append(list, tax.TaxableItem{ID: id, ProductID: product, ProductTypeID: types[product], Quantity: money.Int(1),
				UnitPrice: p.Amount, IsTaxInclusive: p.TaxInclusive})
		}
	}
	return list
}

// appendTaxed adds the amounts with and without tax.
func appendTaxed(b []byte, p *pricing.CalculatedPrice, rates []money.Decimal) []byte {
	rate := money.Sum(rates...).Div(money.Int(100))
	with, without := split(p.Price, rate)
	b = with.AppendJSON(append(b, `,"calculated_amount_with_tax":`...))
	b = without.AppendJSON(append(b, `,"calculated_amount_without_tax":`...))
	if p.OriginalPrice == nil {
		return append(b, `,"original_amount_with_tax":0,"original_amount_without_tax":null`...)
	}
	with, without = split(*p.OriginalPrice, rate)
	b = with.AppendJSON(append(b, `,"original_amount_with_tax":`...))
	return without.AppendJSON(append(b, `,"original_amount_without_tax":`...))
}

// split returns a price with its tax and without.
func split(p pricing.SelectedPrice, rate money.Decimal) (with, without money.Decimal) {
	if p.TaxInclusive {
		return p.Amount, p.Amount.Sub(p.Amount.Div(money.Int(1).Add(rate)).Mul(rate))
	}
	return p.Amount.Add(p.Amount.Mul(rate)), p.Amount
}

// readQuantity writes how many units of a variant can be sold; nothing for variants that are not counted.
func (f *Flows) readQuantity(ctx context.Context, s *graph.Set, args map[string]any, out [][]byte) error {
	if f.AvailableQuantities == nil {
		return nil
	}
	channel, _ := args[StockContext].(string)
	have, err := f.AvailableQuantities(ctx, channel, keysOf(s))
	if err != nil {
		return err
	}
	for i := range out {
		if counted := s.Text(i, "manage_inventory"); len(counted) > 0 && (counted[0] == 't' || counted[0] == '1') {
			out[i] = money.Int(have[string(s.Text(i, "id"))]).AppendJSON(nil)
		}
	}
	return nil
}
