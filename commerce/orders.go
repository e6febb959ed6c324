package commerce

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/api/admin"
	"github.com/gorgon-commerce/gorgon/api/store"
	"github.com/gorgon-commerce/gorgon/flow/cart"
	"github.com/gorgon-commerce/gorgon/flow/change"
	"github.com/gorgon-commerce/gorgon/flow/checkout"
	"github.com/gorgon-commerce/gorgon/flow/fulfillment"
	flow "github.com/gorgon-commerce/gorgon/flow/order"
	"github.com/gorgon-commerce/gorgon/flow/payment"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	carts "github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	sent "github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/order"
	payments "github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// orderOfCart is the index by which the database refuses a second order of one cart.
const orderOfCart = "gorgon_order_cart_cart_id_unique"

// OrderLinks tie orders to what they were made of, and to what is done about them.
type OrderLinks struct {
	OrderCarts        *link.Link[order.Order, carts.Cart]
	OrderFulfillments *link.Link[order.Order, sent.Fulfillment]
	OrderPayments     *link.Link[order.Order, payments.Collection]
	OrderPromotions   *link.Link[order.Order, promotion.Promotion]
	ReturnParcels     *link.Link[order.Return, sent.Fulfillment]
}

// newOrderLinks also lets queries pass from orders and their lines to what they name, and works out the statuses that lie in what they are tied to. The
// database lets a cart become one order.
func newOrderLinks(m *Modules, o *order.Module, p *payments.Module) OrderLinks {
	link.ReadOnly(o.Orders, m.Customer.Customers, "customer_id", "customer", "orders")
	link.ReadOnly(o.Orders, m.Region.Regions, "region_id", "region", "orders")
	link.ReadOnly(o.Orders, m.SalesChannel.Channels, "sales_channel_id", "sales_channel", "orders")
	link.ReadOnly(o.Lines, m.Product.Products, "product_id", "product", "")
	link.ReadOnly(o.Lines, m.Product.Variants, "variant_id", "variant", "order_items")
	link.ReadOnly(o.ShippingMethods, m.Fulfillment.ShippingOptions, "shipping_option_id", "shipping_option", "")
	o.AddStatuses()
	l := OrderLinks{
		OrderCarts: link.Many(o.Orders, m.Cart.Carts, link.Prefix("ordercart"), link.OneA(), link.OneB(), link.Fields("cart", "order")),
		OrderFulfillments: link.Many(o.Orders, m.Fulfillment.Fulfillments, link.Table("order_fulfillment"), link.Prefix("ordful"), link.OneA(),
			link.Fields("fulfillments", "order"), link.Rows("fulfillment_link", "order_link")),
		OrderPayments: link.Many(o.Orders, p.Collections, link.Table("order_payment_collection"), link.Prefix("ordpay"), link.OneA(),
			link.Fields("payment_collections", "order"), link.Rows("payment_collections_link", "order_link")),
		OrderPromotions: link.Many(o.Orders, m.Promotion.Promotions, link.Table("order_promotion"), link.Prefix("orderpromo"),
			link.Fields("promotions", "orders"), link.Rows("promotion_link", "order_link")),
		ReturnParcels: link.Many(o.Returns, m.Fulfillment.Fulfillments, link.Table("return_fulfillment"), link.Prefix("retful"), link.OneA(),
			link.Fields("fulfillments", "return"), link.Rows("return_fulfillment_link", "return_link")),
	}
	e := l.OrderCarts.Entity()
	e.Indexes = append(e.Indexes, graph.Index{Name: orderOfCart, Columns: []string{"cart_id"}, Unique: true, Where: "deleted_at IS NULL"})
	return l
}

func (l *OrderLinks) tables() []module.Entity {
	return []module.Entity{l.OrderCarts, l.OrderFulfillments, l.OrderPayments, l.OrderPromotions, l.ReturnParcels}
}

// OrderFlows are the workflows of payments, of the checkout and of orders.
type OrderFlows struct {
	PaymentFlows  *payment.Flows
	CheckoutFlows *checkout.Flows
	OrderFlows    *flow.Flows
	ChangeFlows   *change.Flows
}

// An orderKit is what the workflows of orders are put together of.
type orderKit struct {
	Modules         *Modules
	Order           *order.Module
	Payment         *payments.Module
	Links           *OrderLinks
	CartPayment     *link.Link[carts.Cart, payments.Collection]
	RegionProviders cart.Joined
	Accounts        *link.Link[customer.Customer, payments.AccountHolder]
	SetLocation     func(ctx context.Context, set string) ([]string, error)
	Cart            *cart.Flows
	Fulfillment     *fulfillment.Flows
}

func newOrderFlows(k orderKit) OrderFlows {
	pay := payment.New(&payment.Flows{Payment: k.Payment, Order: k.Order, Cart: k.Cart, Carts: k.CartPayment, Orders: k.Links.OrderPayments,
		RegionProviders: k.RegionProviders, Accounts: k.Accounts})
	where := func(ctx context.Context, set string) (string, error) {
		ids, err := k.SetLocation(ctx, set)
		return append(ids, "")[0], err
	}
	orders := flow.New(&flow.Flows{Order: k.Order, Payment: pay, Cart: k.Cart, Fulfillment: k.Fulfillment, Inventory: k.Modules.Inventory,
		Fulfillments: k.Links.OrderFulfillments, Carts: k.Links.OrderCarts, LocationOf: where})
	return OrderFlows{
		PaymentFlows: pay,
		CheckoutFlows: checkout.New(&checkout.Flows{Cart: k.Cart, Payment: pay, Order: k.Order, Carts: k.Links.OrderCarts,
			Promotions: k.Links.OrderPromotions}),
		OrderFlows: orders,
		ChangeFlows: change.New(&change.Kit{Order: k.Order, Orders: orders, Cart: k.Cart, Payment: pay, Fulfillment: k.Fulfillment, Promotions: k.Links.OrderPromotions,
			Returned: k.Links.ReturnParcels, LocationOf: where}),
	}
}

func (f *OrderFlows) workflows() []workflow.Any {
	return slices.Concat(f.PaymentFlows.Workflows(), f.CheckoutFlows.Workflows(), f.OrderFlows.Workflows(), f.ChangeFlows.Workflows())
}

func (f *OrderFlows) routes() []route.Route {
	return slices.Concat(
		admin.Orders(f.OrderFlows, nil),
		admin.OrderChanges(f.ChangeFlows, f.OrderFlows, nil),
		admin.PaymentCollections(f.PaymentFlows, nil),
		admin.Payments(f.PaymentFlows, nil),
		store.Checkout(f.CheckoutFlows, nil),
		store.Orders(nil),
		store.Returns(f.ChangeFlows, nil),
		store.Transfers(f.ChangeFlows, nil),
		store.PaymentCollections(f.PaymentFlows, nil),
		store.PaymentProviders(nil),
	)
}
