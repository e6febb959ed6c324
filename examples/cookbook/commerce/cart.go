package commerce

import (
	"context"

	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Desk does things with the carts and orders of a shop.
type Desk struct{ shop *commerce.Shop }

// NewDesk returns the desk of a shop.
func NewDesk(shop *commerce.Shop) *Desk { return &Desk{shop} }

// Promote applies a promotion to the items and shipping methods of a cart.
func (d *Desk) Promote(ctx context.Context, cartID, code string) (*cartflow.State, error) {
	return d.shop.CartFlows.UpdateCodes.Run(ctx, cartflow.UpdateCodesInput{CartID: cartID, Codes: []string{code}, Action: cartflow.AddCodes})
}

// Tax gives the items and shipping methods of a cart the tax lines of where they go to.
func (d *Desk) Tax(ctx context.Context, cartID string) (*cartflow.State, error) {
	return d.shop.CartFlows.UpdateTaxes.Run(ctx, cartflow.UpdateTaxesInput{CartID: cartID, Force: true})
}

// Pay takes the money for a cart: what has to be paid is a collection, a try to pay it a session, and money that is authorised a payment.
func (d *Desk) Pay() *workflow.Workflow[cart.Cart, payment.Payment] {
	return workflow.New("pay", func(ctx workflow.Context, c cart.Cart) (p payment.Payment, err error) {
		total := cartflow.Totals(&c).Total
		collection, err := workflow.Step(ctx, "create-collection", d.shop.Payment.Collections.Create, payment.Collection{CurrencyCode: c.CurrencyCode, Amount: total},
			workflow.Undo(d.shop.Payment.Collections.Remove))
		if err != nil {
			return p, err
		}
		if _, err = workflow.Step(ctx, "link-cart", d.shop.CartPaymentCollections.Attach, link.Join(c.ID, collection.ID), workflow.Undo(d.shop.CartPaymentCollections.Detach)); err != nil {
			return p, err
		}
		session, err := d.shop.PaymentFlows.CreateSession.Run(ctx, payment.CreateSessionInput{CollectionID: collection.ID, ProviderID: "pp_system_default"})
		if err != nil {
			return p, err
		}
		answer, err := workflow.Step(ctx, "authorize", d.shop.Payment.Authorize, session, workflow.External())
		if err != nil {
			return p, err
		}
		return workflow.Step(ctx, "note-payment", d.shop.Payment.RecordAuthorization, payment.SessionResult{ID: session.ID, ProviderResult: answer})
	})
}

// Basket reads a cart with all that its totals are made of.
func (d *Desk) Basket(ctx context.Context, id string) (cart.Cart, error) {
	return d.shop.Cart.Carts.With("items.adjustments", "items.tax_lines", "shipping_methods.adjustments", "shipping_methods.tax_lines", "credit_lines").Retrieve(ctx, id)
}

// Total is what a cart costs.
func Total(c cart.Cart) money.Decimal { return cartflow.Totals(&c).Total }
