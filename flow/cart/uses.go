package cart

import "github.com/gorgon-commerce/gorgon/modules/promotion"

// PromotionUses lists the discounts of the cart. Completing the cart counts them against limits and
// budgets of promotions; canceling its order gives them back.
func (s *State) PromotionUses() promotion.Uses {
	u := promotion.Uses{CustomerID: deref(s.CustomerID), CustomerEmail: deref(s.Email)}
	for _, l := range s.Items {
		for _, a := range l.Adjustments {
			u.List = append(u.List, promotion.Use{Code: deref(a.Code), Amount: a.Amount})
		}
	}
	for _, m := range s.ShippingMethods {
		for _, a := range m.Adjustments {
			u.List = append(u.List, promotion.Use{Code: deref(a.Code), Amount: a.Amount})
		}
	}
	return u
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
