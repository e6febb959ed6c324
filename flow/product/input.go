package product

import (
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Ref names a record that exists.
type Ref struct {
	ID string `json:"id"`
}

func refs(list []Ref) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = r.ID
	}
	return out
}

func optRefs(o module.Opt[[]Ref]) module.Opt[[]string] {
	if !o.Set {
		return module.Opt[[]string]{}
	}
	return module.Some(refs(o.Value))
}

// A NewPrice is a price of a new variant.
type NewPrice struct {
	CurrencyCode string                    `json:"currency_code"`
	Amount       money.Decimal             `json:"amount" valid:"number"`
	MinQuantity  module.Opt[money.Decimal] `json:"min_quantity" valid:"number"`
	MaxQuantity  module.Opt[money.Decimal] `json:"max_quantity" valid:"number"`
	Rules        map[string]string         `json:"rules" valid:"optional"`
}

func (p NewPrice) draft() pricing.Draft {
	return pricing.Draft{CurrencyCode: module.Some(p.CurrencyCode), Amount: module.Some(p.Amount), MinQuantity: p.MinQuantity, MaxQuantity: p.MaxQuantity,
		Rules: module.Some(pricing.Conditions(p.Rules))}
}

// A PricePatch is a price of a variant that exists: with an ID one to change, else a new one.
type PricePatch struct {
	ID           string                        `json:"id" valid:"optional"`
	CurrencyCode module.Opt[string]            `json:"currency_code" valid:"notnull"`
	Amount       module.Opt[money.Decimal]     `json:"amount" valid:"number,notnull"`
	MinQuantity  module.Opt[money.Decimal]     `json:"min_quantity" valid:"number"`
	MaxQuantity  module.Opt[money.Decimal]     `json:"max_quantity" valid:"number"`
	Rules        module.Opt[map[string]string] `json:"rules" valid:"notnull"`
}

func (p PricePatch) draft() pricing.Draft {
	d := pricing.Draft{ID: p.ID, CurrencyCode: p.CurrencyCode, Amount: p.Amount, MinQuantity: p.MinQuantity, MaxQuantity: p.MaxQuantity}
	if p.Rules.Set {
		d.Rules = module.Some(pricing.Conditions(p.Rules.Value))
	}
	return d
}

func drafts[P interface{ draft() pricing.Draft }](list []P) []pricing.Draft {
	out := make([]pricing.Draft, len(list))
	for i, p := range list {
		out[i] = p.draft()
	}
	return out
}

