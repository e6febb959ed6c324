package adminapi

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/route"
)

// variantFields are the fields of variants that are shown unless others are asked for.
const variantFields = "id title sku thumbnail barcode ean upc allow_backorder manage_inventory hs_code origin_country mid_code material weight length height " +
	"width metadata variant_rank product_id created_at updated_at deleted_at *prices *options"

// variantFilters are the filters of variants.
func variantFilters() resource.Filters {
	return times(text("q"), list("id"), resource.Filter{Name: "manage_inventory", Schema: resource.Flag}, resource.Filter{Name: "allow_backorder", Schema: resource.Flag},
		list("sku"), list("ean"), list("upc"), list("barcode"))
}

// ProductVariants is /admin/product-variants.
func ProductVariants(read resource.Reader) resource.Resource {
	return resource.Resource{
		Path: "/admin/product-variants", Entity: "product_variant", RecordKey: "variant", ListKey: "variants",
		Fields: variantFields + " *product", Filters: variantFilters(), Limit: 50, Read: read, Prepare: prepareVariants,
	}
}

func prepareVariants(_ context.Context, q *resource.Query) error {
	q.Fields = withKin(variantFieldsOf(q.Fields, ""), "product.")
	if slices.ContainsFunc(q.Fields, func(f string) bool { return strings.HasPrefix(f, "product.") }) {
		q.Fields = append(q.Fields, "product_id")
	}
	q.Context = map[string]any{product.ImageContext: true}
	return nil
}

// withKin adds the ids of the type and collection of products that are read whole below something else.
func withKin(fields []string, prefix string) []string {
	if !slices.Contains(fields, prefix+"*") {
		return fields
	}
	return append(fields[:len(fields):len(fields)], prefix+"type.id", prefix+"collection.id")
}

// productFieldsOf adds what comes along with the relations of products that are asked for.
func productFieldsOf(fields []string) []string {
	out := variantFieldsOf(fields, "variants.")
	if slices.Contains(fields, "categories.*") {
		out = append(out, "categories.parent_category.id")
	}
	return out
}

// variantFieldsOf adds the option of each value of variants that are read whole: all of it where the product's options are read too, else its id.
func variantFieldsOf(fields []string, prefix string) []string {
	if slices.Contains(fields, prefix+"inventory_quantity") {
		fields = append(fields[:len(fields):len(fields)], prefix+"manage_inventory")
	}
	if !slices.Contains(fields, prefix+"options.*") {
		return fields
	}
	if prefix != "" && slices.Contains(fields, "options.*") {
		return append(fields, prefix+"options.option.*")
	}
	return append(fields, prefix+"options.option.id")
}

// variantRoutes routes what is below one product.
func (a productAPI) variantRoutes(read resource.Reader) []route.Route {
	r := resource.Resource{
		Path: "/admin/products/{product_id}/variants", Entity: "product_variant", RecordKey: "variant", ListKey: "variants", Retrievable: true,
		Fields: variantFields, Filters: variantFilters(), Limit: 50, Read: read,
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["product_id"] = route.RequestFromContext(ctx).Param("product_id")
			return prepareVariants(ctx, q)
		},
	}
	// changes show the variant whatever product it is of
	changes := r
	changes.ListKey, changes.Retrievable, changes.Prepare, changes.Batch = "", false, prepareVariants, resource.DoBatch(a.batchVariants)
	changes.Actions = []resource.Action{
		resource.Post("/{id}/inventory-items", resource.Do(a.addItem)),
		resource.Post("/{id}/inventory-items/{inventory_item_id}", resource.Do(a.changeItem)),
	}
	out := append(append(r.Routes(), changes.Routes()...),
		route.Post("/admin/products/{id}/variants/inventory-items/batch", a.batchItems),
		route.Post("/admin/products/{id}/variants/{variant_id}/images/batch", a.variantImages),
		route.Post("/admin/products/{id}/images/{image_id}/variants/batch", a.imageVariants))
	return append(out, changes.DeleteSubRecordRoutes(resource.SubRecord{Pattern: "/{id}/inventory-items/{inventory_item_id}", Param: "inventory_item_id",
		Object: "variant-inventory-item-link", RawID: true, ID: itemLink, Remove: a.removeItem})...)
}

// A newVariant is what it takes to make a variant of a product, with data for hooks.
type newVariant struct {
	productflow.CreateVariantInput
	AdditionalData module.Map `json:"additional_data" valid:"nullish"`
}

// A variantPatch changes a variant of a product.
type variantPatch struct {
	ProductID string `path:"id"`
	Variant   string `path:"variant_id"`
	productflow.UpdateVariantInput
	AdditionalData module.Map `json:"additional_data" valid:"nullish"`
}

func (a productAPI) createVariant(ctx context.Context, in newVariant) (string, error) {
	_, err := a.flows.CreateVariants.Run(ctx, productflow.CreateVariantsInput{Variants: []productflow.CreateVariantInput{in.CreateVariantInput}, AdditionalData: in.AdditionalData})
	return in.ProductID, err
}

