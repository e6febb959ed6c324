package storeapi

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/modules/customer"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
	"github.com/gorgon-commerce/gorgon/modules/store"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A Catalog is what buyers see products by: where they are, what they have in the cart, what groups they are in.
type Catalog struct {
	Products  *productflow.Flows
	Regions   *region.Module
	Stores    *store.Module
	Carts     *cart.Module
	Customers *customer.Module
	Channels  *saleschannel.Module
}

// maybe lets buyers in whether they are logged in or not.
func maybe() []route.Option {
	return []route.Option{route.Auth(route.Session|route.Bearer|route.Unauthenticated, "customer")}
}

// whereabouts are the parameters that say where a buyer is.
func whereabouts() resource.Filters {
	return resource.Filters{text("region_id"), text("country_code"), text("province"), text("cart_id"), list("sales_channel_id")}
}

// ProductResource is /store/products.
func (c Catalog) ProductResource(read resource.Reader) resource.Resource {
	option := schema.ObjectOf(schema.Field{Name: "value", Schema: resource.Text}, schema.Field{Name: "option_id", Schema: resource.Text}).Optional()
	variant := resource.Filters{list("id"), list("sku"), list("ean"), list("upc"), list("barcode"), {Name: "options", Schema: option}, dates("created_at"), dates("updated_at"),
		dates("deleted_at")}
	filters := append(whereabouts(), text("q"), list("id"), list("title"), list("handle"), resource.Filter{Name: "is_giftcard", Schema: resource.Flag}, list("category_id"),
		list("option_id"), list("option_value_id"), list("external_id"), list("collection_id"), list("tag_id"), list("type_id"),
		resource.Filter{Name: "variants", Schema: nested(variant)}, dates("created_at"), dates("updated_at"), dates("deleted_at"))
	return resource.Resource{
		Path: "/store/products", Entity: "product", RecordKey: "product", ListKey: "products", Retrievable: true,
		Fields: ProductFields, Allow: strings.Fields(ExtraProductFields), Filters: filters, RetrieveParams: append(filters, text("order"), text("limit"), text("offset")),
		RelationFilters: map[string]string{"category_id": "categories.id", "tag_id": "tags.id", "option_id": "options.id"},
		Limit:           50,
		NotFoundMessage: "Product with id: %s was not found",
		Prepare:         c.prepareProducts,
		Options:         maybe(),
		Read:            read,
	}
}

// nested asks for related records with these filters.
func nested(list resource.Filters) *schema.Schema {
	fields := make([]schema.Field, len(list))
	for i, f := range list {
		fields[i] = schema.Field{Name: f.Name, Schema: f.Schema}
	}
	branch := schema.ArrayOf(schema.ObjectOf(fields...)).Optional()
	return schema.ObjectOf(append(fields, schema.Field{Name: "$and", Schema: branch}, schema.Field{Name: "$or", Schema: branch})...).Optional()
}

// ProductVariants is /store/product-variants.
func (c Catalog) ProductVariants(read resource.Reader) resource.Resource {
	option := schema.ObjectOf(schema.Field{Name: "value", Schema: resource.Text}, schema.Field{Name: "option_id", Schema: resource.Text}).Optional()
	return resource.Resource{
		Path: "/store/product-variants", Entity: "product_variant", RecordKey: "variant", ListKey: "variants", Retrievable: true,
		Fields: "id title sku barcode ean upc allow_backorder manage_inventory variant_rank product_id thumbnail hs_code origin_country mid_code material weight " +
			"length height width created_at updated_at metadata *options *images product.id product.type_id",
		Allow: strings.Fields("deleted_at calculated_price inventory_quantity options.id options.value images.id images.url images.rank"),
		Filters: append(whereabouts(), text("q"), list("id"), list("sku"), list("product_id"), resource.Filter{Name: "options", Schema: option},
			resource.Filter{Name: "allow_backorder", Schema: resource.Flag}, resource.Filter{Name: "manage_inventory", Schema: resource.Flag},
			dates("created_at"), dates("updated_at"), dates("deleted_at")),
		RetrieveParams:  whereabouts(),
		Limit:           20,
		NotFoundMessage: "Product variant with id: %s was not found",
		Prepare:         c.prepareVariants,
		Options:         maybe(),
		Read:            read,
	}
}

