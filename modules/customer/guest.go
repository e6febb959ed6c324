package customer

import (
	"context"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/module"
)

// FindOrCreateGuest returns the customer without an account who has an e-mail address, and makes one where there is none. However many ask for the same
// address at once, they get the same one.
func (m *Module) FindOrCreateGuest(ctx context.Context, email string) (Customer, error) {
	d, err := m.Customers.Entity().DB()
	if err != nil {
		return Customer{}, err
	}
	now := db.Now()
	_, err = d.Exec(ctx, db.Statement{SQL: `INSERT INTO customer (id, email, has_account, created_at, updated_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		Args: []any{id.New("cus"), email, false, now, now}})
	if err != nil {
		return Customer{}, err
	}
	list, err := m.Customers.List(ctx, module.Filter{"email": email, "has_account": false}, module.FindOptions{Relations: []string{"groups"}})
	if err != nil || len(list) == 0 { // deleted between the two
		return Customer{}, err
	}
	return list[0], nil
}
