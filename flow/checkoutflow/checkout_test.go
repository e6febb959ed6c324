package checkoutflow_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
)

func each(t *testing.T, run func(*testing.T, *shop)) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		run(t, open(t, d))
	})
}

func (s *shop) left(t *testing.T) string {
	t.Helper()
	return must(s.stock.Levels.List(t.Context(), nil))(t)[0].Available().String()
}

func TestComplete(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for provider, budget := range map[string]int{"pp_system_default": 40, "pp_bank": 59} { // leaving the transaction costs records of the run, and a second look at cart and stock
			id := s.cart(t, 1, provider)
			ctx, counter := db.WithStatementCounter(t.Context())
			orderID := must(s.Complete.Run(ctx, id))(t)
			if n := counter.Count(); n > budget {
				t.Errorf("%s: %d statements:\n%s", provider, n, strings.Join(counter.Statements(), "\n"))
			}
			o := must(s.Order.Load(t.Context(), orderID, false))(t)
			if got := o.Totals().Total; got.String() != "10" || len(o.Items) != 1 || o.DisplayID == 0 || o.OrderSummary == nil {
				t.Errorf("%s: the order is %+v and costs %s", provider, o, got)
			}
			list := must(s.Payment.OrderCollections(t.Context(), orderID))(t)
			if len(list) != 1 || list[0].Status != payment.CollectionAuthorized || len(list[0].Payments) != 1 {
				t.Errorf("%s: paid by %+v", provider, list)
			}
			if second := must(s.Complete.Run(t.Context(), id))(t); second != orderID {
				t.Errorf("%s: completed again it is %s, not %s", provider, second, orderID)
			}
		}
		if got := s.left(t); got != "1" {
			t.Errorf("%s are left", got)
		}
	})
}

// However often and by however many a cart is completed, it becomes one order, and the money is asked for under one key.
func TestCompleteTogether(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		id := s.cart(t, 1, "pp_bank")
		var wait sync.WaitGroup
		orderIDs := make([]string, 50)
		for i := range orderIDs {
			wait.Go(func() {
				var err error
				if orderIDs[i], err = s.Complete.Run(t.Context(), id); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		for _, m := range orderIDs {
			if m != orderIDs[0] || m == "" {
				t.Fatalf("orders %v", orderIDs)
			}
		}
		if n := must(s.Order.Orders.Count(t.Context(), nil))(t); n != 1 || len(s.bank.authorized) != 1 || len(s.bank.canceled) != 0 {
			t.Errorf("%d orders, authorised %v, cancelled %v", n, s.bank.authorized, s.bank.canceled)
		}
	})
}

// Of ten carts that want one unit of three, three get it; what the others were authorised for is given back.
func TestLastUnits(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ids := make([]string, 10)
		for i := range ids {
			ids[i] = s.cart(t, 1, "pp_bank")
		}
		var wait sync.WaitGroup
		var won, lost atomic.Int32
		for _, id := range ids {
			wait.Go(func() {
				switch _, err := s.Complete.Run(t.Context(), id); {
				case err == nil:
					won.Add(1)
				case fault.KindOf(err) == fault.NotAllowed && strings.Contains(fault.Message(err), "Not enough stock"):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := must(s.Order.Orders.Count(t.Context(), nil))(t); won.Load() != 3 || lost.Load() != 7 || n != 3 {
			t.Errorf("%d won, %d lost, %d orders", won.Load(), lost.Load(), n)
		}
		s.givesBack(t, 7)
		if got := s.left(t); got != "0" {
			t.Errorf("%s are left", got)
		}
		if n := must(s.Cart.Cart.Carts.Count(t.Context(), module.Filter{"completed_at": nil}))(t); n != 7 {
			t.Errorf("%d carts are open", n)
		}
	})
}

// A provider that refuses, wants more, or cannot be reached leaves no order and no promise.
func TestRefused(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		id := s.cart(t, 1, "pp_bank")
		s.bank.say = payment.SessionRequiresMore
		if _, err := s.Complete.Run(t.Context(), id); fault.KindOf(err) != fault.PaymentPending {
			t.Errorf("got %v", err)
		}
		if n := must(s.Order.Orders.Count(t.Context(), nil))(t); n != 0 || s.left(t) != "3" {
			t.Errorf("%d orders, %s left", n, s.left(t))
		}
		s.bank.say = payment.SessionAuthorized
		must(s.Complete.Run(t.Context(), id))(t)
		s.bank.say, s.bank.fail = "", fault.New(fault.PaymentFailed, "The card is lost")
		if _, err := s.Complete.Run(t.Context(), s.cart(t, 1, "pp_bank")); fault.Message(err) != "The card is lost" {
			t.Errorf("got %v", err)
		}
		s.bank.say, s.bank.fail = payment.SessionFailed, nil
		if _, err := s.Complete.Run(t.Context(), s.cart(t, 1, "pp_bank")); fault.KindOf(err) != fault.PaymentFailed {
			t.Errorf("got %v", err)
		}
	})
}

// givesBack waits until the bank has been told that n authorisations are not needed.
func (s *shop) givesBack(t *testing.T, n int) {
	t.Helper()
	back := func() int {
		s.bank.mu.Lock()
		defer s.bank.mu.Unlock()
		return len(s.bank.canceled)
	}
	for end := time.Now().Add(10 * time.Second); back() < n && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	if got := back(); got != n {
		t.Errorf("%d authorisations were given back, not %d", got, n)
	}
}

// A provider whose answer is lost is asked again under the same key. If no answer comes at all the buyer may pay in another way, and what may
// have been authorised is given back.
func TestLostAnswer(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		id := s.cart(t, 1, "pp_bank")
		s.bank.fail = errors.New("the line is dead")
		if _, err := s.Complete.Run(t.Context(), id); !errors.Is(err, s.bank.fail) {
			t.Errorf("got %v", err)
		}
		if len(s.bank.authorized) != 1 || slices.Max(slices.Collect(maps.Values(s.bank.authorized))) != 4 {
			t.Errorf("the bank was asked %v", s.bank.authorized)
		}
		s.givesBack(t, 1)
		s.bank.fail = nil
		if _, err := s.Complete.Run(t.Context(), id); fault.KindOf(err) != fault.Invalid {
			t.Errorf("completed by a session that was given up: %v", err)
		}
		col := must(s.Payment.CreateForCart.Run(t.Context(), id))(t)
		must(s.Payment.CreateSession.Run(t.Context(), payment.CreateSessionInput{CollectionID: col, ProviderID: "pp_bank"}))(t)
		must(s.Complete.Run(t.Context(), id))(t)
	})
}
