package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// productFields are the fields of products that are shown unless others are asked for.
const productFields = "id title subtitle status external_id description handle is_giftcard discountable thumbnail collection_id type_id weight length " +
	"height width hs_code origin_country mid_code material created_at updated_at deleted_at metadata *type *collection *options *options.values *tags " +
	"*images *variants *variants.prices *variants.options *variants.images *sales_channels"

// A productAPI is /admin/products.
type productAPI struct{ flows *productflow.Flows }

// A newProduct is what it takes to make a product, with data for hooks.
type newProduct struct {
	productflow.CreateProductInput
	AdditionalData module.Map `json:"additional_data" valid:"nullish"`
}

// A productPatch changes a product. Options are refused with a hint.
type productPatch struct {
	productflow.UpdateProductInput
	Options        module.JSON `json:"options"`
	AdditionalData module.Map  `json:"additional_data" valid:"nullish"`
}

// Products routes /admin/products, with their variants and options. Read is nil for the query graph.
func Products(flows *productflow.Flows, read resource.Reader) []route.Route {
	a := productAPI{flows}
	r := a.resource(read)
	below := r
	below.UpdateNotFoundMessage, below.ListKey, below.Retrievable, below.Create, below.Update, below.Delete, below.Batch = "", "", false, nil, nil, nil, nil
	below.Actions = []resource.Action{
		resource.Post("/{id}/variants", resource.Do(a.createVariant)),
		resource.Post("/{id}/variants/{variant_id}", resource.Do(a.updateVariant)),
		resource.Post("/{id}/options/batch", resource.Do(a.options)),
	}
	options := resource.Resource{
		Path: "/admin/products/{product_id}/options", Entity: "product_option", ListKey: "product_options", RecordKey: "product_option", Fields: "id title",
		Filters: times(text("q"), list("id"), text("title")), Limit: 50, Read: read,
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["products"] = map[string]any{"id": route.RequestFromContext(ctx).Param("product_id")}
			return nil
		},
	}
	out := append(r.Routes(), below.Routes()...)
	out = append(out, options.Routes()...)
	out = append(out, a.variantRoutes(read)...)
	return append(out, r.DeleteSubRecordRoutes(resource.SubRecord{Pattern: "/{id}/variants/{variant_id}", Param: "variant_id", Object: "variant", Remove: a.deleteVariant})...)
}

// resource is the list of products, and each of them.
func (a productAPI) resource(read resource.Reader) resource.Resource {
	return resource.Resource{
		Path: "/admin/products", Entity: "product", RecordKey: "product", ListKey: "products", Retrievable: true, IgnoreUnknownParams: true, NoLogicalFilters: true, WithDeleted: true,
		Fields: productFields,
		Filters: times(append(productFilters(), list("sales_channel_id"), resource.Filter{Name: "price_list_id", Schema: schema.ArrayOf(schema.String()).Optional()},
			resource.Filter{Name: "variants", Schema: variantsFilter()}, resource.Filter{Name: "status", Schema: statuses()},
			resource.Filter{Name: "$and", Schema: productBranches()}, resource.Filter{Name: "$or", Schema: productBranches()})...),
		RelationFilters:       productThrough(),
		Limit:                 50,
		NotFoundMessage:       "Product not found",
		UpdateNotFoundMessage: `Product with id "%s" not found`,
		Create:                resource.Do(a.create),
		Update:                resource.Do(a.update),
		Delete:                a.delete,
		Batch:                 resource.DoBatch(a.batch),
		Prepare:               a.prepare,
		Read:                  read,
	}
}

// productFilters are the filters of products that admins and buyers have.
func productFilters() []resource.Filter {
	return []resource.Filter{text("q"), list("id"), list("title"), list("handle"), {Name: "is_giftcard", Schema: resource.Flag}, list("category_id"), list("option_id"),
		list("option_value_id"), list("external_id"), list("collection_id"), list("tag_id"), list("type_id")}
}

// productThrough tells where filters of products by related records lead.
func productThrough() map[string]string {
	return map[string]string{"category_id": "categories.id", "tag_id": "tags.id", "option_id": "options.id", "sales_channel_id": "sales_channels.id",
		"price_list_id": "variants.price_set.prices.price_list_id"}
}

func statuses() *schema.Schema {
	return schema.ArrayOf(schema.Enum("draft", "proposed", "published", "rejected")).Optional()
}

// variantsFilter asks for products with such variants.
func variantsFilter() *schema.Schema {
	fields := filterFields(variantFilters()[1:]) // not q
	branch := schema.ArrayOf(schema.ObjectOf(fields...)).Optional()
	return schema.ObjectOf(append(fields, schema.Field{Name: "$and", Schema: branch}, schema.Field{Name: "$or", Schema: branch})...).Optional()
}

