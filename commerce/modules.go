package commerce

import (
	"slices"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/apikey"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/currency"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/execution"
	"github.com/gorgon-commerce/gorgon/modules/file"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/notification"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
	"github.com/gorgon-commerce/gorgon/modules/settings"
	"github.com/gorgon-commerce/gorgon/modules/stocklocation"
	"github.com/gorgon-commerce/gorgon/modules/store"
	"github.com/gorgon-commerce/gorgon/modules/tax"
	"github.com/gorgon-commerce/gorgon/modules/user"
	"github.com/gorgon-commerce/gorgon/modules/webhook"
	static "github.com/gorgon-commerce/gorgon/provider/file/local"
	"github.com/gorgon-commerce/gorgon/provider/fulfillment/manual"
	"github.com/gorgon-commerce/gorgon/provider/notification/local"
	"github.com/gorgon-commerce/gorgon/provider/payment/system"
)

// Modules are the parts of a shop, each with its tables and rules.
type Modules struct {
	APIKey        *apikey.Module
	Auth          *auth.Module
	Cart          *cart.Module
	Currency      *currency.Module
	Customer      *customer.Module
	Execution     *execution.Module
	File          *file.Module
	Fulfillment   *fulfillment.Module
	Inventory     *inventory.Module
	Notification  *notification.Module
	Order         *order.Module
	Payment       *payment.Module
	Pricing       *pricing.Module
	Product       *product.Module
	Promotion     *promotion.Module
	Region        *region.Module
	SalesChannel  *saleschannel.Module
	Settings      *settings.Module
	StockLocation *stocklocation.Module
	Store         *store.Module
	Tax           *tax.Module
	User          *user.Module
	Webhook       *webhook.Module
}

func newModules(cfg gorgon.Config, base func() string) Modules {
	return Modules{
		APIKey:        apikey.New(),
		Auth:          auth.New(auth.Config{JWTSecret: cfg.JWTSecret, CookieSecret: cfg.CookieSecret, MFA: auth.MFAConfig{Key: cfg.JWTSecret}}),
		Cart:          cart.New(),
		Currency:      currency.New(),
		Customer:      customer.New(),
		Execution:     execution.New(),
		File:          file.New(&static.Provider{Base: base}),
		Fulfillment:   fulfillment.New(fulfillment.Provide("manual", manual.Provider{})),
		Inventory:     inventory.New(),
		Notification:  notification.New(notification.Provide("local", local.Provider{Log: cfg.Log}, "feed")),
		Order:         order.New(),
		Payment:       payment.New(payment.Provide("default", system.Provider{})),
		Pricing:       pricing.New(),
		Product:       product.New(),
		Promotion:     promotion.New(),
		Region:        region.New(),
		SalesChannel:  saleschannel.New(),
		Settings:      settings.New(),
		StockLocation: stocklocation.New(),
		Store:         store.New(),
		Tax:           tax.New(),
		User:          user.New(user.Config{JWTSecret: cfg.JWTSecret}),
		Webhook:       webhook.New(webhookConfig(cfg)),
	}
}

func (m *Modules) tables() []module.Entity {
	return slices.Concat(m.APIKey.Tables(), m.Auth.Tables(), m.Cart.Tables(), m.Currency.Tables(), m.Customer.Tables(), m.Execution.Tables(), m.Fulfillment.Tables(),
		m.Inventory.Tables(), m.Notification.Tables(), m.Order.Tables(), m.Payment.Tables(), m.Pricing.Tables(), m.Product.Tables(), m.Promotion.Tables(), m.Region.Tables(),
		m.SalesChannel.Tables(), m.Settings.Tables(), m.StockLocation.Tables(), m.Store.Tables(), m.Tax.Tables(), m.User.Tables(), m.Webhook.Tables())
}
