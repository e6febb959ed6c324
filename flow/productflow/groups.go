package productflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/flow/crudflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A CollectionProductsInput puts products into a collection and takes them out.
type CollectionProductsInput struct {
	ID     string   `json:"id"`
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

// GroupFlows are the workflows of what products are grouped by: tags, types and collections.
type GroupFlows struct {
	Product *product.Module

	Tags        *crudflow.Flows[product.Tag]
	Types       *crudflow.Flows[product.Type]
	Collections *crudflow.Flows[product.Collection]

	LinkCollection *workflow.Workflow[CollectionProductsInput, string]
}

// NewGroupFlows returns the workflows of a module's tags, types and collections.
func NewGroupFlows(m *product.Module) *GroupFlows {
	g := &GroupFlows{Product: m}
	g.Tags = crudflow.New(&crudflow.Flows[product.Tag]{Name: "product-tags", Event: "product-tag", Table: m.Tags})
	g.Types = crudflow.New(&crudflow.Flows[product.Type]{Name: "product-types", Event: "product-type", Table: m.Types})
	g.Collections = crudflow.New(&crudflow.Flows[product.Collection]{Name: "collections", Event: "product-collection", Table: m.Collections,
		CreateRecords: func(ctx context.Context, list []product.Collection) ([]product.Collection, error) {
			for i := range list {
				if list[i].Handle == "" {
					list[i].Handle = product.CollectionHandle(list[i].Title)
				}
			}
			return m.Collections.CreateMany(ctx, list)
		}})
	g.LinkCollection = workflow.New("batch-link-products-to-collection", g.link, workflow.Atomic())
	return g
}

// Workflows lists all.
func (g *GroupFlows) Workflows() []workflow.AnyWorkflow {
	return append(append(append(g.Tags.Workflows(), g.Types.Workflows()...), g.Collections.Workflows()...), g.LinkCollection)
}

func (g *GroupFlows) link(ctx workflow.Context, in CollectionProductsInput) (string, error) {
	return workflow.Step(ctx, "batch-link-products-to-collection", func(ctx context.Context, in CollectionProductsInput) (string, error) {
		if len(in.Add) > 0 {
			if _, err := g.Product.Products.Update(ctx, module.Filter{"id": in.Add}, module.Set{"collection_id": in.ID}); err != nil {
				return "", err
			}
		}
		if len(in.Remove) == 0 {
			return in.ID, nil
		}
		_, err := g.Product.Products.Update(ctx, module.Filter{"id": in.Remove, "collection_id": in.ID}, module.Set{"collection_id": nil})
		return in.ID, err
	}, in)
}
