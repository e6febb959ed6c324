// Package csvflow has the workflows by which records leave the shop as tables, and come into it: exports of products, stock and orders, and imports of products. They
// run in the background and tell in the admin's feed what came of it.
package csvflow

import (
	"context"
	"strconv"
	"time"

	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/file"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/notification"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// An ExportRequest says what is to be exported: fields of the records that match, as a list of them would show.
type ExportRequest struct {
	Fields  []string       `json:"select"`
	Filters map[string]any `json:"filter"`
}

// Flows are the workflows.
type Flows struct {
	Files         *file.Module
	Notifications *notification.Module
	Products      *productflow.Flows
	Inventory     *inventory.Module
	Order         *order.Module

	ExportProducts  *workflow.Workflow[ExportRequest, string]
	ExportInventory *workflow.Workflow[ExportRequest, string]
	ExportOrders    *workflow.Workflow[ExportRequest, string]
	ImportProducts  *workflow.Workflow[ImportInput, string]
	ImportFile      *workflow.Workflow[ImportInput, string]
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
	f.ImportProducts = workflow.New("import-products", f.importing(func(_ context.Context, u ImportInput) (ImportInput, error) { return u, nil }), outline())
	f.ImportFile = workflow.New("import-products-as-chunks", f.importing(f.fetch), outline())
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.ExportProducts, f.ExportInventory, f.ExportOrders, f.ImportProducts, f.ImportFile}
}

func (f *Flows) export(x export) *workflow.Workflow[ExportRequest, string] {
	return workflow.New(x.workflow, func(ctx workflow.Context, in ExportRequest) (string, error) {
		stored, err := workflow.Step(ctx, x.step, func(ctx context.Context, in ExportRequest) (file.File, error) { return f.write(ctx, x, in) }, in,
			workflow.External(), workflow.Undo(func(ctx context.Context, k file.File) error { return f.Files.Remove(ctx, []file.File{k}) }))
		if err != nil {
			return "", f.failed(ctx, x.title, x.failed, err)
		}
		remote, err := workflow.Step(ctx, "get-remote-file", f.Files.Retrieve, stored.ID)
		if err != nil {
			return "", f.failed(ctx, x.title, x.failed, err)
		}
		return stored.ID, f.tell(ctx, module.Map{"title": x.title, "description": x.title + " completed successfully!",
			"file": module.Map{"filename": named(stored.ID), "url": remote.URL, "mimeType": "text/csv"}})
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
func (f *Flows) write(ctx context.Context, x export, in ExportRequest) (file.File, error) {
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
	files, err := f.Files.Create(ctx, []file.CreateInput{{FileInfo: file.FileInfo{Filename: name, MimeType: "text/csv", Access: file.Private}, Content: b}})
	if err != nil {
		return file.File{}, err
	}
	return files[0], nil
}

// tell puts something into the admin's feed.
func (f *Flows) tell(ctx workflow.Context, data module.Map) error {
	template := "admin-ui"
	_, err := workflow.Step(ctx, "send-notifications", f.Notifications.CreateAndSend, []notification.Notification{{Channel: "feed", Template: &template, Data: data}})
	return err
}

// failed tells that something went wrong, and returns what.
func (f *Flows) failed(ctx workflow.Context, title, words string, cause error) error {
	if err := f.tell(ctx, module.Map{"title": title, "description": words}); err != nil {
		return err
	}
	return cause
}