// ProductOptions is /store/product-options.
func ProductOptions(read resource.Reader) resource.Resource {
	return resource.Resource{
		Path: "/store/product-options", Entity: "product_option", RecordKey: "product_option", ListKey: "product_options", Retrievable: true,
		Fields: "id title is_exclusive values.* created_at updated_at metadata", Allow: strings.Fields("values values.id values.value"),
		Filters:         resource.Filters{text("q"), list("id"), list("title"), {Name: "is_exclusive", Schema: resource.Flag}, dates("created_at"), dates("updated_at"), dates("deleted_at")},
		Limit:           50,
		NotFoundMessage: "Product option with id: %s was not found",
		Read:            read,
	}
}

func (c Catalog) prepareProducts(ctx context.Context, q *resource.Query) error {
	channels, err := c.channels(ctx, q)
	if err != nil {
		return err
	}
	q.Filters["status"] = "published"
	if q.Key != "" || c.several(ctx) {
		q.Filters["sales_channels"] = map[string]any{"id": channels}
	}
	if err := productflow.FilterByOptionValues(ctx, c.Products, q.Filters); err != nil {
		return err
	}
	if q.Key != "" {
		q.Fields = withCategories(q)
	}
	if slices.Contains(q.Fields, "variants.options.*") {
		q.Fields = append(q.Fields, map[bool]string{true: "variants.options.option.*", false: "variants.options.option.id"}[slices.Contains(q.Fields, "options.*")])
	}
	return c.context(ctx, q, "variants.", channels)
}

// withCategories hides internal categories of one product where categories are asked for; else it tells which of them are.
func withCategories(q *resource.Query) []string {
	if slices.ContainsFunc(q.Fields, func(f string) bool { return strings.HasPrefix(f, "categories") }) {
		return productflow.PublicFields(q.Fields)
	}
	return append(q.Fields, "categories.is_internal")
}

func (c Catalog) prepareVariants(ctx context.Context, q *resource.Query) error {
	channels, err := c.channels(ctx, q)
	if err != nil {
		return err
	}
	q.Filters["product"] = map[string]any{"status": "published", "sales_channels": map[string]any{"id": channels}}
	if slices.Contains(q.Fields, "options.*") {
		q.Fields = append(q.Fields, "options.option.id")
	}
	return c.context(ctx, q, "", channels)
}

// channels are the sales channels that a request is about: those of its key, or of these the ones it names.
func (c Catalog) channels(ctx context.Context, q *resource.Query) ([]string, error) {
	ofKey := route.SalesChannels(ctx)
	var asked []string
	switch v := q.Params.Get("sales_channel_id"); v.Kind() {
	case schema.KindString:
		asked = []string{v.Text()}
	case schema.KindArray:
		for _, id := range v.Items() {
			asked = append(asked, id.Text())
		}
	}
	delete(q.Filters, "sales_channel_id")
	for _, id := range asked {
		if !slices.Contains(ofKey, id) {
			return nil, fault.New(fault.Invalid, "Requested sales channel is not part of the publishable key")
		}
	}
	if len(asked) > 0 {
		return asked, nil
	}
	if len(ofKey) == 0 {
		return nil, fault.New(fault.Invalid, "Publishable key needs to have a sales channel configured")
	}
	return ofKey, nil
}

// prepareRelatedProducts keeps products that are read through something else, at any depth, to those that /store/products lists for the same
// publishable key.
func (c Catalog) prepareRelatedProducts(ctx context.Context, q *resource.Query) error {
	shown := map[string]any{"status": "published"}
	if channels := route.SalesChannels(ctx); len(channels) == 0 || c.several(ctx) {
		shown["sales_channels"] = map[string]any{"id": channels}
	}
	q.RelatedFilters = map[string]map[string]any{"product": shown}
	return nil
}

// several reports whether the shop has more than one sales channel; with one, all products are sold there.
func (c Catalog) several(ctx context.Context) bool {
	list, err := c.Channels.Channels.List(ctx, module.Filter{}, module.FindOptions{Select: []string{"id"}, Take: 2})
	return err != nil || len(list) > 1
}

