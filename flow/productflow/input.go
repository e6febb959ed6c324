package productflow

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/money"
)

// An IDRef names a record that exists.
type IDRef struct {
	ID string `json:"id"`
}

func refs(list []IDRef) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = r.ID
	}
	return out
}

func optRefs(o module.Opt[[]IDRef]) module.Opt[[]string] {
	if !o.Set {
		return module.Opt[[]string]{}
	}
	return module.Some(refs(o.Value))
}

// A CreatePriceInput is a price of a new variant.
type CreatePriceInput struct {
	CurrencyCode string                    `json:"currency_code"`
	Amount       money.Decimal             `json:"amount" valid:"number"`
	MinQuantity  module.Opt[money.Decimal] `json:"min_quantity" valid:"number"`
	MaxQuantity  module.Opt[money.Decimal] `json:"max_quantity" valid:"number"`
	Rules        map[string]string         `json:"rules" valid:"optional"`
}

func (p CreatePriceInput) draft() pricing.PriceInput {
	return pricing.PriceInput{CurrencyCode: module.Some(p.CurrencyCode), Amount: module.Some(p.Amount), MinQuantity: p.MinQuantity, MaxQuantity: p.MaxQuantity,
		Rules: module.Some(pricing.ConditionsFrom(p.Rules))}
}

// A UpdatePriceInput is a price of a variant that exists: with an ID one to change, else a new one.
type UpdatePriceInput struct {
	ID           string                        `json:"id" valid:"optional"`
	CurrencyCode module.Opt[string]            `json:"currency_code" valid:"notnull"`
	Amount       module.Opt[money.Decimal]     `json:"amount" valid:"number,notnull"`
	MinQuantity  module.Opt[money.Decimal]     `json:"min_quantity" valid:"number"`
	MaxQuantity  module.Opt[money.Decimal]     `json:"max_quantity" valid:"number"`
	Rules        module.Opt[map[string]string] `json:"rules" valid:"notnull"`
}

func (p UpdatePriceInput) draft() pricing.PriceInput {
	d := pricing.PriceInput{ID: p.ID, CurrencyCode: p.CurrencyCode, Amount: p.Amount, MinQuantity: p.MinQuantity, MaxQuantity: p.MaxQuantity}
	if p.Rules.Set {
		d.Rules = module.Some(pricing.ConditionsFrom(p.Rules.Value))
	}
	return d
}

func drafts[P interface{ draft() pricing.PriceInput }](list []P) []pricing.PriceInput {
	out := make([]pricing.PriceInput, len(list))
	for i, p := range list {
		out[i] = p.draft()
	}
	return out
}

// Dimensions are what products and variants, new and changed, say of the thing itself.
type Dimensions struct {
	Weight        module.Opt[float64]    `json:"weight"`
	Length        module.Opt[float64]    `json:"length"`
	Height        module.Opt[float64]    `json:"height"`
	Width         module.Opt[float64]    `json:"width"`
	HSCode        module.Opt[string]     `json:"hs_code"`
	MidCode       module.Opt[string]     `json:"mid_code"`
	OriginCountry module.Opt[string]     `json:"origin_country"`
	Material      module.Opt[string]     `json:"material"`
	Metadata      module.Opt[module.Map] `json:"metadata"`
}

// VariantCodes are what a variant is known by elsewhere.
type VariantCodes struct {
	SKU     module.Opt[string] `json:"sku"`
	EAN     module.Opt[string] `json:"ean"`
	UPC     module.Opt[string] `json:"upc"`
	Barcode module.Opt[string] `json:"barcode"`
}

// An InventoryRequirement is an inventory item that a variant takes from stock, and how much of it.
type InventoryRequirement struct {
	InventoryItemID  string  `json:"inventory_item_id"`
	RequiredQuantity float64 `json:"required_quantity"`
}

// A CreateVariantInput is a variant to be created. ProductID is of the product that it is of, where that exists already.
type CreateVariantInput struct {
	ProductID       string                 `path:"id" json:"-"`
	Title           string                 `json:"title"`
	AllowBackorder  module.Opt[bool]       `json:"allow_backorder" valid:"booltext,notnull"`
	ManageInventory module.Opt[bool]       `json:"manage_inventory" valid:"booltext,notnull"`
	VariantRank     module.Opt[float64]    `json:"variant_rank" valid:"notnull"`
	Prices          []CreatePriceInput     `json:"prices"`
	Options         map[string]string      `json:"options" valid:"optional"`
	InventoryItems  []InventoryRequirement `json:"inventory_items" valid:"optional"`
	VariantCodes
	Dimensions
}

