package shippingflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
)

// pairs reads a statement of two columns.
func (f *Flows) pairs(ctx context.Context, s func(d *db.DB) db.Statement) (out [][2]string, err error) {
	d, err := f.Fulfillment.FulfillmentSets.Entity().DB()
	if err != nil {
		return nil, err
	}
	rows, err := d.Query(ctx, s(d))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		out = append(out, [2]string{string(rows.Value(0)), string(rows.Value(1))})
	}
	return out, rows.Err()
}

// among is the condition that a column is in a list that is one argument.
func among(d *db.DB, arg string) string {
	if d.Dialect() == db.Postgres {
		return "= ANY(" + arg + ")"
	}
	return "IN (SELECT value FROM json_each(" + arg + "))"
}

// providers are those that work for the locations of a zone.
func (f *Flows) providers(ctx context.Context, zone string) (out []string, err error) {
	list, err := f.pairs(ctx, func(*db.DB) db.Statement {
		return db.Statement{SQL: `SELECT p.fulfillment_provider_id, s.stock_location_id FROM service_zone z
			JOIN location_fulfillment_set s ON s.fulfillment_set_id = z.fulfillment_set_id AND s.deleted_at IS NULL
			JOIN location_fulfillment_provider p ON p.stock_location_id = s.stock_location_id AND p.deleted_at IS NULL
			WHERE z.id = $1 AND z.deleted_at IS NULL`, Args: []any{zone}}
	})
	for _, p := range list {
		out = append(out, p[0])
	}
	return out, err
}

// sets are the fulfillment sets of the locations of a sales channel, with the location of each.
func (f *Flows) sets(ctx context.Context, channel string) ([][2]string, error) {
	return f.pairs(ctx, func(*db.DB) db.Statement {
		return db.Statement{SQL: `SELECT s.fulfillment_set_id, s.stock_location_id FROM location_fulfillment_set s
			JOIN sales_channel_stock_location c ON c.stock_location_id = s.stock_location_id AND c.deleted_at IS NULL
			WHERE c.sales_channel_id = $1 AND s.deleted_at IS NULL ORDER BY s.created_at, s.id`, Args: []any{channel}}
	})
}

// priceSets are the price sets of options, by option.
func (f *Flows) priceSets(ctx context.Context, options []string) (map[string]string, error) {
	list, err := f.pairs(ctx, func(d *db.DB) db.Statement {
		return db.Statement{SQL: `SELECT shipping_option_id, price_set_id FROM shipping_option_price_set
			WHERE deleted_at IS NULL AND shipping_option_id ` + among(d, "$1"), Args: []any{options}}
	})
	out := make(map[string]string, len(list))
	for _, p := range list {
		out[p[0]] = p[1]
	}
	return out, err
}
