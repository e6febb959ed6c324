package product

import (
	"context"

	"github.com/gorgon-commerce/gorgon/flow/record"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A CollectionLink puts products into a collection and takes them out.
type CollectionLink struct {
	ID     string   `json:"id"`
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

// Groups are the workflows of what products are grouped by: tags, types and collections.
type Groups struct {
	Product *product.Module

	Tags        *record.Kind[product.Tag]
	Types       *record.Kind[product.Type]
	Collections *record.Kind[product.Collection]

	LinkCollection *workflow.Workflow[CollectionLink, string]
}

// NewGroups returns the workflows of a module's tags, types and collections.
func NewGroups(m *product.Module) *Groups {
	g := &Groups{Product: m}
	g.Tags = record.New(&record.Kind[product.Tag]{Name: "product-tags", Event: "product-tag", Table: m.Tags})
	g.Types = record.New(&record.Kind[product.Type]{Name: "product-types", Event: "product-type", Table: m.Types})
	g.Collections = record.New(&record.Kind[product.Collection]{Name: "collections", Event: "product-collection", Table: m.Collections,
		Save: func(ctx context.Context, list []product.Collection) ([]product.Collection, error) {
			for i := range list {
				if list[i].Handle == "" {
					list[i].Handle = product.Slug(list[i].Title)
				}
			}
			return m.Collections.CreateMany(ctx, list)
		}})
	g.LinkCollection = workflow.New("batch-link-products-to-collection", g.link, workflow.Atomic())
	return g
}

// Workflows lists all.
func (g *Groups) Workflows() []workflow.Any {
	return append(append(append(g.Tags.Workflows(), g.Types.Workflows()...), g.Collections.Workflows()...), g.LinkCollection)
}

func (g *Groups) link(ctx workflow.Context, in CollectionLink) (string, error) {
	return workflow.Step(ctx, "batch-link-products-to-collection", func(ctx context.Context, in CollectionLink) (string, error) {
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
