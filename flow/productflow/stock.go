package productflow

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// takeFromStock ties new variants that are counted to the inventory items that they name, or to one of their own.
func (f *Flows) takeFromStock(ctx workflow.Context, in []CreateVariantInput, variants []product.Variant) error {
	var named, twice []string
	for i, v := range in {
		seen := map[string]bool{}
		for _, p := range v.InventoryItems {
			if named = append(named, p.InventoryItemID); seen[p.InventoryItemID] {
				twice = append(twice, variants[i].ID)
			}
			seen[p.InventoryItemID] = true
		}
	}
	if _, err := workflow.Step(ctx, "validate-inventory-items", act(f.known), named); err != nil {
		return err
	}
	if len(twice) > 0 {
		return fault.New(fault.Invalid, "Cannot associate duplicate inventory items to variant(s) %s", strings.Join(twice, "\n"))
	}
	var pairs []pair
	var bare []product.Variant
	for i, v := range variants {
		switch {
		case !v.ManageInventory:
		case len(in[i].InventoryItems) == 0:
			bare = append(bare, v)
		default:
			for _, p := range in[i].InventoryItems {
				pairs = append(pairs, pair{v.ID, p.InventoryItemID, p.RequiredQuantity})
			}
		}
	}
	own, err := f.ownItems(ctx, bare)
	if err != nil {
		return err
	}
	return f.tieItems(ctx, append(pairs, own...))
}

func (f *Flows) tieItems(ctx workflow.Context, pairs []pair) error {
	if len(pairs) == 0 {
		return nil
	}
	_, err := workflow.Step(ctx, "create-variant-inventory-links", act(func(ctx context.Context, pairs []pair) error { return f.attach(ctx, items, pairs) }), pairs)
	return err
}

// ownItems creates an inventory item of each variant.
func (f *Flows) ownItems(ctx workflow.Context, variants []product.Variant) ([]pair, error) {
	if len(variants) == 0 {
		return nil, nil
	}
	list := make([]inventory.Item, len(variants))
	for i, v := range variants {
		list[i] = inventory.Item{
			SKU: v.SKU, OriginCountry: v.OriginCountry, MidCode: v.MidCode, HSCode: v.HSCode, Material: v.Material, RequiresShipping: true,
			Weight: whole(v.Weight), Length: whole(v.Length), Height: whole(v.Height), Width: whole(v.Width), Title: &v.Title, Description: &v.Title,
		}
	}
	saved, err := f.CreateInventoryLinks.Run(ctx, list)
	if err != nil {
		return nil, err
	}
	pairs := make([]pair, len(saved))
	for i, item := range saved {
		pairs[i] = pair{variants[i].ID, item.ID, 1}
	}
	return pairs, nil
}

func whole(n *float64) *int {
	if n == nil {
		return nil
	}
	i := int(*n)
	return &i
}

// stock follows variants that begin or end to be counted: the first get an item when they have none, the others lose theirs.
func (f *Flows) stock(ctx workflow.Context, patches []UpdateVariantInput) error {
	var count, free []string
	for _, p := range patches {
		switch {
		case !p.ManageInventory.Set:
		case p.ManageInventory.Value:
			count = append(count, p.ID)
		default:
			free = append(free, p.ID)
		}
	}
	if len(free) > 0 {
		_, err := workflow.Step(ctx, "dismiss-product-variants-inventory", act(func(ctx context.Context, ids []string) error { return f.detach(ctx, items, ids) }), free)
		if err != nil {
			return err
		}
	}
	bare, err := f.uncounted(ctx, count)
	if err != nil {
		return err
	}
	pairs, err := f.ownItems(ctx, bare)
	if err != nil {
		return err
	}
	return f.tieItems(ctx, pairs)
}

// uncounted are those of variants that have no inventory item.
func (f *Flows) uncounted(ctx context.Context, ids []string) ([]product.Variant, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	have, err := f.pairs(ctx, items, items.near, ids)
	if err != nil {
		return nil, err
	}
	tied := map[string]bool{}
	for _, p := range have {
		tied[p.near] = true
	}
	var bare []string
	for _, id := range ids {
		if !tied[id] {
			bare = append(bare, id)
		}
	}
	if len(bare) == 0 {
		return nil, nil
	}
	return f.Product.Variants.List(ctx, module.Filter{"id": bare})
}

// dropItems deletes the inventory items that no variants but these take from stock.
func (f *Flows) dropItems(ctx workflow.Context, variants []product.Variant) error {
	going := map[string]bool{}
	var counted []string
	for _, v := range variants {
		going[v.ID] = true
		if v.ManageInventory {
			counted = append(counted, v.ID)
		}
	}
	links, err := f.pairs(ctx, items, items.near, counted)
	if err != nil || len(links) == 0 {
		return err
	}
	all, err := f.pairs(ctx, items, items.far, fars(links))
	if err != nil {
		return err
	}
	shared := map[string]bool{}
	for _, p := range all {
		if !going[p.near] {
			shared[p.far] = true
		}
	}
	var removed []string
	for _, p := range links {
		if !shared[p.far] {
			shared[p.far] = true
			removed = append(removed, p.far)
		}
	}
	if len(removed) == 0 {
		return nil
	}
	_, err = f.DeleteInventoryLinks.Run(ctx, removed)
	return err
}

// An InventoryLink is what one unit of a variant takes of an inventory item.
type InventoryLink struct {
	VariantID        string  `json:"variant_id"`
	InventoryItemID  string  `json:"inventory_item_id"`
	RequiredQuantity float64 `json:"required_quantity"`
}

// LinkInventoryItems makes variants take from inventory items, or take another quantity.
func (f *Flows) LinkInventoryItems(ctx context.Context, list []InventoryLink) error {
	pairs := make([]pair, len(list))
	for i, t := range list {
		pairs[i] = pair{t.VariantID, t.InventoryItemID, t.RequiredQuantity}
	}
	return f.attach(ctx, items, pairs)
}

// UnlinkInventoryItems ends that variants take from inventory items.
func (f *Flows) UnlinkInventoryItems(ctx context.Context, list []InventoryLink) error {
	for _, t := range list {
		if err := f.detach(ctx, items, []string{t.VariantID}, t.InventoryItemID); err != nil {
			return err
		}
	}
	return nil
}