func (a productAPI) updateVariant(ctx context.Context, in variantPatch) (string, error) {
	ids := []string{in.Variant}
	if in.UpdateVariantInput.ID == "" {
		in.UpdateVariantInput.ID = in.Variant
	} else if in.UpdateVariantInput.ID != in.Variant { // the body's counts
		ids = append(ids, in.UpdateVariantInput.ID)
	}
	n, err := a.flows.Product.Variants.Count(ctx, module.Filter{"id": ids, "product_id": in.ProductID})
	if err != nil || n < len(ids) { // there is nothing of this product to change
		return in.ProductID, err
	}
	_, err = a.flows.UpdateVariants.Run(ctx, productflow.UpdateVariantsInput{Variants: []productflow.UpdateVariantInput{in.UpdateVariantInput}, AdditionalData: in.AdditionalData})
	return in.ProductID, err
}

func (a productAPI) deleteVariant(ctx context.Context, productID, id string) error {
	n, err := a.flows.Product.Products.Count(ctx, module.Filter{"id": productID})
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "Product not found")
	}
	if err != nil {
		return err
	}
	_, err = a.flows.DeleteVariants.Run(ctx, []string{id})
	return err
}

func (a productAPI) batchVariants(ctx context.Context, in resource.BatchInput[productflow.CreateVariantInput, productflow.UpdateExistingVariantInput]) (resource.BatchResult, error) {
	b := productflow.BatchInput[productflow.CreateVariantInput, productflow.UpdateVariantInput]{Create: in.Create, Delete: in.Delete}
	for i := range b.Create {
		b.Create[i].ProductID = route.RequestFromContext(ctx).Param("product_id")
	}
	for _, v := range in.Update {
		b.Update = append(b.Update, productflow.UpdateVariantInput(v))
	}
	out, err := a.flows.BatchVariants.Run(ctx, b)
	return resource.BatchResult(out), err
}

// A newPart is an inventory item that a variant takes from stock.
type newPart struct {
	ID               string  `path:"id"`
	RequiredQuantity float64 `json:"required_quantity"`
	InventoryItemID  string  `json:"inventory_item_id"`
}

// A partChange changes how much a variant takes of an inventory item.
type partChange struct {
	ID               string  `path:"id"`
	InventoryItemID  string  `path:"inventory_item_id"`
	RequiredQuantity float64 `json:"required_quantity"`
}

func (a productAPI) addItem(ctx context.Context, in newPart) (string, error) {
	return in.ID, a.flows.LinkInventoryItems(ctx, []productflow.InventoryLink{{VariantID: in.ID, InventoryItemID: in.InventoryItemID, RequiredQuantity: in.RequiredQuantity}})
}

func (a productAPI) changeItem(ctx context.Context, in partChange) (string, error) {
	return in.ID, a.flows.LinkInventoryItems(ctx, []productflow.InventoryLink{{VariantID: in.ID, InventoryItemID: in.InventoryItemID, RequiredQuantity: in.RequiredQuantity}})
}

func (a productAPI) removeItem(ctx context.Context, id, item string) error {
	return a.flows.UnlinkInventoryItems(ctx, []productflow.InventoryLink{{VariantID: id, InventoryItemID: item}})
}

// An itemLinkKey names a link of a variant and an inventory item.
type itemLinkKey struct {
	Product struct {
		VariantID string `json:"variant_id"`
	} `json:"product"`
	Inventory struct {
		InventoryItemID string `json:"inventory_item_id"`
	} `json:"inventory"`
}

func linkOf(variant, item string) (k itemLinkKey) {
	k.Product.VariantID, k.Inventory.InventoryItemID = variant, item
	return k
}

func itemLink(_ context.Context, variant, item string) (string, error) {
	b, err := json.Marshal(linkOf(variant, item))
	return string(b), err
}

// A partBatch changes what many variants take from stock.
type partBatch struct {
	Create []productflow.InventoryLink `json:"create" valid:"optional,strict"`
	Update []productflow.InventoryLink `json:"update" valid:"optional,strict"`
	Delete []untied                    `json:"delete" valid:"optional,strict"`
}

type untied struct {
	VariantID       string `json:"variant_id"`
	InventoryItemID string `json:"inventory_item_id"`
}

// A partLink is a link as a batch shows it.
type partLink struct {
	itemLinkKey
	Data *struct {
		RequiredQuantity float64 `json:"required_quantity"`
	} `json:"data,omitempty"`
}

func partLinks(list []productflow.InventoryLink) []partLink {
	out := make([]partLink, len(list))
	for i, t := range list {
		out[i].itemLinkKey = linkOf(t.VariantID, t.InventoryItemID)
		out[i].Data = &struct {
			RequiredQuantity float64 `json:"required_quantity"`
		}{t.RequiredQuantity}
	}
	return out
}

// A partBatchAnswer tells what a batch did.
type partBatchAnswer struct {
	Created []partLink    `json:"created"`
	Updated []partLink    `json:"updated"`
	Deleted []itemLinkKey `json:"deleted"`
}

func (a productAPI) batchItems(ctx context.Context, in partBatch) (out partBatchAnswer, err error) {
	out = partBatchAnswer{partLinks(in.Create), partLinks(in.Update), []itemLinkKey{}}
	var removed []productflow.InventoryLink
	for _, d := range in.Delete {
		removed = append(removed, productflow.InventoryLink{VariantID: d.VariantID, InventoryItemID: d.InventoryItemID})
		out.Deleted = append(out.Deleted, linkOf(d.VariantID, d.InventoryItemID))
	}
	if err := a.flows.LinkInventoryItems(ctx, append(slices.Clone(in.Create), in.Update...)); err != nil {
		return out, err
	}
	return out, a.flows.UnlinkInventoryItems(ctx, removed)
}
