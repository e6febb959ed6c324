package checkoutflow

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// validate refuses a cart that promises what no longer holds. The refusal says what has changed,
// and the cart is refreshed before, so that the buyer's next look shows what it costs now.
func (f *Flows) validate(ctx workflow.Context, b checkout) error {
	out, err := workflow.Step(ctx, "validate-cart-offers", f.outdated, b)
	if err != nil || len(out.Reasons) == 0 {
		return err
	}
	// External ends the transaction of this workflow, which the refusal rolls back.
	_, err = workflow.Step(ctx, "refresh-outdated-cart", f.Cart.RefreshItems.Run, cartflow.RefreshInput{CartID: b.State.ID, Force: out.Prices}, workflow.External())
	if err != nil {
		return err
	}
	return changed(out)
}

// changed is the error of a cart that is outdated.
func changed(out cartflow.Outdated) error {
	return fault.New(fault.NotAllowed, "The cart has changed: %s Check the cart and complete it again.", strings.Join(out.Reasons, " "))
}

// outdated fails if something of the cart was deleted, and else says what has changed.
func (f *Flows) outdated(ctx context.Context, b checkout) (cartflow.Outdated, error) {
	if err := b.State.CheckVariants(b.Variants); err != nil {
		return cartflow.Outdated{}, err
	}
	return f.Cart.Outdated(ctx, b.State, b.Variants)
}
