package pricing

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Context is what prices are found by: who buys, where, in what currency.
type Context struct {
	CurrencyCode     string
	Quantity         *money.Decimal           // nil: the price of the first
	TextAttributes   map[string][]string      // attribute of rules → its values: "region_id", "customer.groups.id"
	NumberAttributes map[string]money.Decimal // attribute of rules that compare: "item_total"
}

// With returns the context with values of one more attribute; empty ones are left out.
func (c Context) With(attribute string, values ...string) Context {
	texts := make(map[string][]string, len(c.TextAttributes)+1)
	for k, v := range c.TextAttributes {
		texts[k] = v
	}
	for _, v := range values {
		if v != "" {
			texts[attribute] = append(texts[attribute], v)
		}
	}
	c.TextAttributes = texts
	return c
}

// RegionID is the region of the context, if there is one.
func (c Context) RegionID() string {
	if v := c.TextAttributes["region_id"]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// A SelectedPrice is a price that holds in a context.
type SelectedPrice struct {
	ID                       string
	Amount                   money.Decimal
	ListID, ListType         string // of its price list, if it is in one
	MinQuantity, MaxQuantity *money.Decimal
	TaxInclusive             bool
}

// A CalculatedPrice is what a price set costs in a context: Price now, and OriginalPrice without a sale. Original is nil when there is a sale
// price alone.
type CalculatedPrice struct {
	SetID, CurrencyCode string
	Price               SelectedPrice
	OriginalPrice       *SelectedPrice
}

// A PriceSetLink is the table that ties what has a price to its price set, and the column that holds the key of what has it.
type PriceSetLink struct{ Table, Column string }

// Calculate finds what price sets cost in a context. A set without a price that holds there is not in the result. It takes one round trip
// however many sets there are.
func (m *Module) Calculate(ctx context.Context, sets []string, c Context) (map[string]*CalculatedPrice, error) {
	return m.CalculateFor(ctx, PriceSetLink{}, sets, c)
}

// CalculateFor is Calculate for things that are tied to price sets, by their keys; in the same one round trip.
func (m *Module) CalculateFor(ctx context.Context, of PriceSetLink, keys []string, c Context) (map[string]*CalculatedPrice, error) {
	if c.CurrencyCode == "" {
		return nil, fault.New(fault.Invalid, "Method calculatePrices requires currency_code in the pricing context")
	}
	out := make(map[string]*CalculatedPrice, len(keys))
	if len(keys) == 0 {
		return out, nil
	}
	d, err := m.Prices.Entity().DB()
	if err != nil {
		return nil, err
	}
	var found []candidate
	var prefs preferences
	region := c.RegionID()
	statements := []db.Statement{c.statement(d.Dialect(), of, keys), preferencesOf(region, c.CurrencyCode)}
	err = d.Batch(ctx, statements, func(i int, rows db.Rows) error {
		if i == 0 {
			return scanCandidates(rows, &found)
		}
		return prefs.scan(rows, region, c.CurrencyCode)
	})
	if err != nil {
		return nil, err
	}
	for len(found) > 0 {
		n := 1
		for n < len(found) && found[n].key == found[0].key {
			n++
		}
		out[found[0].key] = choose(found[:n], prefs)
		found = found[n:]
	}
	return out, nil
}

// A candidate is a price that holds in a context.
type candidate struct {
	SelectedPrice
	key, setID, currency string
	regional             bool // it has a rule for the context's region
}

// choose picks among the prices of one set, which come best first: those of price lists before others, more rules before fewer, then the cheaper.
// An override is taken as it is, a sale only when it is not dearer than the price without it.
func choose(list []candidate, prefs preferences) *CalculatedPrice {
	var listed, plain, original *candidate
	for i := range list {
		p := &list[i]
		p.TaxInclusive = prefs.inclusive(p.regional)
		switch {
		case p.ListID == "":
			plain = first(plain, p)
		default:
			listed = first(listed, p)
			if p.ListType != ListTypeSale {
				original = first(original, p)
			}
		}
	}
	original = first(original, plain)
	price := plain
	switch {
	case listed == nil:
	case listed.ListType == ListTypeOverride:
		price, original = listed, listed
	case plain == nil || plain.Amount.IsZero() || listed.Amount.IsZero() || !plain.Amount.Less(listed.Amount):
		price = listed
	}
	out := &CalculatedPrice{SetID: price.setID, CurrencyCode: price.currency, Price: price.SelectedPrice}
	if original != nil {
		out.OriginalPrice = &original.SelectedPrice
	}
	return out
}

func first(have, other *candidate) *candidate {
	if have != nil {
		return have
	}
	return other
}

// preferences say whether prices are meant with tax: by the region for prices of that region, else by the currency.
type preferences struct{ region, currency *bool }

func (p preferences) inclusive(regional bool) bool {
	switch {
	case regional && p.region != nil:
		return *p.region
	case p.currency != nil:
		return *p.currency
	}
	return false
}

func preferencesOf(region, currency string) db.Statement {
	return db.Statement{
		SQL: `SELECT attribute, value, is_tax_inclusive FROM price_preference WHERE deleted_at IS NULL AND
			(attribute = 'region_id' AND value = $1 OR attribute = 'currency_code' AND value = $2)`,
		Args: []any{region, currency},
	}
}

func (p *preferences) scan(rows db.Rows, region, currency string) error {
	for rows.Next() {
		var attribute, value string
		var inclusive bool
		if err := db.Scan(rows, &attribute, &value, &inclusive); err != nil {
			return err
		}
		switch {
		case attribute == "region_id" && value == region:
			p.region = &inclusive
		case attribute == "currency_code" && value == strings.ToLower(currency):
			p.currency = &inclusive
		}
	}
	return rows.Err()
}

func scanCandidates(rows db.Rows, out *[]candidate) error {
	for rows.Next() {
		c := candidate{setID: string(rows.Value(1)), currency: string(rows.Value(2)), regional: len(rows.Value(8)) > 0 && rows.Value(8)[0] != '0', key: string(rows.Value(9))}
		c.ID, c.ListID, c.ListType = string(rows.Value(0)), string(rows.Value(6)), string(rows.Value(7))
		var err error
		if c.Amount, err = money.Parse(string(rows.Value(3))); err != nil {
			return err
		}
		if c.MinQuantity, err = quantity(rows.Value(4)); err != nil {
			return err
		}
		if c.MaxQuantity, err = quantity(rows.Value(5)); err != nil {
			return err
		}
		*out = append(*out, c)
	}
	return rows.Err()
}

// quantity reads a bound. None is the same as zero on the wire.
func quantity(v []byte) (*money.Decimal, error) {
	if v == nil {
		return nil, nil
	}
	n, err := money.Parse(string(v))
	if err != nil || n.IsZero() {
		return nil, err
	}
	return &n, nil
}

// A statement under construction.
type builder struct {
	strings.Builder
	dialect db.Dialect
	args    []any
}

func (b *builder) arg(v any) string {
	b.args = append(b.args, v)
	return "$" + strconv.Itoa(len(b.args))
}

// number is a placeholder for an exact number.
func (b *builder) number(m money.Decimal) string {
	if b.dialect == db.Postgres {
		return b.arg(m.String()) + "::numeric"
	}
	return "CAST(" + b.arg(m.String()) + " AS NUMERIC)"
}

// exact reads a decimal without loss: SQLite's own numbers are floats.
func (b *builder) exact(column string) string {
	if b.dialect == db.Postgres {
		return "p." + column
	}
	return "coalesce(p.raw_" + column + " ->> '$.value', p." + column + ")"
}

// statement selects the prices that hold, best first in each set.
func (c Context) statement(d db.Dialect, of PriceSetLink, keys []string) db.Statement {
	b := &builder{dialect: d}
	key, from := "p.price_set_id", "price p"
	if of.Table != "" {
		key, from = "t."+of.Column, of.Table+" t JOIN price p ON p.price_set_id = t.price_set_id"
	}
	b.WriteString("SELECT p.id, p.price_set_id, p.currency_code, " + b.exact("amount") + ", " + b.exact("min_quantity") + ", " + b.exact("max_quantity") +
		", p.price_list_id, l.type, ")
	b.WriteString("CASE WHEN p.rules_count > 0 AND EXISTS (SELECT 1 FROM price_rule r WHERE r.price_id = p.id AND r.deleted_at IS NULL" +
		" AND r.attribute = 'region_id' AND r.value = " + b.arg(c.RegionID()) + ") THEN 1 ELSE 0 END, " + key)
	b.WriteString(" FROM " + from + " LEFT JOIN price_list l ON l.id = p.price_list_id AND l.status = 'active' AND l.deleted_at IS NULL" +
		" AND (l.starts_at IS NULL OR l.starts_at <= " + d.Now() + ") AND (l.ends_at IS NULL OR l.ends_at >= " + d.Now() + ")")
	currency := "p.currency_code"
	if d == db.SQLite {
		currency = "+" + currency // most prices have it: its index must not be what SQLite begins with
	}
	b.WriteString(" WHERE " + d.InList(key, b.arg(keys)) + " AND " + currency + " = " + b.arg(strings.ToLower(c.CurrencyCode)) + " AND p.deleted_at IS NULL")
	if of.Table != "" {
		b.WriteString(" AND t.deleted_at IS NULL")
	}
	c.quantities(b)
	pairs := c.pairs()
	b.WriteString(" AND (coalesce(p.rules_count, 0) = 0 OR p.rules_count = (SELECT count(*) FROM price_rule r WHERE r.price_id = p.id AND r.deleted_at IS NULL AND (")
	c.rules(b, pairs)
	b.WriteString("))) AND (p.price_list_id IS NULL OR l.id IS NOT NULL AND (coalesce(l.rules_count, 0) = 0 OR l.rules_count = (")
	c.listRules(b, pairs)
	b.WriteString("))) ORDER BY " + key + ", CASE WHEN p.price_list_id IS NULL THEN 1 ELSE 0 END," +
		" coalesce(p.rules_count, 0) + coalesce(l.rules_count, 0) DESC, p.amount, p.id")
	return db.Statement{SQL: b.String(), Args: b.args}
}

func (c Context) quantities(b *builder) {
	if c.Quantity == nil {
		b.WriteString(" AND (p.min_quantity IS NULL OR p.min_quantity <= 1)")
		return
	}
	b.WriteString(" AND (p.min_quantity IS NULL OR p.min_quantity <= " + b.number(*c.Quantity) + ")")
	b.WriteString(" AND (p.max_quantity IS NULL OR p.max_quantity >= " + b.number(*c.Quantity) + ")")
}

// separator stands between attribute and value where both are compared as one text.
const separator = "\x1f"

// pairs are all values of the context, each with its attribute.
func (c Context) pairs() []string {
	out := []string{}
	for attribute, values := range c.TextAttributes {
		for _, v := range values {
			out = append(out, attribute+separator+v)
		}
	}
	for attribute, n := range c.NumberAttributes {
		out = append(out, attribute+separator+n.String())
	}
	return out
}

func (b *builder) joined(attribute, value string) string {
	if b.dialect == db.Postgres {
		return attribute + " || chr(31) || " + value
	}
	return attribute + " || char(31) || " + value
}

// rules writes that a rule r holds. What is compared as a number must be one; a rule whose value is none does not hold.
func (c Context) rules(b *builder, pairs []string) {
	b.WriteString(b.dialect.InList(b.joined("r.attribute", "r.value"), b.arg(pairs)))
	if len(c.NumberAttributes) > 0 {
		b.WriteString(" AND r.operator = 'eq'")
	}
	for _, attribute := range slices.Sorted(maps.Keys(c.NumberAttributes)) {
		n := c.NumberAttributes[attribute]
		value := "CASE WHEN r.value ~ '^-?[0-9]+([.][0-9]+)?$' THEN r.value::numeric END"
		if b.dialect == db.SQLite {
			value = "CAST(r.value AS NUMERIC)"
		}
		b.WriteString(" OR r.attribute = " + b.arg(attribute) + " AND CASE r.operator")
		for _, op := range []string{"gt", "gte", "lt", "lte"} {
			b.WriteString(" WHEN '" + op + "' THEN " + b.number(n) + map[string]string{"gt": " > ", "gte": " >= ", "lt": " < ", "lte": " <= "}[op] + value)
		}
		b.WriteString(" END")
	}
}

// listRules counts the rules of list l that hold: one of the values that a rule names is the context's.
func (c Context) listRules(b *builder, pairs []string) {
	each := "json_each(r.value) v"
	value := "v.value"
	if b.dialect == db.Postgres {
		each = "jsonb_array_elements_text(CASE WHEN jsonb_typeof(r.value) = 'array' THEN r.value ELSE jsonb_build_array(r.value) END) v(value)"
	}
	b.WriteString("SELECT count(*) FROM price_list_rule r WHERE r.price_list_id = l.id AND r.deleted_at IS NULL AND EXISTS (SELECT 1 FROM " + each +
		" WHERE " + b.dialect.InList(b.joined("r.attribute", value), b.arg(pairs)) + ")")
}
