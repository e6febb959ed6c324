package commerce

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/api/adminapi"
	"github.com/gorgon-commerce/gorgon/api/storeapi"
	"github.com/gorgon-commerce/gorgon/flow/cartflow"
	"github.com/gorgon-commerce/gorgon/flow/changeflow"
	"github.com/gorgon-commerce/gorgon/flow/checkoutflow"
	"github.com/gorgon-commerce/gorgon/flow/fulfillmentflow"
	"github.com/gorgon-commerce/gorgon/flow/orderflow"
	"github.com/gorgon-commerce/gorgon/flow/paymentflow"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// orderOfCart is the index by which the database refuses a second order of one cart.
const orderOfCart = "gorgon_order_cart_cart_id_unique"

// OrderLinks tie orders to what they were made of, and to what is done about them.
type OrderLinks struct {
	OrderCarts              *link.Link[order.Order, cart.Cart]
	OrderFulfillments       *link.Link[order.Order, fulfillment.Fulfillment]
	OrderPaymentCollections *link.Link[order.Order, payment.Collection]
	OrderPromotions         *link.Link[order.Order, promotion.Promotion]
	ReturnFulfillments      *link.Link[order.Return, fulfillment.Fulfillment]
}

// newOrderLinks also lets queries pass from orders and their lines to what they name, and works out the statuses that lie in what they are tied to. The
// database lets a cart become one order.
func newOrderLinks(m *Modules, o *order.Module, p *payment.Module) OrderLinks {
	link.ReadOnly(o.Orders, m.Customer.Customers, "customer_id", "customer", "orders")
	link.ReadOnly(o.Orders, m.Region.Regions, "region_id", "region", "orders")
	link.ReadOnly(o.Orders, m.SalesChannel.Channels, "sales_channel_id", "sales_channel", "orders")
	link.ReadOnly(o.LineItems, m.Product.Products, "product_id", "product", "")
	link.ReadOnly(o.LineItems, m.Product.Variants, "variant_id", "variant", "order_items")
	link.ReadOnly(o.ShippingMethods, m.Fulfillment.ShippingOptions, "shipping_option_id", "shipping_option", "")
	o.AddStatusFields()
	l := OrderLinks{
		OrderCarts: link.ManyToMany(o.Orders, m.Cart.Carts, link.IDPrefix("ordercart"), link.SingleA(), link.SingleB(), link.FieldNames("cart", "order")),
		OrderFulfillments: link.ManyToMany(o.Orders, m.Fulfillment.Fulfillments, link.TableName("order_fulfillment"), link.IDPrefix("ordful"), link.SingleA(),
			link.FieldNames("fulfillments", "order"), link.RowListNames("fulfillment_link", "order_link")),
		OrderPaymentCollections: link.ManyToMany(o.Orders, p.Collections, link.TableName("order_payment_collection"), link.IDPrefix("ordpay"), link.SingleA(),
			link.FieldNames("payment_collections", "order"), link.RowListNames("payment_collections_link", "order_link")),
		OrderPromotions: link.ManyToMany(o.Orders, m.Promotion.Promotions, link.TableName("order_promotion"), link.IDPrefix("orderpromo"),
			link.FieldNames("promotions", "orders"), link.RowListNames("promotion_link", "order_link")),
		ReturnFulfillments: link.ManyToMany(o.Returns, m.Fulfillment.Fulfillments, link.TableName("return_fulfillment"), link.IDPrefix("retful"), link.SingleA(),
			link.FieldNames("fulfillments", "return"), link.RowListNames("return_fulfillment_link", "return_link")),
	}
	e := l.OrderCarts.Entity()
	e.Indexes = append(e.Indexes, graph.Index{Name: orderOfCart, Columns: []string{"cart_id"}, Unique: true, Where: "deleted_at IS NULL"})
	return l
}

func (l *OrderLinks) tables() []module.Entity {
	return []module.Entity{l.OrderCarts, l.OrderFulfillments, l.OrderPaymentCollections, l.OrderPromotions, l.ReturnFulfillments}
}

// OrderingFlows are the workflows of payments, of the checkout and of orders.
type OrderingFlows struct {
	PaymentFlows  *paymentflow.Flows
	CheckoutFlows *checkoutflow.Flows
	OrderFlows    *orderflow.Flows
	ChangeFlows   *changeflow.Flows
}

// An orderKit is what the workflows of orders are put together of.
type orderKit struct {
	Modules         *Modules
	Order           *order.Module
	Payment         *payment.Module
	Links           *OrderLinks
	CartPayment     *link.Link[cart.Cart, payment.Collection]
	RegionProviders cartflow.IDLinks
	Accounts        *link.Link[customer.Customer, payment.AccountHolder]
	SetLocation     func(ctx context.Context, set string) ([]string, error)
	Cart            *cartflow.Flows
	Fulfillment     *fulfillmentflow.Flows
}

func newOrderFlows(k orderKit) OrderingFlows {
	pay := paymentflow.New(&paymentflow.Flows{Payment: k.Payment, Order: k.Order, Cart: k.Cart, Carts: k.CartPayment, Orders: k.Links.OrderPaymentCollections,
		RegionProviders: k.RegionProviders, Accounts: k.Accounts})
	where := func(ctx context.Context, set string) (string, error) {
		ids, err := k.SetLocation(ctx, set)
		return append(ids, "")[0], err
	}
	orders := orderflow.New(&orderflow.Flows{Order: k.Order, Payment: pay, Cart: k.Cart, Fulfillment: k.Fulfillment, Inventory: k.Modules.Inventory,
		Fulfillments: k.Links.OrderFulfillments, Carts: k.Links.OrderCarts, LocationOf: where})
	return OrderingFlows{
		PaymentFlows: pay,
		CheckoutFlows: checkoutflow.New(&checkoutflow.Flows{Cart: k.Cart, Payment: pay, Order: k.Order, Carts: k.Links.OrderCarts,
			Promotions: k.Links.OrderPromotions}),
		OrderFlows: orders,
		ChangeFlows: changeflow.New(&changeflow.Deps{Order: k.Order, Orders: orders, Cart: k.Cart, Payment: pay, Fulfillment: k.Fulfillment, Promotions: k.Links.OrderPromotions,
			ReturnFulfillments: k.Links.ReturnFulfillments, LocationOf: where}),
	}
}

func (f *OrderingFlows) workflows() []workflow.AnyWorkflow {
	return slices.Concat(f.PaymentFlows.Workflows(), f.CheckoutFlows.Workflows(), f.OrderFlows.Workflows(), f.ChangeFlows.Workflows())
}

func (f *OrderingFlows) routes() []route.Route {
	return slices.Concat(
		adminapi.Orders(f.OrderFlows, nil),
		adminapi.OrderChanges(f.ChangeFlows, f.OrderFlows, nil),
		adminapi.PaymentCollections(f.PaymentFlows, nil),
		adminapi.Payments(f.PaymentFlows, nil),
		storeapi.Checkout(f.CheckoutFlows, nil),
		storeapi.Orders(nil),
		storeapi.Returns(f.ChangeFlows, nil),
		storeapi.TransferRoutes(f.ChangeFlows, nil),
		storeapi.PaymentCollections(f.PaymentFlows, nil),
		storeapi.PaymentProviders(nil),
	)
}
