package checkoutflow_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/flow/paymentflow"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/proctest"
)

func TestMain(m *testing.M) {
	if !proctest.Child() {
		os.Exit(m.Run())
	}
	if err := sell(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// sell completes carts and captures their payments until the process is killed.
func sell(ctx context.Context) error {
	d, err := db.Open(ctx, os.Getenv("URL"))
	if err != nil {
		return err
	}
	slog.SetDefault(slog.New(slog.DiscardHandler))
	s, parts := assemble(newTeller(os.Getenv("BANK")))
	var list []*graph.Entity
	for _, e := range parts {
		list = append(list, e.Entity())
	}
	schema, err := graph.NewSchema(list)
	if err != nil {
		return err
	}
	schema.Bind(d)
	e := s.engine(d)
	for range 4 {
		go func() {
			for {
				if !s.turn(ctx, d) {
					time.Sleep(20 * time.Millisecond)
				}
			}
		}()
	}
	return e.Run(ctx)
}

// turn completes some open cart, and captures some payment. What becomes of it is for the test to see.
func (s *shop) turn(ctx context.Context, d *db.DB) bool {
	var cart, owed string
	open, err := db.QueryRow(ctx, d, db.Statement{SQL: "SELECT id FROM cart WHERE completed_at IS NULL ORDER BY random() LIMIT 1"}, &cart)
	if err == nil && open {
		_, _ = s.Complete.Run(ctx, cart)
	}
	due, err := db.QueryRow(ctx, d, db.Statement{SQL: "SELECT id FROM payment WHERE captured_at IS NULL ORDER BY random() LIMIT 1"}, &owed)
	if err == nil && due {
		_, _ = s.Payment.Capture.Run(ctx, paymentflow.CaptureInput{PaymentID: owed})
	}
	return open || due
}

// TestStorm lets processes, three on PostgreSQL and one on SQLite, sell more than there is, at a moody bank, while one after the other is killed.
// GORGON_SOAK says for how long, such as 60s.
func TestStorm(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		storm(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"), 1)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		storm(t, dbtest.PostgresURL(t), 3)
	})
}

func storm(t *testing.T, url string, processes int) {
	carts, last := 60, 4*time.Second
	if d, err := time.ParseDuration(os.Getenv("GORGON_SOAK")); err == nil {
		carts, last = int(d.Seconds()*20), d
	}
	d, bank := dbtest.OpenURL(t, url), newVault(t)
	s, parts := assemble(newTeller(bank.URL))
	s.migrate(t, d, parts)
	e := s.engine(d)
	s.seed(t, d, int64(carts*3/4))
	bank.moody = true
	stop := proctest.KillRandomly(t, processes, "URL="+url, "BANK="+bank.URL)
	started := time.Now()
	for i := range carts {
		s.cart(t, 1, []string{"pp_bank", "pp_bank", "pp_system_default"}[i%3])
		time.Sleep(time.Until(started.Add(last * time.Duration(i+1) / time.Duration(carts))))
	}
	kills := stop()
	bank.mu.Lock()
	bank.moody = false
	bank.mu.Unlock()
	work(t, e)
	s.closing(t, d)
	s.audit(t, d, bank)
	t.Logf("%d carts, %d kills, %d requests to the bank, %s orders, %s reverted runs", carts, kills, bank.requests, text(t, d, `SELECT count(*) FROM "order"`),
		text(t, d, "SELECT count(*) FROM gorgon_run WHERE state = 'reverted'"))
}

// closing sells what can still be sold, and waits for all that goes on.
func (s *shop) closing(t *testing.T, d *db.DB) {
	t.Helper()
	var wait sync.WaitGroup
	each := func(sql string, do func(id string)) {
		for _, id := range strings.Fields(text(t, d, sql)) {
			wait.Go(func() { do(id) })
		}
		wait.Wait()
	}
	quiet := func() {
		for end := time.Now().Add(2 * time.Minute); text(t, d, "SELECT id FROM gorgon_run WHERE wake_at IS NOT NULL") != ""; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("runs are stuck: ", text(t, d, "SELECT id || workflow_id || state FROM gorgon_run WHERE wake_at IS NOT NULL"))
			}
		}
	}
	quiet()
	each("SELECT id FROM cart WHERE completed_at IS NULL", func(id string) { _, _ = s.Complete.Run(t.Context(), id) })
	each("SELECT id FROM payment WHERE captured_at IS NULL", func(id string) {
		if _, err := s.Payment.Capture.Run(t.Context(), paymentflow.CaptureInput{PaymentID: id}); err != nil {
			t.Error(err)
		}
	})
	quiet()
}