func (v CreateVariantInput) draft() product.CreateVariantInput {
	d := product.CreateVariantInput{Options: v.Options, Variant: product.Variant{
		Title: v.Title, SKU: v.SKU.Ptr(), EAN: v.EAN.Ptr(), UPC: v.UPC.Ptr(), Barcode: v.Barcode.Ptr(),
		AllowBackorder: v.AllowBackorder.Value, ManageInventory: v.ManageInventory.Or(true),
		Weight: v.Weight.Ptr(), Length: v.Length.Ptr(), Height: v.Height.Ptr(), Width: v.Width.Ptr(), HSCode: v.HSCode.Ptr(), MidCode: v.MidCode.Ptr(),
		OriginCountry: v.OriginCountry.Ptr(), Material: v.Material.Ptr(), Metadata: v.Metadata.Value, ProductID: &v.ProductID,
	}}
	rank := int(v.VariantRank.Value)
	d.VariantRank = &rank
	return d
}

// A UpdateVariantInput changes a variant; in one of a product it may be a new one, without an ID.
type UpdateVariantInput struct {
	ID string `json:"id" valid:"optional"`
	VariantFields
}

// A UpdateExistingVariantInput changes a variant that exists.
type UpdateExistingVariantInput struct {
	ID string `json:"id"`
	VariantFields
}

// VariantFields are what may change of a variant. Prices, when they are set, become all that it has.
type VariantFields struct {
	Title           module.Opt[string]             `json:"title" valid:"notnull"`
	Thumbnail       module.Opt[string]             `json:"thumbnail"`
	AllowBackorder  module.Opt[bool]               `json:"allow_backorder" valid:"booltext,notnull"`
	ManageInventory module.Opt[bool]               `json:"manage_inventory" valid:"booltext,notnull"`
	VariantRank     module.Opt[float64]            `json:"variant_rank" valid:"notnull"`
	Prices          module.Opt[[]UpdatePriceInput] `json:"prices" valid:"notnull"`
	Options         map[string]string              `json:"options" valid:"optional"`
	VariantCodes
	Dimensions
}

func (v UpdateVariantInput) patch() product.UpdateVariantInput {
	set := module.SetFrom(v.VariantFields)
	delete(set, "prices")
	if v.VariantRank.Set {
		set["variant_rank"] = int(v.VariantRank.Value)
	}
	return product.UpdateVariantInput{ID: v.ID, Set: set, Options: v.Options}
}

// An OptionInput is an option of a new product: a new option with its values, or with an ID one that exists.
type OptionInput struct {
	ID          string                     `json:"id" valid:"optional"`
	ValueIDs    []string                   `json:"value_ids" valid:"optional"`
	Title       module.Opt[string]         `json:"title" valid:"notnull"`
	Values      module.Opt[[]string]       `json:"values" valid:"notnull"`
	Ranks       module.Opt[map[string]int] `json:"ranks" valid:"notnull"`
	IsExclusive module.Opt[bool]           `json:"is_exclusive" valid:"notnull"`
	Metadata    module.Opt[module.Map]     `json:"metadata"`
}

func (o OptionInput) choice() product.OptionChoice {
	return product.OptionChoice{ID: o.ID, ValueIDs: o.ValueIDs, CreateOptionInput: product.CreateOptionInput{
		Option: product.Option{Title: o.Title.Value, IsExclusive: o.IsExclusive.Or(true), Metadata: o.Metadata.Value},
		Values: o.Values.Value, Ranks: o.Ranks.Value,
	}}
}

// A CreateProductInput is a product to be created.
type CreateProductInput struct {
	Title             string               `json:"title"`
	Subtitle          module.Opt[string]   `json:"subtitle"`
	Description       module.Opt[string]   `json:"description"`
	IsGiftCard        module.Opt[bool]     `json:"is_giftcard" valid:"booltext,notnull"`
	Discountable      module.Opt[bool]     `json:"discountable" valid:"booltext,notnull"`
	Images            []ImageInput         `json:"images" valid:"optional"`
	Thumbnail         module.Opt[string]   `json:"thumbnail"`
	Handle            module.Opt[string]   `json:"handle" valid:"notnull"`
	Status            module.Opt[string]   `json:"status" valid:"enum=draft|proposed|published|rejected"`
	ExternalID        module.Opt[string]   `json:"external_id"`
	TypeID            module.Opt[string]   `json:"type_id"`
	CollectionID      module.Opt[string]   `json:"collection_id"`
	Categories        []IDRef              `json:"categories" valid:"optional"`
	Tags              []IDRef              `json:"tags" valid:"optional"`
	Options           []OptionInput        `json:"options" valid:"optional"`
	Variants          []CreateVariantInput `json:"variants" valid:"optional,strict"`
	SalesChannels     []IDRef              `json:"sales_channels" valid:"optional"`
	ShippingProfileID module.Opt[string]   `json:"shipping_profile_id" valid:"notnull"`
	Dimensions
}

