package commerce_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/internal/ddl"
)

// ours begins the names of all that Medusa's tables do not have.
const ours = "gorgon_"

// A breach is rows that Medusa's tables take and one of our constraints refuses.
type breach struct {
	rows string // SQL
	key  string // that the commands show
	want string // a query for what the repair leaves
	left string
}

// breaches has one for each of our constraints.
var breaches = map[string]breach{
	"gorgon_inventory_level_reserved": {
		rows: `INSERT INTO inventory_item (id) VALUES ('item');
			INSERT INTO inventory_level (id, inventory_item_id, location_id, stocked_quantity, reserved_quantity) VALUES ('level', 'item', 'here', 10, -3), ('none', 'item', 'there', 10, -1);
			INSERT INTO inventory_level (id, inventory_item_id, location_id, stocked_quantity, reserved_quantity, deleted_at) VALUES ('gone', 'item', 'here', 10, -2, '2026-01-01T00:00:00Z');
			INSERT INTO reservation_item (id, inventory_item_id, location_id, quantity) VALUES ('a', 'item', 'here', 1), ('b', 'item', 'here', 3);
			INSERT INTO reservation_item (id, inventory_item_id, location_id, quantity, deleted_at) VALUES ('c', 'item', 'here', 7, '2026-01-01T00:00:00Z')`,
		key: "level", want: "SELECT id, reserved_quantity FROM inventory_level ORDER BY id", left: "gone 0, level 4, none 0",
	},
	"gorgon_order_item_quantity_check": {
		rows: `INSERT INTO "order" (id, currency_code) VALUES ('order', 'eur');
			INSERT INTO order_line_item (id, title, unit_price, raw_unit_price) VALUES ('line', 'Lamp', 1, '{"value": "1"}');
			INSERT INTO order_item (id, order_id, item_id, version, quantity, raw_quantity, fulfilled_quantity, shipped_quantity, delivered_quantity, raw_delivered_quantity,
				raw_fulfilled_quantity, raw_shipped_quantity, raw_return_requested_quantity, raw_return_received_quantity, raw_return_dismissed_quantity, raw_written_off_quantity,
				return_requested_quantity, return_received_quantity, return_dismissed_quantity, written_off_quantity)
				VALUES ('detail', 'order', 'line', 1, 2, '{}', -1, 2, -4, '{}', '{}', '{}', '{}', '{}', '{}', '{}', 0, 0, 0, 0)`,
		key: "detail", want: "SELECT fulfilled_quantity, shipped_quantity, delivered_quantity FROM order_item", left: "0 2 0",
	},
	"gorgon_order_cart_cart_id_unique": {
		rows: `INSERT INTO "order" (id, currency_code, created_at, canceled_at) VALUES ('canceled', 'eur', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z');
			INSERT INTO "order" (id, currency_code, created_at) VALUES ('first', 'eur', '2026-01-03T00:00:00Z'), ('second', 'eur', '2026-01-04T00:00:00Z'), ('other', 'eur', '2026-01-04T00:00:00Z');
			INSERT INTO order_cart (id, order_id, cart_id) VALUES ('1', 'second', 'cart'), ('2', 'first', 'cart'), ('3', 'canceled', 'cart'), ('4', 'lost', 'cart'), ('5', 'other', 'lone')`,
		key: "cart", want: "SELECT order_id FROM order_cart WHERE deleted_at IS NULL ORDER BY order_id", left: "first, other",
	},
}

// TestRepairs breaks each of our constraints in a database of Medusa's form, and wants it found by doctor, named by db:migrate, and corrected by db:repair.
func TestRepairs(t *testing.T) {
	t.Parallel()
	for _, constraint := range constraintsOfOurs(t) {
		b, ok := breaches[constraint]
		if !ok {
			t.Errorf("nothing shows what becomes of old rows that break %s", constraint)
			continue
		}
		for name, url := range map[string]func(testing.TB) string{"postgres": dbtest.PostgresURL, "sqlite": func(t testing.TB) string {
			return "sqlite:" + filepath.Join(t.TempDir(), "shop.db")
		}} {
			t.Run(constraint+"/"+name, func(t *testing.T) {
				t.Parallel()
				b.test(t, constraint, url(t))
			})
		}
	}
}

func (b breach) test(t *testing.T, constraint, url string) {
	d := dbtest.OpenURL(t, url)
	medusas(t, d)
	if err := d.ExecScript(t.Context(), b.rows); err != nil {
		t.Fatal(err)
	}
	says := func(command string, words ...string) {
		t.Helper()
		out := run(t, url, strings.Fields(command)...)
		for _, w := range words {
			if !strings.Contains(out, w) {
				t.Errorf("%s does not say %q but %s", command, w, out)
			}
		}
	}
	says("doctor", constraint, b.key, "db:repair")
	says("db:migrate", constraint, b.key, "db:repair")
	says("db:repair --dry-run", constraint, b.key)
	says("db:repair", "corrected", constraint)
	says("db:migrate")
	says("db:repair", "No rows break a constraint.")
	says("doctor", "data         ok", "migrations   ok")
	if got := list(t, d, b.want); got != b.left {
		t.Errorf("left: %s, not %s", got, b.left)
	}
}

// run runs a command of the shop's program, and returns all that it says.
func run(t *testing.T, url string, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	app := gorgon.New(gorgon.Config{DatabaseURL: url, JWTSecret: "x", CookieSecret: "x", Log: slog.New(slog.NewTextHandler(&out, nil)), Getenv: func(string) string { return "" }})
	app.Use(commerce.New(app).Plugin())
	app.Run(t.Context(), args, &out, &out)
	return out.String()
}

// list is the answer to a query as text.
func list(t *testing.T, d *db.DB, sql string) string {
	t.Helper()
	rows, err := d.Query(t.Context(), db.Statement{SQL: sql})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var row []string
		for i := range rows.Columns() {
			row = append(row, string(rows.Value(i)))
		}
		out = append(out, strings.Join(row, " "))
	}
	return strings.Join(out, ", ")
}

// medusas makes the tables that Medusa has, as it has them: see TestSchemaIsMedusas.
func medusas(t *testing.T, d *db.DB) {
	t.Helper()
	isOurs := func(p ddl.Part) bool { return strings.HasPrefix(p.Name, ours) }
	var tables []ddl.Table
	for _, table := range ddl.Tables(d.Dialect(), schemaOf(t).Entities()) {
		if !strings.HasPrefix(table.Name, ours) {
			table.Checks, table.Indexes = slices.DeleteFunc(table.Checks, isOurs), slices.DeleteFunc(table.Indexes, isOurs)
			tables = append(tables, table)
		}
	}
	sql, err := ddl.Missing(t.Context(), d, tables)
	if err == nil {
		err = d.ExecScript(t.Context(), ddl.Script(sql))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// constraintsOfOurs are the conditions, unique indexes and foreign keys that Medusa's tables have from us. That all others are Medusa's, TestSchemaIsMedusas shows.
func constraintsOfOurs(t *testing.T) (names []string) {
	t.Helper()
	for _, table := range ddl.Tables(db.Postgres, schemaOf(t).Entities()) {
		if strings.HasPrefix(table.Name, ours) {
			continue
		}
		for _, p := range slices.Concat(table.Checks, table.Foreign, table.Indexes) {
			if strings.HasPrefix(p.Name, ours) && !strings.HasPrefix(p.SQL, "CREATE INDEX") {
				names = append(names, p.Name)
			}
		}
	}
	if len(names) == 0 {
		t.Error("there are no constraints of ours")
	}
	return names
}
