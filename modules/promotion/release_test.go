package promotion_test

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/money"
)

// Release takes back what RegisterUsage counted, for each kind of budget, and nothing below zero.
func TestRelease(t *testing.T) {
	moduletest.EachDatabase(t, func() (*promotion.Module, []module.Entity) {
		m := promotion.New()
		return m, m.Tables()
	}, func(t *testing.T, m *promotion.Module) {
		attribute, eur, limit := "customer_id", "eur", 5
		for _, b := range []promotion.Budget{{Type: "usage"}, {Type: "spend", CurrencyCode: &eur}, {Type: "use_by_attribute", Attribute: &attribute}} {
			c, err := m.CreateCampaigns(t.Context(), []promotion.Campaign{{Name: b.Type, CampaignIdentifier: b.Type, Budget: &b}})
			if err != nil {
				t.Fatal(err)
			}
			p, err := m.Promotions.Create(t.Context(), promotion.Promotion{Code: b.Type, Type: "standard", Status: "active", CampaignID: &c[0].ID, Limit: &limit})
			if err != nil {
				t.Fatal(err)
			}
			uses := promotion.UsageInput{CustomerID: "cus_1", Discounts: []promotion.DiscountUse{{Code: b.Type, Amount: money.Int(7)}, {Code: b.Type, Amount: money.Int(2)}}}
			if err := m.RegisterUsage(t.Context(), uses); err != nil {
				t.Fatal(err)
			}
			if _, err := m.Promotions.Update(t.Context(), module.Filter{"id": p.ID}, module.Set{"status": "inactive"}); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second is one too many
				if err := m.Release(t.Context(), uses); err != nil {
					t.Fatal(err)
				}
				used, err := m.Budgets.Retrieve(t.Context(), c[0].Budget.ID, module.FindOptions{Relations: []string{"usages"}})
				if err != nil || !used.Used.IsZero() || len(used.Usages) > 0 && !used.Usages[0].Used.IsZero() {
					t.Errorf("%s: %+v, %v", b.Type, used, err)
				}
				if p, err = m.Promotions.Retrieve(t.Context(), p.ID); err != nil || p.Used != 0 {
					t.Errorf("%s: the promotion has %d uses, %v", b.Type, p.Used, err)
				}
			}
		}
	})
}
