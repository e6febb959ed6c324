package tax

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
)

func (t *TaxableItem) references() []string {
	if t.ShippingOptionID != "" {
		return []string{"shipping_option:" + t.ShippingOptionID}
	}
	return []string{"product:" + t.ProductID, "product_type:" + t.ProductTypeID}
}

// TaxLines calculates the taxes of a request by the provider of the destination's country. A country
// without a tax region has no taxes. The tables are read with one statement.
func (m *Module) TaxLines(ctx context.Context, r TaxLinesRequest) ([]TaxLine, error) {
	d, err := m.Rates.Entity().DB()
	if err != nil || len(r.Items) == 0 {
		return nil, err
	}
	country, province := strings.ToLower(r.Address.CountryCode), strings.ToLower(r.Address.ProvinceCode)
	rows, err := d.Query(ctx, candidates(d.Dialect(), country, province, r.Items))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	rates, region, err := scan(rows)
	if err != nil || region == nil {
		return nil, err
	}
	p, err := m.providerOf(country, region.provider)
	if err != nil {
		return nil, err
	}
	r.Items = slices.Clone(r.Items)
	for i, t := range r.Items {
		for _, x := range applicable(rates, t) {
			r.Items[i].RateLines = append(r.Items[i].RateLines,
				TaxLine{TaxableID: t.ID, RateID: x.id, Name: x.name, Code: x.code, ProviderID: p.Identifier(), Rate: x.rate})
		}
	}
	return p.Lines(ctx, r)
}

// candidates reads the regions of an address with their default rates and those that have a rule for one of the list.
func candidates(d db.Dialect, country, province string, list []TaxableItem) db.Statement {
	var ids []string
	for i := range list {
		for _, ref := range list[i].references() {
			if _, id, _ := strings.Cut(ref, ":"); id != "" && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return db.Statement{SQL: `SELECT g.id, g.parent_id, g.province_code, r.id, r.rate, r.name, r.code, r.is_default, r.is_combinable, u.reference, u.reference_id, g.provider_id
		FROM tax_region g LEFT JOIN tax_rate r ON r.tax_region_id = g.id AND r.deleted_at IS NULL
		LEFT JOIN tax_rate_rule u ON u.tax_rate_id = r.id AND u.deleted_at IS NULL AND ` + d.InList("u.reference_id", "$1") + `
		WHERE g.deleted_at IS NULL AND g.country_code = $2 AND (g.province_code IS NULL OR g.province_code = $3)
		ORDER BY r.id`, Args: []any{ids, country, province}}
}

// A rate that may apply, and what it has rules for.
type rate struct {
	id, name, code, region, parent string
	rate                           float64
	provincial, isDefault, combine bool
	references                     []string
}

func truth(v []byte) bool { return len(v) > 0 && (v[0] == 't' || v[0] == '1') }

// A countryRegion is the tax region of a whole country.
type countryRegion struct{ provider string }

// scan reads the rates, and the region of the country, which is nil if there is none.
func scan(rows db.Rows) (out []rate, region *countryRegion, err error) {
	for rows.Next() {
		at := func(i int) string { return string(rows.Value(i)) }
		if rows.Value(2) == nil {
			region = &countryRegion{provider: at(11)}
		}
		if rows.Value(3) == nil {
			continue
		}
		if n := len(out); n == 0 || out[n-1].id != at(3) {
			r := rate{id: at(3), name: at(5), code: at(6), region: at(0), parent: at(1), provincial: rows.Value(2) != nil,
				isDefault: truth(rows.Value(7)), combine: truth(rows.Value(8))}
			if rows.Value(4) != nil {
				if r.rate, err = strconv.ParseFloat(at(4), 64); err != nil {
					return nil, nil, err
				}
			}
			out = append(out, r)
		}
		if rows.Value(9) != nil {
			last := &out[len(out)-1]
			last.references = append(last.references, at(9)+":"+at(10))
		}
	}
	return out, region, rows.Err()
}

// applicable are the rate that fits best, and its parent region's if it is combined with that.
func applicable(rates []rate, t TaxableItem) []rate {
	var fit []rate
	for _, r := range rates {
		if r.rank(t) < unfit {
			fit = append(fit, r)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	slices.SortStableFunc(fit, func(a, b rate) int { return a.rank(t) - b.rank(t) })
	best := fit[0]
	if !best.combine || best.parent == "" {
		return fit[:1]
	}
	for _, r := range fit {
		if r.region == best.parent {
			return []rate{best, r}
		}
	}
	return fit[:1]
}

// unfit is the rank of rates that do not apply.
const unfit = 6

// rank orders rates: a province's before its country's, in each those for the very thing first, then for its type, then the default.
func (r *rate) rank(t TaxableItem) int {
	refs := t.references()
	n := unfit
	switch {
	case slices.Contains(r.references, refs[0]):
		n = 0
	case len(refs) > 1 && t.ProductTypeID != "" && slices.Contains(r.references, refs[1]):
		n = 1
	case r.isDefault:
		n = 2
	}
	if n < unfit && !r.provincial {
		n += 3
	}
	return n
}
