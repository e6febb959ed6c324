package commerce_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"pgregory.net/rapid"

	"github.com/gorgon-commerce/gorgon/gorgontest"
)

type object = map[string]any

const warehouse = 1_000_000

// A ledger is what a test expects of orders of lamps, which cost 10 and 5 to send, before taxes of 20 %.
type ledger struct {
	t     *rapid.T
	shop  *gorgontest.Shop
	goods gorgontest.ProductFixture

	order               string
	ordered             int // lamps
	sent, coming, back  int // of them
	paid                float64
	sentAll, orderedAll int // of all orders that were made before
	backAll             int
}

type shown struct {
	Order struct {
		Total   float64
		Summary struct {
			Paid       float64 `json:"paid_total"`
			Difference float64 `json:"pending_difference"`
			Current    float64 `json:"current_order_total"`
		}
		Items []struct {
			ID       string
			Quantity int
			Detail   struct {
				Quantity  int
				Fulfilled int `json:"fulfilled_quantity"`
				Requested int `json:"return_requested_quantity"`
				Received  int `json:"return_received_quantity"`
			}
		}
		Payments []struct {
			ID, Status string
			Amount     float64
			Payments   []struct{ ID string }
		} `json:"payment_collections"`
	}
}

func (l *ledger) look() (s shown) {
	l.ask("GET", "/admin/orders/"+l.order+"?fields=*payment_collections.payments,*items.detail", nil, &s)
	return s
}

// ask sends a request that has to succeed.
func (l *ledger) ask(method, path string, body, into any) {
	a := l.shop.Admin.Do(method, path, body)
	if a.Status != 200 {
		l.t.Fatalf("%s %s %v got %d %s", method, path, body, a.Status, a.Body)
	}
	if err := json.Unmarshal(a.Body, into); err != nil {
		l.t.Fatal(err)
	}
}

// post returns the id of the record under name.
func (l *ledger) post(name, path string, body any) string {
	var answer map[string]any
	l.ask("POST", path, body, &answer)
	record, _ := answer[name].(object)
	id, _ := record["id"].(string)
	return id
}

func (l *ledger) line() (id string) {
	return l.look().Order.Items[0].ID
}

func (l *ledger) buy() {
	l.orderedAll, l.sentAll, l.backAll = l.orderedAll+l.ordered, l.sentAll+l.sent, l.backAll+l.back
	l.ordered, l.sent, l.coming, l.back, l.paid = rapid.IntRange(1, 5).Draw(l.t, "lamps"), 0, 0, 0, 0
	l.order = l.shop.PlaceOrder(l.goods, l.ordered)
}

// edit changes how many lamps are ordered, or thinks better of it.
func (l *ledger) edit(*rapid.T) {
	more, keep := rapid.IntRange(1, 3).Draw(l.t, "more"), rapid.Bool().Draw(l.t, "confirmed")
	l.post("order_change", "/admin/order-edits", object{"order_id": l.order})
	l.post("", "/admin/order-edits/"+l.order+"/items/item/"+l.line(), object{"quantity": l.ordered + more})
	if !keep {
		l.ask("DELETE", "/admin/order-edits/"+l.order, nil, &object{})
		return
	}
	l.post("", "/admin/order-edits/"+l.order+"/confirm", object{})
	l.ordered += more
}

// send fulfils some of what is ordered and not sent.
func (l *ledger) send(*rapid.T) {
	if l.sent == l.ordered {
		l.t.Skip("all is sent")
	}
	n := rapid.IntRange(1, l.ordered-l.sent).Draw(l.t, "sent")
	l.post("", "/admin/orders/"+l.order+"/fulfillments", object{"location_id": l.goods.LocationID, "items": []object{{"id": l.line(), "quantity": n}}})
	l.sent += n
}

// giveBack asks for some of what was sent, and gets it or not.
func (l *ledger) giveBack(*rapid.T) {
	if l.sent == l.coming+l.back {
		l.t.Skip("nothing can come back")
	}
	n := rapid.IntRange(1, l.sent-l.coming-l.back).Draw(l.t, "back")
	id := l.post("return", "/admin/returns", object{"order_id": l.order, "location_id": l.goods.LocationID})
	l.post("", "/admin/returns/"+id+"/request-items", object{"items": []object{{"id": l.line(), "quantity": n}}})
	switch rapid.IntRange(0, 2).Draw(l.t, "end") {
	case 0:
		l.ask("DELETE", "/admin/returns/"+id+"/request", nil, &object{})
		return
	case 1:
		l.post("", "/admin/returns/"+id+"/request", object{})
		l.coming += n
		return
	}
	l.post("", "/admin/returns/"+id+"/request", object{})
	l.post("", "/admin/returns/"+id+"/receive", object{})
	l.post("", "/admin/returns/"+id+"/receive-items", object{"items": []object{{"id": l.line(), "quantity": n}}})
	l.post("", "/admin/returns/"+id+"/receive/confirm", object{})
	l.back += n
}

// pay takes what was authorised when the order was made, and what edits have added.
func (l *ledger) pay(*rapid.T) {
	for _, c := range l.look().Order.Payments {
		switch c.Status {
		case "authorized":
			l.post("", "/admin/payments/"+c.Payments[0].ID+"/capture", object{})
		case "not_paid":
			l.post("", "/admin/payment-collections/"+c.ID+"/mark-as-paid", object{"order_id": l.order})
		default:
			continue
		}
		l.paid += c.Amount
	}
}

// check holds the order and the warehouse against the ledger.
func (l *ledger) check(*rapid.T) {
	s := l.look().Order
	price := func(lamps int) float64 { return float64(lamps*10+5) * 12 / 10 }
	d := s.Items[0].Detail
	got := fmt.Sprint(d.Quantity, d.Fulfilled, d.Requested, d.Received, s.Summary.Paid, s.Summary.Current, s.Summary.Difference)
	want := fmt.Sprint(l.ordered, l.sent, l.coming, l.back, l.paid, price(l.ordered-l.back), price(l.ordered-l.back-l.coming)-l.paid) // what is on its way back is not owed any more
	if got != want {
		l.t.Errorf("the order has %s, want %s", got, want)
	}
	levels, err := l.shop.Inventory.Levels.List(l.shop.Context(), nil)
	if err != nil || len(levels) != 1 {
		l.t.Fatal(levels, err)
	}
	stocked, reserved := warehouse-l.sentAll-l.sent+l.backAll+l.back, l.orderedAll+l.ordered-l.sentAll-l.sent
	if got, want := fmt.Sprint(levels[0].StockedQuantity, levels[0].ReservedQuantity), fmt.Sprint(stocked, reserved); got != want {
		l.t.Errorf("the warehouse has %s, want %s", got, want)
	}
}

// Whatever is done to orders after they were made, money and stock add up.
func TestChangesAddUp(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
		l := &ledger{shop: shop, goods: shop.AddProduct(warehouse)}
		left := 10 // orders; make soak wants all that rapid does
		rapid.Check(t, func(rt *rapid.T) {
			if left--; left < 0 && os.Getenv("GORGON_SOAK") == "" {
				return
			}
			l.t = rt
			l.buy()
			rt.Repeat(map[string]func(*rapid.T){"edit": l.edit, "send": l.send, "return": l.giveBack, "pay": l.pay, "": l.check})
		})
	})
}
