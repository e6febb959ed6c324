// Package subscriber shows functions that are called after something has happened.
package subscriber

import (
	"context"
	"fmt"
	"net/url"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/authflow"
	"github.com/gorgon-commerce/gorgon/flow/checkoutflow"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/notification"
	"github.com/gorgon-commerce/gorgon/query"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Listener hears what happens in a shop.
type Listener struct{ shop *commerce.Shop }

// New lists what the listener hears. What a topic's data are, the compiler knows.
func New(shop *commerce.Shop) gorgon.Plugin {
	l := Listener{shop}
	confirm := workflow.New("send-order-confirmation", l.confirm)
	return gorgon.Plugin{
		Name:      "listener",
		Workflows: []workflow.AnyWorkflow{confirm},
		Subscriptions: []event.Subscription{
			event.On(productflow.Created, l.productCreated),
			event.On(authflow.PasswordReset, l.resetPassword),
			event.On(checkoutflow.OrderPlaced, func(ctx context.Context, placed event.ID) error {
				_, err := confirm.Run(ctx, placed)
				return err
			}),
		},
	}
}

// productCreated is called at least once for each new product. If it fails it is called again, later and later.
func (l Listener) productCreated(ctx context.Context, product event.ID) error {
	p, err := l.shop.Product.Products.Retrieve(ctx, product.ID)
	if err != nil {
		return err
	}
	l.shop.App.Log().InfoContext(ctx, "a product was created", "id", p.ID, "title", p.Title)
	return nil
}

// resetPassword mails a link to who has forgotten their password.
func (l Listener) resetPassword(ctx context.Context, forgot authflow.PasswordResetData) error {
	site := "https://admin.example.com"
	if forgot.ActorType == "customer" {
		site = "https://shop.example.com"
	}
	query := url.Values{"token": {forgot.Token}, "email": {forgot.EntityID}}
	_, err := l.shop.Notification.CreateAndSend(ctx, []notification.Notification{{
		To: forgot.EntityID, Channel: "email", Template: new("reset-password"),
		Data: module.Map{"url": site + "/reset-password?" + query.Encode()},
	}})
	return err
}

// A Placed is an order as its confirmation shows it.
type Placed struct {
	ID           string `json:"id"`
	Email        string `json:"email"`
	CurrencyCode string `json:"currency_code"`
	Items        []struct {
		Title    string `json:"title"`
		Quantity int    `json:"quantity"`
	} `json:"items"`
}

// confirm reads an order and mails its confirmation, once, however often the event comes.
func (l Listener) confirm(ctx workflow.Context, placed event.ID) ([]notification.Notification, error) {
	order, err := workflow.Step(ctx, "read-order", func(ctx context.Context, id string) (Placed, error) {
		return query.One[Placed](ctx, query.From("order"), query.ID(id))
	}, placed.ID)
	if err != nil {
		return nil, err
	}
	mail := notification.Notification{To: order.Email, Channel: "email", Template: new("order-placed"), IdempotencyKey: new("placed-" + order.ID),
		Data: module.Map{"order": order, "subject": fmt.Sprintf("Your order %s", order.ID)}}
	return workflow.Step(ctx, "send-mail", l.shop.Notification.CreateAndSend, []notification.Notification{mail}, workflow.External())
}
