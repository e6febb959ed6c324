// Package productflow has the workflows of the catalogue: products with their variants, prices and stock, options and categories, and the
// fields that are worked out where products are read.
package productflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/modules/tax"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to the catalogue.
const (
	Created         = event.Topic[event.ID]("product.created")
	Updated         = event.Topic[event.ID]("product.updated")
	Deleted         = event.Topic[event.ID]("product.deleted")
	VariantCreated  = event.Topic[event.ID]("product-variant.created")
	VariantUpdated  = event.Topic[event.ID]("product-variant.updated")
	VariantDeleted  = event.Topic[event.ID]("product-variant.deleted")
	OptionCreated   = event.Topic[event.ID]("product-option.created")
	OptionUpdated   = event.Topic[event.ID]("product-option.updated")
	OptionDeleted   = event.Topic[event.ID]("product-option.deleted")
	ValueUpdated    = event.Topic[event.ID]("product-option-value.updated")
	ValueDeleted    = event.Topic[event.ID]("product-option-value.deleted")
	CategoryCreated = event.Topic[event.ID]("product-category.created")
	CategoryUpdated = event.Topic[event.ID]("product-category.updated")
	CategoryDeleted = event.Topic[event.ID]("product-category.deleted")
)

// The inputs of workflows, with data for the hooks.
type (
	CreateProductsInput struct {
		Products       []CreateProductInput `json:"products"`
		AdditionalData module.Map           `json:"additional_data"`
	}
	UpdateProductsInput struct {
		Products       []UpdateProductInput `json:"products"`
		AdditionalData module.Map           `json:"additional_data"`
	}
	CreateVariantsInput struct {
		Variants       []CreateVariantInput `json:"product_variants"`
		AdditionalData module.Map           `json:"additional_data"`
	}
	UpdateVariantsInput struct {
		Variants       []UpdateVariantInput `json:"product_variants"`
		AdditionalData module.Map           `json:"additional_data"`
	}
)

// A BatchInput creates, changes and deletes at once.
type BatchInput[New, Patch any] struct {
	Create []New    `json:"create"`
	Update []Patch  `json:"update"`
	Delete []string `json:"delete"`
}

// BatchResult is what a batch did, by id.
type BatchResult struct{ Created, Updated, Deleted []string }

// What hooks are told.
type (
	Products struct {
		Products       []product.Product `json:"products"`
		AdditionalData module.Map        `json:"additional_data"`
	}
	Variants struct {
		Variants       []product.Variant `json:"product_variants"`
		AdditionalData module.Map        `json:"additional_data"`
	}
	Options struct {
		Options []product.Option `json:"product_options"`
	}
	Categories struct {
		Categories []product.Category `json:"categories"`
	}
	IDs struct {
		IDs []string `json:"ids"`
	}
)

// Flows are the workflows of the catalogue.
type Flows struct {
	Product   *product.Module
	Pricing   *pricing.Module
	Inventory *inventory.Module
	// CreateInventoryLinks and DeleteInventoryLinks are the workflows of inventory items, which come and go with variants.
	CreateInventoryLinks *workflow.Workflow[[]inventory.Item, []inventory.Item]
	DeleteInventoryLinks *workflow.Workflow[[]string, []string]
	// AvailableQuantities finds how many units of variants a sales channel can sell; of all locations when it is empty.
	AvailableQuantities func(ctx context.Context, channel string, variants []string) (map[string]int64, error)
	// Tax knows the rates of what is sold to an address; nil taxes nothing.
	Tax *tax.Module

	Create *workflow.Workflow[CreateProductsInput, []product.Product]
	Update *workflow.Workflow[UpdateProductsInput, []product.Product]
	Delete *workflow.Workflow[[]string, []string]
	Batch  *workflow.Workflow[BatchInput[CreateProductInput, UpdateProductInput], BatchResult]

	CreateVariants *workflow.Workflow[CreateVariantsInput, []product.Variant]
	UpdateVariants *workflow.Workflow[UpdateVariantsInput, []product.Variant]
	DeleteVariants *workflow.Workflow[[]string, []string]
	BatchVariants  *workflow.Workflow[BatchInput[CreateVariantInput, UpdateVariantInput], BatchResult]
	VariantImages  *workflow.Workflow[product.VariantImagesInput, product.VariantImagesInput] // of one variant
	ImageVariants  *workflow.Workflow[product.VariantImagesInput, product.VariantImagesInput] // of one image
	VariantPrices  *workflow.Workflow[UpdatePricesInput, []string]

	CreateOptions        *workflow.Workflow[[]product.CreateOptionInput, []product.Option]
	UpdateOptions        *workflow.Workflow[[]product.UpdateOptionInput, []product.Option]
	DeleteOptions        *workflow.Workflow[[]string, []string]
	UpdateOptionValue    *workflow.Workflow[UpdateOptionValueInput, product.OptionValue]
	DeleteOptionValues   *workflow.Workflow[[]string, []string]
	UpdateProductOptions *workflow.Workflow[UpdateProductOptionsInput, string]

	CreateCategories *workflow.Workflow[[]product.Category, []product.Category]
	UpdateCategories *workflow.Workflow[[]product.UpdateCategoryInput, []product.Category]
	DeleteCategories *workflow.Workflow[[]string, []string]
	LinkCategory     *workflow.Workflow[CategoryProductsInput, string]

	ProductsCreated, ProductsUpdated     workflow.Hook[Products]
	VariantsCreated, VariantsUpdated     workflow.Hook[Variants]
	OptionsCreated, OptionsUpdated       workflow.Hook[Options]
	CategoriesCreated, CategoriesUpdated workflow.Hook[Categories]
	ProductsDeleted, VariantsDeleted     workflow.Hook[IDs]
	OptionsDeleted, CategoriesDeleted    workflow.Hook[IDs]
}

