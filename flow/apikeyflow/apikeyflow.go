// Package apikeyflow has the workflows of the keys of programs, and what ties publishable keys to sales channels.
package apikeyflow

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/apikey"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A SalesChannelLinks ties publishable keys to sales channels. It is the link between the two.
type SalesChannelLinks interface {
	// Attach ties a key to channels; those that it is tied to already stay.
	Attach(ctx context.Context, key string, channels []string) error
	// Detach unties a key from channels; nil for all.
	Detach(ctx context.Context, key string, channels []string) error
	// MissingIDs returns those of the channels that do not exist.
	MissingIDs(ctx context.Context, channels []string) ([]string, error)
}

// A UpdateInput of one key.
type UpdateInput struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// A LinkSalesChannelsInput ties a publishable key to sales channels and apart.
type LinkSalesChannelsInput struct {
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
	Keys          *apikey.Module
	SalesChannels SalesChannelLinks

	Create            *workflow.Workflow[[]apikey.CreateInput, []apikey.Key]
	Update            *workflow.Workflow[UpdateInput, apikey.Key]
	Delete            *workflow.Workflow[[]string, []string]
	Revoke            *workflow.Workflow[apikey.RevokeInput, []apikey.Key]
	LinkSalesChannels *workflow.Workflow[LinkSalesChannelsInput, string]

	Created workflow.Hook[Keys]
}

// New returns the workflows of a module's keys.
func New(m *apikey.Module, s SalesChannelLinks) *Flows {
	f := &Flows{Keys: m, SalesChannels: s}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-api-keys", f.create, atomic)
	f.Update = workflow.New("update-api-keys", f.update, atomic)
	f.Delete = workflow.New("delete-api-keys", f.delete, atomic)
	f.Revoke = workflow.New("revoke-api-keys", f.revoke, atomic)
	f.LinkSalesChannels = workflow.New("link-sales-channels-to-api-key", f.link, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.Delete, f.Revoke, f.LinkSalesChannels}
}

func (f *Flows) create(ctx workflow.Context, list []apikey.CreateInput) ([]apikey.Key, error) {
	out, err := workflow.Step(ctx, "create-api-keys", f.Keys.Create, list)
	if err != nil {
		return nil, err
	}
	return out, f.Created.Run(ctx, Keys{out})
}

func (f *Flows) update(ctx workflow.Context, in UpdateInput) (apikey.Key, error) {
	return workflow.Step(ctx, "update-api-keys", func(ctx context.Context, in UpdateInput) (apikey.Key, error) {
		k, err := f.Keys.Keys.UpdateOne(ctx, in.ID, module.Set{"title": in.Title})
		return k.WithoutSecrets(), err
	}, in)
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-api-keys", func(ctx context.Context, ids []string) ([]string, error) {
		for _, id := range ids {
			if err := f.SalesChannels.Detach(ctx, id, nil); err != nil {
				return nil, err
			}
		}
		return ids, f.Keys.Delete(ctx, ids)
	}, ids)
}

func (f *Flows) revoke(ctx workflow.Context, in apikey.RevokeInput) ([]apikey.Key, error) {
	return workflow.Step(ctx, "revoke-api-keys", func(ctx context.Context, in apikey.RevokeInput) ([]apikey.Key, error) {
		list, err := f.Keys.Revoke(ctx, in)
		for i := range list {
			list[i] = list[i].WithoutSecrets()
		}
		return list, err
	}, in)
}

func (f *Flows) link(ctx workflow.Context, in LinkSalesChannelsInput) (string, error) {
	return workflow.Step(ctx, "link-sales-channels-to-publishable-key", func(ctx context.Context, in LinkSalesChannelsInput) (string, error) {
		if err := f.check(ctx, in); err != nil {
			return "", err
		}
		defer f.Keys.InvalidateCache(ctx)
		if len(in.Add) > 0 {
			if err := f.SalesChannels.Attach(ctx, in.ID, in.Add); err != nil {
				return "", err
			}
		}
		if len(in.Remove) > 0 {
			if err := f.SalesChannels.Detach(ctx, in.ID, in.Remove); err != nil {
				return "", err
			}
		}
		return in.ID, nil
	}, in)
}

// check refuses secret keys and channels that do not exist.
func (f *Flows) check(ctx context.Context, in LinkSalesChannelsInput) error {
	k, err := f.Keys.Keys.Retrieve(ctx, in.ID)
	if err != nil {
		return err
	}
	if k.Type != apikey.TypePublishable {
		return fault.New(fault.Invalid, "Sales channels can only be associated with publishable API keys")
	}
	if len(in.Add) == 0 {
		return nil
	}
	missing, err := f.SalesChannels.MissingIDs(ctx, in.Add)
	if err == nil && len(missing) > 0 {
		err = fault.New(fault.Invalid, "Sales channels with IDs %s do not exist", strings.Join(missing, ", "))
	}
	return err
}
