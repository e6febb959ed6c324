package manual_test

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/provider/fulfillment/manual"
)

func TestManual(t *testing.T) {
	t.Parallel()
	id := "manual_manual"
	m := fulfillment.New(fulfillment.Provide("manual", manual.Provider{}))
	for _, back := range []bool{false, true} {
		if _, err := m.CallProvider(t.Context(), fulfillment.Fulfillment{ProviderID: &id}, nil, back); err != nil {
			t.Error(err)
		}
	}
	p, err := m.Providers.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := p.(fulfillment.PriceCalculator); ok {
		t.Error("it has no prices")
	}
	if list, err := p.FulfillmentOptions(t.Context()); err != nil || len(list) != 2 || list[1]["is_return"] != true {
		t.Errorf("got %v %v", list, err)
	}
}
