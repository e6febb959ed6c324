// Package apikey has the workflows of the keys of programs, and what ties publishable keys to sales channels.
package apikey

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/apikey"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Scope ties publishable keys to sales channels. It is the link between the two.
type Scope interface {
	// Attach ties a key to channels; those that it is tied to already stay.
	Attach(ctx context.Context, key string, channels []string) error
	// Detach unties a key from channels; nil for all.
	Detach(ctx context.Context, key string, channels []string) error
	// Missing returns those of the channels that do not exist.
	Missing(ctx context.Context, channels []string) ([]string, error)
}

// A Change of one key.
type Change struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// A Link ties a publishable key to sales channels and apart.
type Link struct {
	ID     string   `json:"id"`
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

// Keys is what the hook is told.
type Keys struct {
	APIKeys []apikey.Key `json:"apiKeys"`
}

// Flows are the workflows of keys.
type Flows struct {
	Keys  *apikey.Module
	Scope Scope

	Create       *workflow.Workflow[[]apikey.Draft, []apikey.Key]
	Update       *workflow.Workflow[Change, apikey.Key]
	Delete       *workflow.Workflow[[]string, []string]
	Revoke       *workflow.Workflow[apikey.Revocation, []apikey.Key]
	LinkChannels *workflow.Workflow[Link, string]

	Created workflow.Hook[Keys]
}

// New returns the workflows of a module's keys.
func New(m *apikey.Module, s Scope) *Flows {
	f := &Flows{Keys: m, Scope: s}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-api-keys", f.create, atomic)
	f.Update = workflow.New("update-api-keys", f.update, atomic)
	f.Delete = workflow.New("delete-api-keys", f.delete, atomic)
	f.Revoke = workflow.New("revoke-api-keys", f.revoke, atomic)
	f.LinkChannels = workflow.New("link-sales-channels-to-api-key", f.link, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.Any {
	return []workflow.Any{f.Create, f.Update, f.Delete, f.Revoke, f.LinkChannels}
}

func (f *Flows) create(ctx workflow.Context, list []apikey.Draft) ([]apikey.Key, error) {
	out, err := workflow.Step(ctx, "create-api-keys", f.Keys.Create, list)
	if err != nil {
		return nil, err
	}
	return out, f.Created.Run(ctx, Keys{out})
}

func (f *Flows) update(ctx workflow.Context, in Change) (apikey.Key, error) {
	return workflow.Step(ctx, "update-api-keys", func(ctx context.Context, in Change) (apikey.Key, error) {
		k, err := f.Keys.Keys.UpdateOne(ctx, in.ID, module.Set{"title": in.Title})
		return k.Public(), err
	}, in)
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-api-keys", func(ctx context.Context, ids []string) ([]string, error) {
		for _, id := range ids {
			if err := f.Scope.Detach(ctx, id, nil); err != nil {
				return nil, err
			}
		}
		return ids, f.Keys.Delete(ctx, ids)
	}, ids)
}

func (f *Flows) revoke(ctx workflow.Context, in apikey.Revocation) ([]apikey.Key, error) {
	return workflow.Step(ctx, "revoke-api-keys", func(ctx context.Context, in apikey.Revocation) ([]apikey.Key, error) {
		list, err := f.Keys.Revoke(ctx, in)
		for i := range list {
			list[i] = list[i].Public()
		}
		return list, err
	}, in)
}

func (f *Flows) link(ctx workflow.Context, in Link) (string, error) {
	return workflow.Step(ctx, "link-sales-channels-to-publishable-key", func(ctx context.Context, in Link) (string, error) {
		if err := f.check(ctx, in); err != nil {
			return "", err
		}
		defer f.Keys.Changed(ctx)
		if len(in.Add) > 0 {
			if err := f.Scope.Attach(ctx, in.ID, in.Add); err != nil {
				return "", err
			}
		}
		if len(in.Remove) > 0 {
			if err := f.Scope.Detach(ctx, in.ID, in.Remove); err != nil {
				return "", err
			}
		}
		return in.ID, nil
	}, in)
}

// check refuses secret keys and channels that do not exist.
func (f *Flows) check(ctx context.Context, in Link) error {
	k, err := f.Keys.Keys.Retrieve(ctx, in.ID)
	if err != nil {
		return err
	}
	if k.Type != apikey.Publishable {
		return fault.New(fault.Invalid, "Sales channels can only be associated with publishable API keys")
	}
	if len(in.Add) == 0 {
		return nil
	}
	missing, err := f.Scope.Missing(ctx, in.Add)
	if err == nil && len(missing) > 0 {
		err = fault.New(fault.Invalid, "Sales channels with IDs %s do not exist", strings.Join(missing, ", "))
	}
	return err
}