// productBranches are the filters that $and and $or of products know; others are dropped.
func productBranches() *schema.Schema {
	return schema.ArrayOf(schema.ObjectOf(schema.Field{Name: "variants", Schema: variantsFilter()}, schema.Field{Name: "status", Schema: statuses()})).Optional()
}

func (a productAPI) prepare(ctx context.Context, q *resource.Query) error {
	dropEmpty(q.Filters)
	q.Fields = productFieldsOf(q.Fields)
	return productflow.FilterByOptionValues(ctx, a.flows, q.Filters)
}

// dropEmpty takes filters away that say nothing, for they would match everything where one of several must hold.
func dropEmpty(filters map[string]any) {
	for k, v := range filters {
		switch v := v.(type) {
		case map[string]any:
			if dropEmpty(v); len(v) == 0 {
				delete(filters, k)
			}
		case []any:
			if k != "$and" && k != "$or" {
				continue
			}
			var nonEmpty []any
			for _, b := range v {
				if f, ok := b.(map[string]any); ok {
					if dropEmpty(f); len(f) > 0 {
						nonEmpty = append(nonEmpty, f)
					}
				}
			}
			if filters[k] = nonEmpty; len(nonEmpty) == 0 {
				delete(filters, k)
			}
		}
	}
}

func (a productAPI) create(ctx context.Context, in newProduct) (string, error) {
	out, err := a.flows.Create.Run(ctx, productflow.CreateProductsInput{Products: []productflow.CreateProductInput{in.CreateProductInput}, AdditionalData: in.AdditionalData})
	if err != nil {
		return "", err
	}
	return out[0].ID, nil
}

func (a productAPI) update(ctx context.Context, in productPatch) (string, error) {
	if len(in.Options) > 0 {
		return "", fault.New(fault.Invalid, "Invalid request: The 'options' property was removed in version 2.16.0. Please remove it from your request payload.")
	}
	_, err := a.flows.Update.Run(ctx, productflow.UpdateProductsInput{Products: []productflow.UpdateProductInput{in.UpdateProductInput}, AdditionalData: in.AdditionalData})
	return in.ID, err
}

func (a productAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.Delete.Run(ctx, []string{id})
	return err
}

func (a productAPI) batch(ctx context.Context, in resource.BatchInput[productflow.CreateProductInput, productflow.UpdateProductInput]) (resource.BatchResult, error) {
	out, err := a.flows.Batch.Run(ctx, productflow.BatchInput[productflow.CreateProductInput, productflow.UpdateProductInput]{Create: in.Create, Update: in.Update, Delete: in.Delete})
	return resource.BatchResult(out), err
}

// An optionBatch gives a product options and takes others away, and says which values it has of those that stay.
type optionBatch struct {
	ID     string        `path:"id"`
	Add    []addedOption `json:"add" valid:"optional"`
	Remove []string      `json:"remove" valid:"optional"`
	Update []struct {
		OptionID string       `json:"product_option_id"`
		Add      []addedValue `json:"add" valid:"optional"`
		Remove   []string     `json:"remove" valid:"optional"`
	} `json:"update" valid:"optional"`
}

func (a productAPI) options(ctx context.Context, in optionBatch) (string, error) {
	b := productflow.UpdateProductOptionsInput{ProductID: in.ID, Remove: in.Remove}
	for _, o := range in.Add {
		b.Add = append(b.Add, o.OptionInput)
	}
	for _, u := range in.Update {
		v := productflow.UpdateOptionValuesInput{OptionID: u.OptionID, RemovedValues: u.Remove}
		for _, add := range u.Add {
			if add.id != "" {
				v.ValueIDs = append(v.ValueIDs, add.id)
			} else {
				v.NewValues = append(v.NewValues, add.value)
			}
		}
		b.Update = append(b.Update, v)
	}
	return a.flows.UpdateProductOptions.Run(ctx, b)
}

// pictured ties images and variants.
type pictured struct {
	Variant string   `path:"variant_id"`
	Image   string   `path:"image_id"`
	Add     []string `json:"add" valid:"optional"`
	Remove  []string `json:"remove" valid:"optional"`
}

// A picturedAnswer tells what was tied and untied.
type picturedAnswer struct {
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
}

func (in pictured) answer() picturedAnswer {
	return picturedAnswer{append([]string{}, in.Add...), append([]string{}, in.Remove...)}
}

func (a productAPI) variantImages(ctx context.Context, in pictured) (picturedAnswer, error) {
	_, err := a.flows.VariantImages.Run(ctx, product.VariantImagesInput{ID: in.Variant, Add: in.Add, Remove: in.Remove})
	return in.answer(), err
}

func (a productAPI) imageVariants(ctx context.Context, in pictured) (picturedAnswer, error) {
	_, err := a.flows.ImageVariants.Run(ctx, product.VariantImagesInput{ID: in.Image, Add: in.Add, Remove: in.Remove})
	return in.answer(), err
}
