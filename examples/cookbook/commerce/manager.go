// Package commerce shows what is done with the commerce modules: who may log in, discounts, taxes, payments, prices and invites.
package commerce

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Manager is an actor type of one's own: somebody who can log in, and is neither user nor customer.
type Manager struct {
	module.Model
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Email     string `json:"email" model:"unique"`
}

// Managers keeps them.
type Managers struct {
	Managers *module.Table[Manager]
	auth     *auth.Module
	create   *workflow.Workflow[Registration, Manager]
}

// NewManagers returns the managers of a shop.
func NewManagers(shop *commerce.Shop) *Managers {
	m := &Managers{Managers: module.NewTable[Manager]("manager", "managers"), auth: shop.Auth}
	m.create = workflow.New("create-manager", m.register, workflow.Atomic())
	return m
}

// Plugin lets those register who have a login, and those who are registered in.
func (m *Managers) Plugin() gorgon.Plugin {
	login := route.Bearer | route.Session
	return gorgon.Plugin{
		Name:      "managers",
		Tables:    []module.Entity{m.Managers},
		Workflows: []workflow.AnyWorkflow{m.create},
		Routes: []route.Route{
			route.Post("/manager", m.signUp, route.Auth(login|route.Unregistered, "manager")),
			route.Get("/manager/me", m.me, route.Auth(login, "manager")),
		},
	}
}

// A Registration makes a manager of a login.
type Registration struct {
	Manager        Manager
	AuthIdentityID string
}

// register saves a manager, and notes with the login who it belongs to.
func (m *Managers) register(ctx workflow.Context, in Registration) (Manager, error) {
	manager, err := workflow.Step(ctx, "create-manager", m.Managers.Create, in.Manager)
	if err != nil {
		return manager, err
	}
	_, err = workflow.Step(ctx, "set-auth-app-metadata", m.auth.LinkActor, auth.ActorLink{AuthIdentityID: in.AuthIdentityID, ActorType: "manager", ActorID: manager.ID})
	return manager, err
}

// A Card is what the routes answer.
type Card struct {
	Manager Manager `json:"manager"`
}

func (m *Managers) signUp(ctx context.Context, in struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Email     string `json:"email"`
}) (Card, error) {
	actor, _ := route.ActorFromContext(ctx)
	if actor.ID != "" {
		return Card{}, fault.New(fault.Invalid, "Request already authenticated as a manager.")
	}
	manager, err := m.create.Run(ctx, Registration{Manager{FirstName: in.FirstName, LastName: in.LastName, Email: in.Email}, actor.AuthIdentityID})
	return Card{manager}, err
}

func (m *Managers) me(ctx context.Context, _ struct{}) (Card, error) {
	actor, _ := route.ActorFromContext(ctx)
	manager, err := m.Managers.Retrieve(ctx, actor.ID)
	return Card{manager}, err
}