// An ImageInput is an image of a product; with an ID one that it has.
type ImageInput struct {
	ID  string `json:"id" valid:"optional"`
	URL string `json:"url"`
}

func images(list []ImageInput) []product.Image {
	out := make([]product.Image, len(list))
	for i, img := range list {
		out[i] = product.Image{Model: module.Model{ID: img.ID}, URL: img.URL}
	}
	return out
}

func (p CreateProductInput) draft() product.CreateInput {
	d := product.CreateInput{TagIDs: refs(p.Tags), CategoryIDs: refs(p.Categories), Product: product.Product{
		Title: p.Title, Handle: p.Handle.Value, Subtitle: p.Subtitle.Ptr(), Description: p.Description.Ptr(), IsGiftCard: p.IsGiftCard.Value,
		Discountable: p.Discountable.Or(true), Status: p.Status.Value, Thumbnail: p.Thumbnail.Ptr(), ExternalID: p.ExternalID.Ptr(),
		TypeID: p.TypeID.Ptr(), CollectionID: p.CollectionID.Ptr(), Images: images(p.Images),
		Weight: p.Weight.Ptr(), Length: p.Length.Ptr(), Height: p.Height.Ptr(), Width: p.Width.Ptr(), HSCode: p.HSCode.Ptr(), MidCode: p.MidCode.Ptr(),
		OriginCountry: p.OriginCountry.Ptr(), Material: p.Material.Ptr(), Metadata: p.Metadata.Value,
	}}
	for _, o := range p.Options {
		d.Options = append(d.Options, o.choice())
	}
	return d
}

// A UpdateProductInput changes a product. Lists, when they are set, become all that it has.
type UpdateProductInput struct {
	ID                string                           `json:"id" path:"id"`
	Title             module.Opt[string]               `json:"title" valid:"notnull"`
	Subtitle          module.Opt[string]               `json:"subtitle"`
	Description       module.Opt[string]               `json:"description"`
	Status            module.Opt[string]               `json:"status" valid:"enum=draft|proposed|published|rejected,notnull"`
	IsGiftCard        module.Opt[bool]                 `json:"is_giftcard" valid:"booltext,notnull"`
	Discountable      module.Opt[bool]                 `json:"discountable" valid:"booltext,notnull"`
	Thumbnail         module.Opt[string]               `json:"thumbnail"`
	Handle            module.Opt[string]               `json:"handle" valid:"notnull"`
	ExternalID        module.Opt[string]               `json:"external_id"`
	TypeID            module.Opt[string]               `json:"type_id"`
	CollectionID      module.Opt[string]               `json:"collection_id"`
	Images            module.Opt[[]ImageInput]         `json:"images" valid:"notnull"`
	Categories        module.Opt[[]IDRef]              `json:"categories" valid:"notnull"`
	Tags              module.Opt[[]IDRef]              `json:"tags" valid:"notnull"`
	OptionIDs         module.Opt[[]string]             `json:"option_ids" valid:"notnull"`
	Variants          module.Opt[[]UpdateVariantInput] `json:"variants" valid:"notnull,strict"`
	SalesChannels     module.Opt[[]IDRef]              `json:"sales_channels" valid:"notnull"`
	ShippingProfileID module.Opt[string]               `json:"shipping_profile_id"`
	Dimensions
}

func (p UpdateProductInput) patch() product.UpdateInput {
	set := module.SetFrom(p)
	for _, name := range []string{"images", "categories", "tags", "option_ids", "variants", "sales_channels", "shipping_profile_id"} {
		delete(set, name)
	}
	out := product.UpdateInput{ID: p.ID, Set: set, OptionIDs: p.OptionIDs, TagIDs: optRefs(p.Tags), CategoryIDs: optRefs(p.Categories)}
	if p.Images.Set {
		out.Images = module.Some(images(p.Images.Value))
	}
	if p.Variants.Set {
		list := make([]product.UpdateVariantInput, len(p.Variants.Value))
		for i, v := range p.Variants.Value {
			list[i] = v.patch()
		}
		out.Variants = module.Some(list)
	}
	return out
}
