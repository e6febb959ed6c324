package money_test

import (
	"encoding/json"
	"fmt"

	"github.com/gorgon-commerce/gorgon/money"
)

// Sums are exact, whatever they are made of.
func ExampleSum() {
	a, b := 0.1, 0.2
	fmt.Println(money.Sum(money.Float(a), money.Float(b)), a+b)
	// Output: 0.3 0.30000000000000004
}

// What somebody has typed may not be an amount.
func ExampleParse() {
	for _, s := range []string{"12.50", "12,50"} {
		amount, err := money.Parse(s)
		fmt.Println(amount, err != nil)
	}
	// Output:
	// 12.5 false
	// 0 true
}

// A share is rounded where it is shown, halves away from zero, and not before.
func ExampleDecimal_Round() {
	share := money.Int(10).Div(money.Int(3))
	fmt.Println(share, share.Round(2), share.Mul(money.Int(3)).Round(2), money.MustParse("-2.5").Round(0))
	// Output: 3.33333333333333333333 3.33 10 -3
}

// JSON has amounts as numbers, and reads them from numbers and texts.
func ExampleDecimal_MarshalJSON() {
	var in struct{ Price, Fee money.Decimal }
	_ = json.Unmarshal([]byte(`{"price": 19.90, "fee": "0.05"}`), &in)
	out, _ := json.Marshal(in.Price.Add(in.Fee))
	fmt.Println(string(out))
	// Output: 19.95
}
