package model

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
)

// A User has one email.
type User struct {
	module.Model
	Name  string `json:"name"`
	Email *Email `json:"email" rel:"has=user_id"`
}

// An Email belongs to one user, or to nobody yet. That it is unique makes the relation one-to-one.
type Email struct {
	module.Model
	Address string  `json:"address"`
	UserID  *string `json:"user_id" model:"unique"`
	User    *User   `json:"user" rel:"belongs=user_id"`
}

// A Store has many products, which go when it goes.
type Store struct {
	module.Model
	Name     string    `json:"name"`
	Products []Product `json:"products" rel:"has=store_id,cascade"`
}

// A Product belongs to a store, and is part of many orders.
type Product struct {
	module.Model
	Title   string  `json:"title"`
	StoreID *string `json:"store_id"`
	Store   *Store  `json:"store" rel:"belongs=store_id"`
	Orders  []Order `json:"orders" rel:"many"`
}

// An Order has many products.
type Order struct {
	module.Model
	Number   int       `json:"number"`
	Products []Product `json:"products" rel:"many"`
}

// A Market keeps them all.
type Market struct {
	Users    *module.Table[User]
	Emails   *module.Table[Email]
	Stores   *module.Table[Store]
	Products *module.Table[Product]
	Orders   *module.Table[Order]
}

// NewMarket returns a market.
func NewMarket() *Market {
	return &Market{module.NewTable[User]("user"), module.NewTable[Email]("email"), module.NewTable[Store]("store"), module.NewTable[Product]("product"),
		module.NewTable[Order]("order")}
}

// Tables lists the tables of the market.
func (m *Market) Tables() []module.Entity {
	return []module.Entity{m.Users, m.Emails, m.Stores, m.Products, m.Orders}
}

// EmailOfUser creates an email that belongs to a user.
func (m *Market) EmailOfUser(ctx context.Context, user string) (Email, error) {
	return m.Emails.Create(ctx, Email{Address: "ada@example.com", UserID: &user})
}

// GiveEmail makes an email belong to a user.
func (m *Market) GiveEmail(ctx context.Context, email, user string) (Email, error) {
	return m.Emails.UpdateOne(ctx, email, module.Set{"user": user})
}

// UserWithEmail creates a user together with a new email.
func (m *Market) UserWithEmail(ctx context.Context, address string) (User, error) {
	return m.Users.With("email").Create(ctx, User{Name: "Ada", Email: &Email{Address: address}})
}

// UserOfEmail creates a user who gets an email that exists.
func (m *Market) UserOfEmail(ctx context.Context, email string) (User, error) {
	return m.Users.With("email").Create(ctx, User{Name: "Ada", Email: module.Ref[Email](email)})
}

// SetEmail makes an email that of a user.
func (m *Market) SetEmail(ctx context.Context, user, email string) (User, error) {
	return m.Users.UpdateOne(ctx, user, module.Set{"email": email})
}

// ProductOfStore creates a product of a store.
func (m *Market) ProductOfStore(ctx context.Context, title, store string) (Product, error) {
	return m.Products.Create(ctx, Product{Title: title, StoreID: &store})
}

// MoveProduct gives a product to another store.
func (m *Market) MoveProduct(ctx context.Context, product, store string) (Product, error) {
	return m.Products.UpdateOne(ctx, product, module.Set{"store_id": store})
}

// ProductInOrders creates a product that is part of orders.
func (m *Market) ProductInOrders(ctx context.Context, title string, orders ...string) (Product, error) {
	return m.Products.With("orders").Create(ctx, Product{Title: title, Orders: module.Refs[Order](orders...)})
}

// AddOrder makes a product part of one more order.
func (m *Market) AddOrder(ctx context.Context, product, order string) error {
	return m.Products.Attach(ctx, "orders", product, order)
}

// SetOrders makes a product part of these orders and no others.
func (m *Market) SetOrders(ctx context.Context, product string, orders ...string) (Product, error) {
	return m.Products.With("orders").UpdateOne(ctx, product, module.Set{"orders": orders})
}

// CloseStore removes a store with its products.
func (m *Market) CloseStore(ctx context.Context, store string) error {
	return m.Stores.SoftDelete(ctx, store)
}

// ReopenStore brings them back.
func (m *Market) ReopenStore(ctx context.Context, store string) error {
	return m.Stores.Restore(ctx, store)
}

// Shelf reads products with their orders and stores.
func (m *Market) Shelf(ctx context.Context, store string) ([]Product, int, error) {
	return m.Products.With("orders", "store").ListAndCount(ctx, module.Filter{"store_id": store}, module.FindOptions{Order: []string{"title"}, Take: 10})
}
