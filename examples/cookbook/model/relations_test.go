package model_test

import (
	"context"
	"testing"

	"github.com/gorgon-commerce/gorgon/examples/cookbook/model"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

func oneToOne(t *testing.T, ctx context.Context, m *model.Market) {
	ada := must(m.UserWithEmail(ctx, "ada@example.com"))(t)
	email := must(m.Emails.With("user").Retrieve(ctx, ada.Email.ID))(t)
	is(t, "the user of the email", email.User.Name, "Ada")
	is(t, "the email of the user", must(m.Users.With("email").Retrieve(ctx, ada.ID))(t).Email.Address, "ada@example.com")
	_, err := m.EmailOfUser(ctx, ada.ID)
	refused(t, "a second email of one user", err, fault.Invalid)
}

func oneToMany(t *testing.T, ctx context.Context, m *model.Market) {
	shop := must(m.Stores.With("products").Create(ctx, model.Store{Name: "Corner", Products: []model.Product{{Title: "Tea"}, {Title: "Rice"}}}))(t)
	got := must(m.Stores.With("products").Retrieve(ctx, shop.ID))(t)
	is(t, "the number of products", len(got.Products), 2)
	tea := must(m.Products.List(ctx, module.Filter{"title": "Tea", "store": module.Filter{"name": "Corner"}}, module.FindOptions{Relations: []string{"store"}}))(t)
	is(t, "the store of the tea", tea[0].Store.Name, "Corner")
	_, err := m.ProductOfStore(ctx, "Salt", "none")
	refused(t, "a store that does not exist", err, fault.NotFound)
}

func manyToMany(t *testing.T, ctx context.Context, m *model.Market) {
	order := must(m.Orders.With("products").Create(ctx, model.Order{Number: 1, Products: []model.Product{{Title: "Tea"}, {Title: "Rice"}}}))(t)
	other := must(m.Orders.Create(ctx, model.Order{Number: 2}))(t)
	check(t, m.AddOrder(ctx, order.Products[0].ID, other.ID))
	tea := must(m.Products.With("orders").Retrieve(ctx, order.Products[0].ID))(t)
	is(t, "the number of orders of the tea", len(tea.Orders), 2)
	is(t, "the number of orders with rice", must(m.Orders.Count(ctx, module.Filter{"products": module.Filter{"title": "Rice"}}))(t), 1)
}

func cascades(t *testing.T, ctx context.Context, m *model.Market) {
	open, shut := must(m.Stores.Create(ctx, model.Store{}))(t), must(m.Stores.Create(ctx, model.Store{}))(t)
	kept, gone := must(m.ProductOfStore(ctx, "Tea", open.ID))(t), must(m.ProductOfStore(ctx, "Rice", shut.ID))(t)
	check(t, m.CloseStore(ctx, shut.ID))
	_, err := m.Products.Retrieve(ctx, gone.ID)
	refused(t, "a product of the store", err, fault.NotFound)
	check(t, discard(m.Products.Retrieve(ctx, kept.ID)))
	check(t, m.ReopenStore(ctx, shut.ID))
	check(t, discard(m.Products.Retrieve(ctx, gone.ID)))
}

func setOneToOne(t *testing.T, ctx context.Context, m *model.Market) {
	ada, bob := must(m.Users.Create(ctx, model.User{Name: "Ada"}))(t), must(m.Users.Create(ctx, model.User{Name: "Bob"}))(t)
	owner := func(email string) string {
		e := must(m.Emails.With("user").Retrieve(ctx, email))(t)
		if e.User == nil {
			return "nobody"
		}
		return e.User.Name
	}
	email := must(m.EmailOfUser(ctx, ada.ID))(t)
	is(t, "who has an email that was created as Ada's", owner(email.ID), "Ada")
	check(t, discard(m.GiveEmail(ctx, email.ID, bob.ID)))
	is(t, "who has the email that was given to Bob", owner(email.ID), "Bob")

	check(t, discard(m.SetEmail(ctx, ada.ID, email.ID)))
	is(t, "who has the email that was set as Ada's", owner(email.ID), "Ada")
	cleo := must(m.UserOfEmail(ctx, email.ID))(t)
	is(t, "who has the email that a new user was created with", *must(m.Emails.Retrieve(ctx, email.ID))(t).UserID, cleo.ID)
	check(t, discard(m.Users.UpdateOne(ctx, cleo.ID, module.Set{"email": nil})))
	is(t, "who has the email that was taken away", owner(email.ID), "nobody")

	_, err := m.SetEmail(ctx, ada.ID, "none")
	refused(t, "an email that does not exist", err, fault.NotFound)
	_, err = m.UserOfEmail(ctx, "none")
	refused(t, "a new user with an email that does not exist", err, fault.NotFound)
	is(t, "the number of users", must(m.Users.Count(ctx, nil))(t), 3)
}

func setOneToMany(t *testing.T, ctx context.Context, m *model.Market) {
	here, there := must(m.Stores.Create(ctx, model.Store{Name: "here"}))(t), must(m.Stores.Create(ctx, model.Store{Name: "there"}))(t)
	tea := must(m.ProductOfStore(ctx, "Tea", here.ID))(t)
	check(t, discard(m.MoveProduct(ctx, tea.ID, there.ID)))
	got := must(m.Stores.With("products").List(ctx, nil, module.FindOptions{Order: []string{"name"}}))(t)
	is(t, "where the tea is", []int{len(got[0].Products), len(got[1].Products)}, []int{0, 1})
	_, err := m.MoveProduct(ctx, tea.ID, "none")
	refused(t, "a store that does not exist", err, fault.NotFound)
}

func setManyToMany(t *testing.T, ctx context.Context, m *model.Market) {
	orders := module.IDs(must(m.Orders.CreateMany(ctx, []model.Order{{Number: 1}, {Number: 2}, {Number: 3}}))(t))
	tea := must(m.ProductInOrders(ctx, "Tea", orders[0], orders[1]))(t)
	count := func() int { return len(must(m.Products.With("orders").Retrieve(ctx, tea.ID))(t).Orders) }
	is(t, "the number of orders of a new product", count(), 2)
	check(t, m.AddOrder(ctx, tea.ID, orders[2]))
	check(t, m.AddOrder(ctx, tea.ID, orders[2]))
	is(t, "the number of orders with one more", count(), 3)
	got := must(m.SetOrders(ctx, tea.ID, orders[2]))(t)
	if len(got.Orders) != 1 || got.Orders[0].ID != orders[2] {
		t.Errorf("got %+v, want the third order alone", got.Orders)
	}
	refused(t, "an order that does not exist", m.AddOrder(ctx, tea.ID, "none"), fault.NotFound)
	_, err := m.ProductInOrders(ctx, "Salt", orders[0], "none")
	refused(t, "a new product in an order that does not exist", err, fault.NotFound)
	is(t, "the number of products", must(m.Products.Count(ctx, nil))(t), 1)
}

func readRelations(t *testing.T, ctx context.Context, m *model.Market) {
	store := must(m.Stores.Create(ctx, model.Store{Name: "Corner"}))(t)
	order := must(m.Orders.Create(ctx, model.Order{Number: 7}))(t)
	for _, title := range []string{"Tea", "Rice"} {
		p := must(m.ProductOfStore(ctx, title, store.ID))(t)
		check(t, m.AddOrder(ctx, p.ID, order.ID))
	}
	list, count, err := m.Shelf(ctx, store.ID)
	check(t, err)
	is(t, "the count", count, 2)
	is(t, "what is on the shelf", []any{list[0].Title, list[0].Store.Name, list[0].Orders[0].Number, list[1].Title}, []any{"Rice", "Corner", 7, "Tea"})
	one := must(m.Orders.Retrieve(ctx, order.ID, module.FindOptions{Relations: []string{"products.store"}}))(t)
	is(t, "the store of a product of the order", one.Products[1].Store.Name, "Corner")
	is(t, "the products on the way there", len(one.Products[0].Title) > 0, true)
	plain := must(m.Products.List(ctx, nil))(t)
	if plain[0].Store != nil || plain[0].Orders != nil {
		t.Errorf("got %+v, want no relations where none are asked for", plain[0])
	}
}
