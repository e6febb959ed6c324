// Package saleschannelflow has the workflows of sales channels, and of what is sold in them.
package saleschannelflow

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/crudflow"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
	"github.com/gorgon-commerce/gorgon/modules/store"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A LinkProductsInput puts products into a channel and takes them out.
type LinkProductsInput struct {
	ID     string   `json:"id"`
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

// Flows are the workflows of channels.
type Flows struct {
	Store    *store.Module
	Products *link.Link[product.Product, saleschannel.Channel]

	Channels     *crudflow.Flows[saleschannel.Channel]
	LinkProducts *workflow.Workflow[LinkProductsInput, string]
}

// New returns the workflows of a module's channels; the channels that a store has by default stay.
func New(m *saleschannel.Module, s *store.Module, products *link.Link[product.Product, saleschannel.Channel]) *Flows {
	f := &Flows{Store: s, Products: products}
	f.Channels = crudflow.New(&crudflow.Flows[saleschannel.Channel]{Name: "sales-channels", Event: "sales-channel", Table: m.Channels,
		DeleteRecords: func(ctx context.Context, ids []string) error {
			if err := f.droppable(ctx, ids); err != nil {
				return err
			}
			return m.Channels.SoftDelete(ctx, ids...)
		}})
	f.LinkProducts = workflow.New("link-products-to-sales-channel", f.link, workflow.Atomic())
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return append(f.Channels.Workflows(), f.LinkProducts)
}

func (f *Flows) droppable(ctx context.Context, ids []string) error {
	list, err := f.Store.Stores.List(ctx, module.Filter{"default_sales_channel_id": ids})
	if err != nil || len(list) == 0 {
		return err
	}
	var names []string
	for _, s := range list {
		names = append(names, *s.DefaultSalesChannelID)
	}
	return fault.New(fault.Invalid, "Cannot delete default sales channels: %s", strings.Join(names, ", "))
}

func (f *Flows) link(ctx workflow.Context, in LinkProductsInput) (string, error) {
	return workflow.Step(ctx, "associate-products-with-channels", func(ctx context.Context, in LinkProductsInput) (string, error) {
		if err := f.Products.FromB().Attach(ctx, in.ID, in.Add); err != nil {
			return "", err
		}
		if len(in.Remove) == 0 { // none named would mean all
			return in.ID, nil
		}
		return in.ID, f.Products.FromB().Detach(ctx, in.ID, in.Remove)
	}, in)
}