// Measures are what products and variants, new and changed, say of the thing itself.
type Measures struct {
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

// Codes are what a variant is known by elsewhere.
type Codes struct {
	SKU     module.Opt[string] `json:"sku"`
	EAN     module.Opt[string] `json:"ean"`
	UPC     module.Opt[string] `json:"upc"`
	Barcode module.Opt[string] `json:"barcode"`
}

// A Part is an inventory item that a variant takes from stock, and how much of it.
type Part struct {
	InventoryItemID  string  `json:"inventory_item_id"`
	RequiredQuantity float64 `json:"required_quantity"`
}

// A NewVariant is a variant to be created. ProductID is of the product that it is of, where that exists already.
type NewVariant struct {
	ProductID       string              `path:"id" json:"-"`
	Title           string              `json:"title"`
	AllowBackorder  module.Opt[bool]    `json:"allow_backorder" valid:"booltext,notnull"`
	ManageInventory module.Opt[bool]    `json:"manage_inventory" valid:"booltext,notnull"`
	VariantRank     module.Opt[float64] `json:"variant_rank" valid:"notnull"`
	Prices          []NewPrice          `json:"prices"`
	Options         map[string]string   `json:"options" valid:"optional"`
	InventoryItems  []Part              `json:"inventory_items" valid:"optional"`
	Codes
	Measures
}

func (v NewVariant) draft() product.VariantDraft {
	d := product.VariantDraft{Options: v.Options, Variant: product.Variant{
		Title: v.Title, SKU: v.SKU.Ptr(), EAN: v.EAN.Ptr(), UPC: v.UPC.Ptr(), Barcode: v.Barcode.Ptr(),
		AllowBackorder: v.AllowBackorder.Value, ManageInventory: v.ManageInventory.Or(true),
		Weight: v.Weight.Ptr(), Length: v.Length.Ptr(), Height: v.Height.Ptr(), Width: v.Width.Ptr(), HSCode: v.HSCode.Ptr(), MidCode: v.MidCode.Ptr(),
		OriginCountry: v.OriginCountry.Ptr(), Material: v.Material.Ptr(), Metadata: v.Metadata.Value, ProductID: &v.ProductID,
	}}
	rank := int(v.VariantRank.Value)
	d.VariantRank = &rank
	return d
}

// A VariantPatch changes a variant; in one of a product it may be a new one, without an ID.
type VariantPatch struct {
	ID string `json:"id" valid:"optional"`
	VariantFields
}

// A KnownVariantPatch changes a variant that exists.
type KnownVariantPatch struct {
	ID string `json:"id"`
	VariantFields
}

// VariantFields are what may change of a variant. Prices, when they are set, become all that it has.
type VariantFields struct {
	Title           module.Opt[string]       `json:"title" valid:"notnull"`
	Thumbnail       module.Opt[string]       `json:"thumbnail"`
	AllowBackorder  module.Opt[bool]         `json:"allow_backorder" valid:"booltext,notnull"`
	ManageInventory module.Opt[bool]         `json:"manage_inventory" valid:"booltext,notnull"`
	VariantRank     module.Opt[float64]      `json:"variant_rank" valid:"notnull"`
	Prices          module.Opt[[]PricePatch] `json:"prices" valid:"notnull"`
	Options         map[string]string        `json:"options" valid:"optional"`
	Codes
	Measures
}

func (v VariantPatch) patch() product.VariantPatch {
	set := module.SetOf(v.VariantFields)
	delete(set, "prices")
	if v.VariantRank.Set {
		set["variant_rank"] = int(v.VariantRank.Value)
	}
	return product.VariantPatch{ID: v.ID, Set: set, Options: v.Options}
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
	return product.OptionChoice{ID: o.ID, ValueIDs: o.ValueIDs, OptionDraft: product.OptionDraft{
		Option: product.Option{Title: o.Title.Value, IsExclusive: o.IsExclusive.Or(true), Metadata: o.Metadata.Value},
		Values: o.Values.Value, Ranks: o.Ranks.Value,
	}}
}

// A NewProduct is a product to be created.
type NewProduct struct {
	Title             string             `json:"title"`
	Subtitle          module.Opt[string] `json:"subtitle"`
	Description       module.Opt[string] `json:"description"`
	IsGiftCard        module.Opt[bool]   `json:"is_giftcard" valid:"booltext,notnull"`
	Discountable      module.Opt[bool]   `json:"discountable" valid:"booltext,notnull"`
	Images            []ImageInput       `json:"images" valid:"optional"`
	Thumbnail         module.Opt[string] `json:"thumbnail"`
	Handle            module.Opt[string] `json:"handle" valid:"notnull"`
	Status            module.Opt[string] `json:"status" valid:"enum=draft|proposed|published|rejected"`
	ExternalID        module.Opt[string] `json:"external_id"`
	TypeID            module.Opt[string] `json:"type_id"`
	CollectionID      module.Opt[string] `json:"collection_id"`
	Categories        []Ref              `json:"categories" valid:"optional"`
	Tags              []Ref              `json:"tags" valid:"optional"`
	Options           []OptionInput      `json:"options" valid:"optional"`
	Variants          []NewVariant       `json:"variants" valid:"optional,strict"`
	SalesChannels     []Ref              `json:"sales_channels" valid:"optional"`
	ShippingProfileID module.Opt[string] `json:"shipping_profile_id" valid:"notnull"`
	Measures
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

func (p NewProduct) draft() product.Draft {
	d := product.Draft{TagIDs: refs(p.Tags), CategoryIDs: refs(p.Categories), Product: product.Product{
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

// A Patch changes a product. Lists, when they are set, become all that it has.
type Patch struct {
	ID                string                     `json:"id" path:"id"`
	Title             module.Opt[string]         `json:"title" valid:"notnull"`
	Subtitle          module.Opt[string]         `json:"subtitle"`
	Description       module.Opt[string]         `json:"description"`
	Status            module.Opt[string]         `json:"status" valid:"enum=draft|proposed|published|rejected,notnull"`
	IsGiftCard        module.Opt[bool]           `json:"is_giftcard" valid:"booltext,notnull"`
	Discountable      module.Opt[bool]           `json:"discountable" valid:"booltext,notnull"`
	Thumbnail         module.Opt[string]         `json:"thumbnail"`
	Handle            module.Opt[string]         `json:"handle" valid:"notnull"`
	ExternalID        module.Opt[string]         `json:"external_id"`
	TypeID            module.Opt[string]         `json:"type_id"`
	CollectionID      module.Opt[string]         `json:"collection_id"`
	Images            module.Opt[[]ImageInput]   `json:"images" valid:"notnull"`
	Categories        module.Opt[[]Ref]          `json:"categories" valid:"notnull"`
	Tags              module.Opt[[]Ref]          `json:"tags" valid:"notnull"`
	OptionIDs         module.Opt[[]string]       `json:"option_ids" valid:"notnull"`
	Variants          module.Opt[[]VariantPatch] `json:"variants" valid:"notnull,strict"`
	SalesChannels     module.Opt[[]Ref]          `json:"sales_channels" valid:"notnull"`
	ShippingProfileID module.Opt[string]         `json:"shipping_profile_id"`
	Measures
}

func (p Patch) patch() product.Patch {
	set := module.SetOf(p)
	for _, name := range []string{"images", "categories", "tags", "option_ids", "variants", "sales_channels", "shipping_profile_id"} {
		delete(set, name)
	}
	out := product.Patch{ID: p.ID, Set: set, OptionIDs: p.OptionIDs, TagIDs: optRefs(p.Tags), CategoryIDs: optRefs(p.Categories)}
	if p.Images.Set {
		out.Images = module.Some(images(p.Images.Value))
	}
	if p.Variants.Set {
		list := make([]product.VariantPatch, len(p.Variants.Value))
		for i, v := range p.Variants.Value {
			list[i] = v.patch()
		}
		out.Variants = module.Some(list)
	}
	return out
}
