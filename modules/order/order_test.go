package order_test

import (
	"encoding/json"
	"testing"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
)

func fresh() (*order.Module, []module.Entity) {
	m := order.New()
	return m, m.Tables()
}

// placed is an order of 3 at 10 with 25 % tax and 3 off, sent for 5.
func placed(t *testing.T, m *order.Module) order.Order {
	t.Helper()
	o, err := m.Create(t.Context(), order.Order{CurrencyCode: "eur", Status: order.StatusPending, ShippingAddress: &order.Address{},
		Items: []order.LineItem{{Title: "Shirt", UnitPrice: money.Int(10), RequiresShipping: true, Metadata: module.Map{}, Detail: &order.Item{Quantity: money.Int(3)},
			TaxLines: []order.ItemTaxLine{{Code: "vat", Rate: money.Int(25)}}, Adjustments: []order.ItemAdjustment{{Amount: money.Int(3)}}}},
		ShippingMethods: []order.ShippingMethod{{Name: "Post", Amount: money.Int(5)}}})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

type shown struct {
	Total   float64 `json:"total"`
	Tax     float64 `json:"tax_total"`
	Summary struct {
		Pending  float64 `json:"pending_difference"`
		Paid     float64 `json:"paid_total"`
		Original float64 `json:"original_order_total"`
	} `json:"summary"`
	Items []struct {
		Quantity    float64 `json:"quantity"`
		Total       float64 `json:"total"`
		Fulfilled   float64 `json:"fulfilled_total"`
		Refundable  float64 `json:"refundable_total"`
		Adjustments []any   `json:"adjustments"`
		Detail      struct {
			Version   int     `json:"version"`
			Fulfilled float64 `json:"fulfilled_quantity"`
		} `json:"detail"`
	} `json:"items"`
	Methods []struct {
		OrderID string  `json:"order_id"`
		Total   float64 `json:"total"`
	} `json:"shipping_methods"`
}

func show(t *testing.T, m *order.Module, id string) (v shown) {
	t.Helper()
	set, err := graph.Read(t.Context(), graph.Query{Where: graph.Filter{"id": id}, Node: m.Orders.Entity().Plan(false, "id", "total", "tax_total", "summary",
		"items.*", "items.tax_lines.*", "items.adjustments.*", "items.detail.*", "shipping_methods.*", "shipping_methods.tax_lines.*", "shipping_methods.adjustments.*")})
	if err != nil {
		t.Fatal(err)
	}
	b := set.AppendRow(nil, 0)
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return v
}

// Several promotions may make one way of shipping cheaper.
func TestShippingPromotions(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *order.Module) {
		o, err := m.Create(t.Context(), order.Order{CurrencyCode: "eur", ShippingMethods: []order.ShippingMethod{
			{Name: "Post", Amount: money.Int(5), Adjustments: []order.ShippingAdjustment{{Amount: money.Int(1)}, {Amount: money.Int(2)}}}}})
		if err != nil {
			t.Fatal(err)
		}
		if v := show(t, m, o.ID); v.Total != 2 {
			t.Errorf("got %+v", v)
		}
	})
}

// What is shown of an order is its current version, however many came before.
func TestVersions(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *order.Module) {
		created := placed(t, m)
		v := show(t, m, created.ID)
		if v.Total != 38.75 || v.Tax != 6.75 || v.Summary.Pending != 38.75 || len(v.Items) != 1 || v.Items[0].Total != 33.75 || v.Items[0].Quantity != 3 ||
			len(v.Methods) != 1 || v.Methods[0].Total != 5 || v.Methods[0].OrderID != created.ID {
			t.Errorf("placed: %+v", v)
		}
		for n := range 3 {
			o, err := m.Load(t.Context(), created.ID, true)
			if err != nil {
				t.Fatal(err)
			}
			if len(o.Items) != 1 || len(o.ShippingMethods) != 1 || len(o.Items[0].Adjustments) != 1 {
				t.Fatalf("version %d has %+v", o.Version, o)
			}
			o.Items[0].Detail.FulfilledQuantity = money.Int(int64(n + 1))
			if _, err := m.CreateVersion(t.Context(), order.NewVersion{Order: o, Actions: []order.ChangeAction{{Action: "FULFILL_ITEM"}}}); err != nil {
				t.Fatal(err)
			}
		}
		v = show(t, m, created.ID)
		if v.Total != 38.75 || len(v.Items) != 1 || v.Items[0].Detail.Version != 4 || v.Items[0].Detail.Fulfilled != 3 || v.Items[0].Fulfilled != 33.75 ||
			len(v.Items[0].Adjustments) != 1 || len(v.Methods) != 1 || v.Summary.Original != 38.75 {
			t.Errorf("sent: %+v", v)
		}
	})
}

// Money that moves changes what is owed; a credit makes the order cost less.
func TestBook(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *order.Module) {
		created := placed(t, m)
		reference := "capture"
		o, err := m.RecordPayments(t.Context(), order.RecordPaymentsInput{OrderID: created.ID, Transactions: []order.Transaction{{Amount: money.MustParse("38.75"), Reference: &reference}}})
		if err != nil || !o.AmountDue().IsZero() {
			t.Fatalf("after it was paid %v is owed, %v", o.AmountDue(), err)
		}
		o, err = m.RecordPayments(t.Context(), order.RecordPaymentsInput{OrderID: created.ID, Transactions: []order.Transaction{{Amount: money.Int(-8)}}, CreditLines: []order.CreditLine{{Amount: money.Int(8)}}})
		if err != nil || !o.AmountDue().IsZero() {
			t.Fatalf("after a refund %v is owed, %v", o.AmountDue(), err)
		}
		if v := show(t, m, created.ID); v.Total != 30.75 || v.Summary.Paid != 38.75 || v.Summary.Pending != 0 {
			t.Errorf("got %+v", v)
		}
	})
}