// New returns the workflows of a module's products, whose prices and stock are in others.
func New(p *product.Module, pr *pricing.Module, inv *inventory.Module) *Flows {
	f := &Flows{Product: p, Pricing: pr, Inventory: inv}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-products", f.create, atomic)
	f.Update = workflow.New("update-products", f.update, atomic)
	f.Delete = workflow.New("delete-products", f.delete, atomic)
	f.Batch = workflow.New("batch-products", f.batch, atomic)
	f.CreateVariants = workflow.New("create-product-variants", f.createVariants, atomic)
	f.UpdateVariants = workflow.New("update-product-variants", f.updateVariants, atomic)
	f.DeleteVariants = workflow.New("delete-product-variants", f.deleteVariants, atomic)
	f.BatchVariants = workflow.New("batch-product-variants", f.batchVariants, atomic)
	f.VariantImages = workflow.New("batch-variant-images", picture("batch-variant-images", p.UpdateVariantImages), atomic)
	f.ImageVariants = workflow.New("batch-image-variants", picture("batch-image-variants", p.UpdateImageVariants), atomic)
	f.VariantPrices = workflow.New("upsert-variant-prices", f.variantPrices, atomic)
	f.CreateOptions = workflow.New("create-product-options", f.createOptions, atomic)
	f.UpdateOptions = workflow.New("update-product-options", f.updateOptions, atomic)
	f.DeleteOptions = workflow.New("delete-product-options", f.deleteOptions, atomic)
	f.UpdateOptionValue = workflow.New("update-product-option-values", f.updateValue, atomic)
	f.DeleteOptionValues = workflow.New("delete-product-option-values", f.deleteValues, atomic)
	f.UpdateProductOptions = workflow.New("set-product-product-options", f.setOptions, atomic)
	f.CreateCategories = workflow.New("create-product-categories", f.createCategories, atomic)
	f.UpdateCategories = workflow.New("update-product-categories", f.updateCategories, atomic)
	f.DeleteCategories = workflow.New("delete-product-categories", f.deleteCategories, atomic)
	f.LinkCategory = workflow.New("batch-link-products-to-category", f.linkCategory, atomic)
	f.addComputed()
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{
		f.Create, f.Update, f.Delete, f.Batch, f.CreateVariants, f.UpdateVariants, f.DeleteVariants, f.BatchVariants, f.VariantImages, f.ImageVariants,
		f.VariantPrices, f.CreateOptions, f.UpdateOptions, f.DeleteOptions, f.UpdateOptionValue, f.DeleteOptionValues, f.UpdateProductOptions,
		f.CreateCategories, f.UpdateCategories, f.DeleteCategories, f.LinkCategory,
	}
}

// picture makes a workflow's body that ties variants and images.
func picture(step string, do func(context.Context, product.VariantImagesInput) error) func(workflow.Context, product.VariantImagesInput) (product.VariantImagesInput, error) {
	return func(ctx workflow.Context, in product.VariantImagesInput) (product.VariantImagesInput, error) {
		return workflow.Step(ctx, step, func(ctx context.Context, in product.VariantImagesInput) (product.VariantImagesInput, error) {
			return in, do(ctx, in)
		}, in)
	}
}

// act makes a step of what returns nothing but an error.
func act[In any](do func(context.Context, In) error) func(context.Context, In) (bool, error) {
	return func(ctx context.Context, in In) (bool, error) { return true, do(ctx, in) }
}
