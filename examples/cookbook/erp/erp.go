// Package erp keeps the products of a shop as the system of its company has them: each night, when it is told of a change, and when somebody asks.
package erp

import (
	"context"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Good is a product as the company's system has it.
type Good struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Sizes []string `json:"sizes"`
}

// A System tells what the company makes.
type System interface {
	Goods(ctx context.Context) ([]Good, error)
}

// Changed is told when the company's system has changed.
const Changed = event.Topic[struct{}]("erp.changed")

// A Sync brings goods into a shop.
type Sync struct {
	shop   *commerce.Shop
	system System
}

// New returns the sync of a shop with a system.
func New(shop *commerce.Shop, system System) *Sync { return &Sync{shop, system} }

// Plugin runs one workflow in three ways.
func (s *Sync) Plugin() gorgon.Plugin {
	sync := workflow.New("sync-from-erp", s.sync)
	run := func(ctx context.Context) error { _, err := sync.Run(ctx, struct{}{}); return err }
	return gorgon.Plugin{
		Name:          "erp",
		Workflows:     []workflow.AnyWorkflow{sync},
		Routes:        []route.Route{route.Post("/admin/erp/sync", sync.Run)},
		Subscriptions: []event.Subscription{event.On(Changed, func(ctx context.Context, _ struct{}) error { return run(ctx) })},
		Jobs:          []job.Job{job.Cron("sync-from-erp", "0 2 * * *", run)},
	}
}

// A Report tells what a sync has done.
type Report struct {
	Created int `json:"created"`
	Updated int `json:"updated"`
}

// sync makes products of new goods and changes those that are called otherwise now.
func (s *Sync) sync(ctx workflow.Context, _ struct{}) (out Report, err error) {
	goods, err := workflow.Step(ctx, "ask-erp", func(ctx context.Context, _ any) ([]Good, error) { return s.system.Goods(ctx) }, nil, workflow.Retry(3, 0))
	if err != nil {
		return out, err
	}
	known, err := workflow.Step(ctx, "find-products", s.known, goods)
	if err != nil {
		return out, err
	}
	var drafts []productflow.CreateProductInput
	var patches []productflow.UpdateProductInput
	for _, g := range goods {
		switch p, ok := known[g.ID]; {
		case !ok:
			drafts = append(drafts, draft(g))
		case p.Title != g.Title:
			patches = append(patches, productflow.UpdateProductInput{ID: p.ID, Title: module.Some(g.Title)})
		}
	}
	if len(drafts) > 0 {
		if _, err := s.shop.ProductFlows.Create.Run(ctx, productflow.CreateProductsInput{Products: drafts}); err != nil {
			return out, err
		}
	}
	if len(patches) > 0 {
		_, err = s.shop.ProductFlows.Update.Run(ctx, productflow.UpdateProductsInput{Products: patches})
	}
	return Report{len(drafts), len(patches)}, err
}

// known finds the products of goods, by the goods' ids.
func (s *Sync) known(ctx context.Context, goods []Good) (map[string]product.Product, error) {
	ids := make([]string, len(goods))
	for i, g := range goods {
		ids[i] = g.ID
	}
	list, err := s.shop.Product.Products.List(ctx, module.Filter{"external_id": ids})
	out := map[string]product.Product{}
	for _, p := range list {
		out[*p.ExternalID] = p
	}
	return out, err
}

// draft is the product of a good, with a variant for each size.
func draft(g Good) productflow.CreateProductInput {
	p := productflow.CreateProductInput{Title: g.Title, ExternalID: module.Some(g.ID), Status: module.Some("published"),
		Options: []productflow.OptionInput{{Title: module.Some("Size"), Values: module.Some(g.Sizes)}}}
	for _, size := range g.Sizes {
		p.Variants = append(p.Variants, productflow.CreateVariantInput{Title: size, Options: map[string]string{"Size": size}})
	}
	return p
}
