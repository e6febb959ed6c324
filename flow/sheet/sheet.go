// Package sheet has the workflows by which records leave the shop as tables, and come into it: exports of products, stock and orders, and imports of products. They
// run in the background and tell in the admin's feed what came of it.
package sheet

import (
	"context"
	"strconv"
	"time"

	"github.com/gorgon-commerce/gorgon/flow/product"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/file"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/notification"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A Request says what is to be exported: fields of the records that match, as a list of them would show.
type Request struct {
	Fields  []string       `json:"select"`
	Filters map[string]any `json:"filter"`
}

// Flows are the workflows.
type Flows struct {
	Files         *file.Module
	Notifications *notification.Module
	Products      *product.Flows
	Inventory     *inventory.Module
	Order         *order.Module

	ExportProducts  *workflow.Workflow[Request, string]
	ExportInventory *workflow.Workflow[Request, string]
	ExportOrders    *workflow.Workflow[Request, string]
	ImportProducts  *workflow.Workflow[Upload, string]
	ImportFile      *workflow.Workflow[Upload, string]
}

// An export is one kind of it: of what, what else is read than is asked for, how a record becomes rows, and its words.
type export struct {
	workflow, step, title, file, failed string
	entity                              *graph.Entity
	fields                              func([]string) []string
	rows                                func(*Table, Record)
}

// New completes flows that have their modules.
func New(f *Flows) *Flows {
	f.ExportProducts = f.export(export{"export-products", "export-products", "Product export", "product-exports.csv", "Failed to export products, please try again later.",
		f.Products.Product.Products.Entity(), productFields, productRows})
	f.ExportInventory = f.export(export{"export-inventory-items", "export-inventory-items", "Inventory export", "inventory-item-exports.csv",
		"Failed to export inventory items, please try again later.", f.Inventory.Items.Entity(), inventoryFields, inventoryRows})
	f.ExportOrders = f.export(export{"export-orders", "export-orders", "Order export", "order-exports.csv", "Failed to export orders, please try again later.",
		f.Order.Orders.Entity(), orderFields, orderRows})
	f.ImportProducts = workflow.New("import-products", f.importing(func(_ context.Context, u Upload) (Upload, error) { return u, nil }), outline())
	f.ImportFile = workflow.New("import-products-as-chunks", f.importing(f.fetch), outline())
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.Any {
	return []workflow.Any{f.ExportProducts, f.ExportInventory, f.ExportOrders, f.ImportProducts, f.ImportFile}
}

func (f *Flows) export(x export) *workflow.Workflow[Request, string] {
	return workflow.New(x.workflow, func(ctx workflow.Context, in Request) (string, error) {
		kept, err := workflow.Step(ctx, x.step, func(ctx context.Context, in Request) (file.File, error) { return f.write(ctx, x, in) }, in,
			workflow.External(), workflow.Undo(func(ctx context.Context, k file.File) error { return f.Files.Remove(ctx, []file.File{k}) }))
		if err != nil {
			return "", f.failed(ctx, x.title, x.failed, err)
		}
		about, err := workflow.Step(ctx, "get-remote-file", f.Files.Retrieve, kept.ID)
		if err != nil {
			return "", f.failed(ctx, x.title, x.failed, err)
		}
		return kept.ID, f.tell(ctx, module.Map{"title": x.title, "description": x.title + " completed successfully!",
			"file": module.Map{"filename": named(kept.ID), "url": about.URL, "mimeType": "text/csv"}})
	})
}

// named is the name of a file under a private key, which begins with "private-" and a time.
func named(key string) string {
	dashes := 0
	for i, c := range key {
		if c == '-' {
			if dashes++; dashes == 2 {
				return key[i+1:]
			}
		}
	}
	return key
}

// batch is how many records are read at once.
const batch = 200

// write reads all records that match and keeps them as a file.
func (f *Flows) write(ctx context.Context, x export, in Request) (file.File, error) {
	t := &Table{}
	node := x.entity.Plan(false, x.fields(in.Fields)...)
	for skip := 0; ; skip += batch {
		set, err := graph.Read(ctx, graph.Query{Node: node, Where: in.Filters, Skip: skip, Take: batch})
		if err != nil {
			return file.File{}, err
		}
		list, err := records(set)
		if err != nil {
			return file.File{}, err
		}
		for _, r := range list {
			x.rows(t, r)
		}
		if len(list) < batch {
			break
		}
	}
	b, err := t.CSV()
	if err != nil {
		return file.File{}, err
	}
	name := strconv.FormatInt(time.Now().UnixMilli(), 10) + "-" + x.file
	kept, err := f.Files.Create(ctx, []file.Draft{{About: file.About{Filename: name, MimeType: "text/csv", Access: file.Private}, Content: b}})
	if err != nil {
		return file.File{}, err
	}
	return kept[0], nil
}

// tell puts something into the admin's feed.
func (f *Flows) tell(ctx workflow.Context, data module.Map) error {
	template := "admin-ui"
	_, err := workflow.Step(ctx, "send-notifications", f.Notifications.Deliver, []notification.Notification{{Channel: "feed", Template: &template, Data: data}})
	return err
}

// failed tells that something went wrong, and returns what.
func (f *Flows) failed(ctx workflow.Context, title, words string, cause error) error {
	if err := f.tell(ctx, module.Map{"title": title, "description": words}); err != nil {
		return err
	}
	return cause
}
