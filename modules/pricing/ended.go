package pricing

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/money"
)

// EndedListPrices returns the amounts that price sets had in price lists which no longer apply:
// ended, not active or deleted. The amounts are by price set.
func (m *Module) EndedListPrices(ctx context.Context, sets []string, currencyCode string) (map[string][]money.Decimal, error) {
	d, err := m.Prices.Entity().DB()
	if err != nil || len(sets) == 0 {
		return nil, err
	}
	b := &builder{dialect: d.Dialect()}
	b.WriteString("SELECT p.price_set_id, " + b.exact("amount") + " FROM price p JOIN price_list l ON l.id = p.price_list_id WHERE " +
		d.Dialect().InList("p.price_set_id", b.arg(sets)) + " AND p.currency_code = " + b.arg(strings.ToLower(currencyCode)) +
		" AND (l.deleted_at IS NOT NULL OR l.status <> 'active' OR l.ends_at < " + d.Dialect().Now() + ")")
	rows, err := d.Query(ctx, db.Statement{SQL: b.String(), Args: b.args})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]money.Decimal{}
	for rows.Next() {
		amount, err := money.Parse(string(rows.Value(1)))
		if err != nil {
			return nil, err
		}
		set := string(rows.Value(0))
		out[set] = append(out[set], amount)
	}
	return out, rows.Err()
}