// audit compares the shop's books with the bank's.
func (s *shop) audit(t *testing.T, d *db.DB, bank *vault) {
	t.Helper()
	same := func(name, sql, other string) {
		t.Helper()
		if a, b := text(t, d, sql), text(t, d, other); a != b {
			t.Errorf("%s: %s and %s", name, a, b)
		}
	}
	orders := `SELECT count(*) FROM "order"`
	for name, sql := range map[string]string{
		"completed carts": "SELECT count(*) FROM cart WHERE completed_at IS NOT NULL",
		"carts of orders": "SELECT count(DISTINCT cart_id) FROM order_cart",
		"payments":        "SELECT count(*) FROM payment WHERE captured_at IS NOT NULL AND canceled_at IS NULL AND amount = 10",
		"captures":        "SELECT count(*) FROM capture WHERE deleted_at IS NULL AND amount = 10 AND metadata IS NULL",
		"collections":     "SELECT count(DISTINCT payment_collection_id) FROM order_payment_collection",
		"paid":            "SELECT count(*) FROM payment_collection WHERE status = 'completed' AND captured_amount = 10",
		"transactions":    "SELECT count(*) FROM order_transaction WHERE amount = 10",
		"lines":           "SELECT count(*) FROM order_line_item",
		"reservations":    "SELECT count(DISTINCT line_item_id) FROM reservation_item",
		"placed":          "SELECT count(*) FROM gorgon_event WHERE name = 'order.placed'",
		"captured":        "SELECT count(*) FROM gorgon_event WHERE name = 'payment.captured'",
	} {
		same(name, orders, sql)
	}
	same("stock", "SELECT sum(CAST(quantity AS integer)) FROM reservation_item", "SELECT CAST(reserved_quantity AS integer) FROM inventory_level WHERE reserved_quantity <= stocked_quantity")
	if bad := text(t, d, "SELECT workflow_id || ' ' || state FROM gorgon_run WHERE state IN ('failed', 'blocked')"); bad != "" {
		t.Error("runs need help: ", bad)
	}
	s.balance(t, d, bank)
}

// balance wants each session at the bank paid by an order, or given back.
func (s *shop) balance(t *testing.T, d *db.DB, bank *vault) {
	t.Helper()
	paid := map[string]bool{}
	for _, id := range strings.Fields(text(t, d, "SELECT payment_session_id FROM payment WHERE provider_id = 'pp_bank'")) {
		paid[id] = true
	}
	bank.mu.Lock()
	defer bank.mu.Unlock()
	for id, x := range bank.accounts {
		switch good := x.Authorized && !x.Canceled && x.Captures == 1 && x.Captured.String() == "10" && x.Refunded.Sign() == 0; {
		case paid[id] && !good:
			t.Errorf("%s has an order, and at the bank %+v", id, x)
		case !paid[id] && (x.Captures > 0 || x.Authorized && !x.Canceled):
			t.Errorf("%s has no order, and at the bank %+v", id, x)
		}
		delete(paid, id)
	}
	if len(paid) > 0 {
		t.Errorf("the bank does not know %v", paid)
	}
}

// text is what a query finds, a row after the other.
func text(t *testing.T, d *db.DB, sql string) string {
	t.Helper()
	rows, err := d.Query(t.Context(), db.Statement{SQL: sql})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		list = append(list, string(rows.Value(0)))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, " ")
}