// A place is where a buyer is.
type place struct{ region, country, province string }

// context gives the read what calculated prices and quantities are worked out by.
func (c Catalog) context(ctx context.Context, q *resource.Query, prefix string, channels []string) error {
	at := place{q.Params.Get("region_id").Text(), q.Params.Get("country_code").Text(), q.Params.Get("province").Text()}
	for _, name := range []string{"region_id", "country_code", "province", "cart_id"} {
		delete(q.Filters, name)
	}
	q.Context = map[string]any{product.ImageContext: prefix == ""}
	if slices.Contains(q.Fields, prefix+"inventory_quantity") {
		channel, err := oneChannel(ctx, channels)
		if err != nil {
			return err
		}
		q.Context[productflow.StockContext] = channel
		q.Fields = append(q.Fields, prefix+"manage_inventory")
	}
	price := prefix + "calculated_price"
	if !slices.ContainsFunc(q.Fields, func(f string) bool { return f == price || strings.HasPrefix(f, price+".") }) {
		if at.region == "" {
			return nil
		}
		q.Fields = append(q.Fields, price)
	}
	if prefix != "" && q.Params.Get("country_code").Exists() {
		q.Fields = append(q.Fields, "type_id")
	}
	at, err := c.locate(ctx, at, q.Params.Get("cart_id").Text())
	if err != nil {
		return err
	}
	return c.price(ctx, q, at)
}

func oneChannel(ctx context.Context, channels []string) (string, error) {
	if ofKey := route.SalesChannels(ctx); len(ofKey) == 1 {
		return ofKey[0], nil
	}
	if len(channels) == 1 {
		return channels[0], nil
	}
	return "", fault.New(fault.Invalid, "Inventory availability cannot be calculated in the given context. Either provide a single sales channel id or configure a single sales channel in the publishable key")
}

// locate completes a place from the cart, and from the store's default region.
func (c Catalog) locate(ctx context.Context, at place, cartID string) (place, error) {
	if cartID != "" {
		list, err := c.Carts.Carts.List(ctx, module.Filter{"id": cartID}, module.FindOptions{Relations: []string{"shipping_address"}})
		if err != nil {
			return at, err
		}
		if len(list) > 0 {
			if r := list[0].RegionID; r != nil {
				at.region = *r
			}
			if a := list[0].ShippingAddress; a != nil {
				at.country, at.province = value(a.CountryCode), value(a.Province)
			}
		}
	}
	if at.region != "" {
		return at, nil
	}
	stores, err := c.Stores.Stores.List(ctx, module.Filter{}, module.FindOptions{Take: 1, Order: []string{"created_at"}})
	if err == nil && len(stores) > 0 {
		at.region = value(stores[0].DefaultRegionID)
	}
	if err == nil && at.region == "" {
		err = fault.New(fault.Invalid, "Missing required pricing context to calculate prices - region_id")
	}
	return at, err
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// price sets the contexts of prices and their taxes.
func (c Catalog) price(ctx context.Context, q *resource.Query, at place) error {
	regions, err := c.Regions.Regions.List(ctx, module.Filter{"id": at.region})
	if err != nil {
		return err
	}
	if len(regions) == 0 {
		return fault.New(fault.Invalid, "Region with id %s not found when populating the pricing context", at.region)
	}
	in := pricing.Context{CurrencyCode: regions[0].CurrencyCode}.With("region_id", regions[0].ID)
	if a, ok := route.ActorFromContext(ctx); ok && a.Type == "customer" && a.ID != "" {
		groups, err := c.Customers.Groups.List(ctx, module.Filter{"customers": module.Filter{"id": a.ID}}, module.FindOptions{Select: []string{"id"}})
		if err != nil {
			return err
		}
		in = in.With("customer.groups.id", module.IDs(groups)...)
	}
	q.Context[productflow.PricingContext] = in
	if regions[0].AutomaticTaxes && at.country != "" {
		q.Context[productflow.TaxContext] = productflow.TaxAddress{CountryCode: at.country, ProvinceCode: at.province}
	}
	return nil
}
