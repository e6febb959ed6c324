package productflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/workflow"
)

func (f *Flows) createCategories(ctx workflow.Context, list []product.Category) ([]product.Category, error) {
	out, err := workflow.Step(ctx, "create-product-categories", f.Product.CreateCategories, list)
	if err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, CategoryCreated, event.IDs(module.IDs(out)...)...); err != nil {
		return nil, err
	}
	return out, f.CategoriesCreated.Run(ctx, Categories{out})
}

func (f *Flows) updateCategories(ctx workflow.Context, list []product.UpdateCategoryInput) ([]product.Category, error) {
	out, err := workflow.Step(ctx, "update-product-categories", f.Product.UpdateCategories, list)
	if err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, CategoryUpdated, event.IDs(module.IDs(out)...)...); err != nil {
		return nil, err
	}
	return out, f.CategoriesUpdated.Run(ctx, Categories{out})
}

func (f *Flows) deleteCategories(ctx workflow.Context, ids []string) ([]string, error) {
	if _, err := workflow.Step(ctx, "delete-product-categories", act(f.Product.RemoveCategories), ids); err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, CategoryDeleted, event.IDs(ids...)...); err != nil {
		return nil, err
	}
	return ids, f.CategoriesDeleted.Run(ctx, IDs{ids})
}

// A CategoryProductsInput puts products under a category and takes others out.
type CategoryProductsInput struct {
	ID          string
	Add, Remove []string
}

func (f *Flows) linkCategory(ctx workflow.Context, in CategoryProductsInput) (string, error) {
	_, err := workflow.Step(ctx, "batch-link-products-to-category", act(func(ctx context.Context, in CategoryProductsInput) error {
		list, err := f.Product.Categories.List(ctx, module.Filter{"id": in.ID})
		if err != nil {
			return err
		}
		have, err := f.Product.Products.List(ctx, module.Filter{"id": in.Add}, module.FindOptions{Select: []string{"id"}})
		if err != nil {
			return err
		}
		in.Add = module.IDs(have)
		if len(list) == 0 {
			return fault.New(fault.NotFound, "You tried to set relationship product_category_id: %s, but such entity does not exist", in.ID)
		}
		if err := f.Product.Categories.Detach(ctx, "products", in.ID, in.Remove...); err != nil {
			return err
		}
		return f.Product.Categories.Attach(ctx, "products", in.ID, in.Add...)
	}), in)
	return in.ID, err
}
