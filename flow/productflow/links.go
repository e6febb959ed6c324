package productflow

import (
	"context"
	"strconv"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/id"
)

// A tie is the table of a link from products or variants to records of another module. It is written for many at once.
type tie struct{ table, near, far, prefix string }

var (
	channels = tie{"product_sales_channel", "product_id", "sales_channel_id", "prodsc"}
	profiles = tie{"product_shipping_profile", "product_id", "shipping_profile_id", "prodsp"}
	priceSet = tie{"product_variant_price_set", "variant_id", "price_set_id", "pvps"}
	items    = tie{"product_variant_inventory_item", "variant_id", "inventory_item_id", "pvitem"}
)

// A pair is one link. Quantity is of links that have one.
type pair struct {
	near, far string
	quantity  float64
}

func (f *Flows) db() (*db.DB, error) { return f.Product.Products.Entity().DB() }

// attach makes links; those that there are already stay, those that were removed come back.
func (f *Flows) attach(ctx context.Context, t tie, pairs []pair) error {
	d, err := f.db()
	if err != nil || len(pairs) == 0 {
		return err
	}
	s := db.Statement{}
	arg := func(v any) string {
		s.Args = append(s.Args, v)
		return "$" + strconv.Itoa(len(s.Args))
	}
	columns, update := "id, "+t.near+", "+t.far+", created_at, updated_at", "deleted_at = NULL, updated_at = excluded.updated_at"
	if t == items {
		columns, update = columns+", required_quantity", update+", required_quantity = excluded.required_quantity"
	}
	seen := make(map[[2]string]bool, len(pairs))
	var rows []string
	for _, p := range pairs {
		if key := [2]string{p.near, p.far}; seen[key] {
			continue
		} else {
			seen[key] = true
		}
		now := db.Now()
		values := []string{arg(id.New(t.prefix)), arg(p.near), arg(p.far), arg(now), arg(now)}
		if t == items {
			values = append(values, arg(p.quantity))
		}
		rows = append(rows, "("+strings.Join(values, ", ")+")")
	}
	s.SQL = "INSERT INTO " + t.table + " (" + columns + ") VALUES " + strings.Join(rows, ", ") +
		" ON CONFLICT (" + t.near + ", " + t.far + ") DO UPDATE SET " + update
	_, err = d.Exec(ctx, s)
	return err
}

// pairs reads the links from any of ids.
func (f *Flows) pairs(ctx context.Context, t tie, column string, ids []string) (out []pair, err error) {
	d, err := f.db()
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := d.Query(ctx, db.Statement{
		SQL:  "SELECT " + t.near + ", " + t.far + " FROM " + t.table + " WHERE " + d.Dialect().InList(column, "$1") + " AND deleted_at IS NULL ORDER BY created_at, id",
		Args: []any{ids},
	})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		out = append(out, pair{near: string(rows.Value(0)), far: string(rows.Value(1))})
	}
	return out, rows.Err()
}

// detach removes the links from any of ids, and of these only to others when there are any.
func (f *Flows) detach(ctx context.Context, t tie, ids []string, others ...string) error {
	d, err := f.db()
	if err != nil || len(ids) == 0 {
		return err
	}
	s := db.Statement{SQL: "UPDATE " + t.table + " SET deleted_at = $1 WHERE " + d.Dialect().InList(t.near, "$2") + " AND deleted_at IS NULL", Args: []any{db.Now(), ids}}
	if len(others) > 0 {
		s.SQL, s.Args = s.SQL+" AND "+d.Dialect().InList(t.far, "$3"), append(s.Args, others)
	}
	_, err = d.Exec(ctx, s)
	return err
}

func fars(list []pair) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.far
	}
	return out
}
