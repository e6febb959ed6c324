package cartflow

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/cart"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// priceItems makes lines of what is to be put into a cart, at the prices of their quantities together with those that are there already.
func (f *Flows) priceItems(ctx workflow.Context, hooks *Hooks, s *State, items []ItemInput, in any) ([]cart.LineItem, error) {
	if len(items) == 0 {
		return nil, nil
	}
	extra, err := hooks.Pricing.Run(ctx, HookInput{s, in, nil})
	if err != nil {
		return nil, err
	}
	wanted := make([]ItemRequest, len(items))
	for i, n := range items {
		wanted[i] = ItemRequest{VariantID: n.VariantID, Quantity: n.Quantity, Context: extra}
		if existing := s.match(n); existing != nil {
			wanted[i].Quantity = n.Quantity.Add(money.Int(int64(existing.Quantity)))
		}
	}
	found, err := f.priceVariants(ctx, s, wanted, wanted)
	if err != nil {
		return nil, err
	}
	lines := make([]cart.LineItem, len(items))
	for i, n := range items {
		lines[i] = newLineItem(s.ID, n, found[i])
	}
	return lines, nil
}

// A pricedVariant is a variant at its price for one of the wanted.
type pricedVariant struct {
	variant *Variant
	price   *UnitPrice
}

// priceVariants looks up variants and their prices, and checks that there is enough of what is needed.
func (f *Flows) priceVariants(ctx workflow.Context, s *State, wanted, needed []ItemRequest) ([]pricedVariant, error) {
	return workflow.Step(ctx, "get-variants-and-items-with-prices", func(ctx context.Context, wanted []ItemRequest) ([]pricedVariant, error) {
		variants, err := f.variants(ctx, wanted)
		if err != nil {
			return nil, err
		}
		out, err := f.prices(ctx, s, wanted, variants)
		if err != nil {
			return out, err
		}
		return out, f.checkStock(ctx, s, needed, variants)
	}, wanted)
}

func (f *Flows) variants(ctx context.Context, wanted []ItemRequest) ([]Variant, error) {
	var ids []string
	for _, w := range wanted {
		if !slices.Contains(ids, w.VariantID) {
			ids = append(ids, w.VariantID)
		}
	}
	return f.read(ctx, ids)
}

// prices joins what is wanted with variants and prices. All that is missing is named in one error.
func (f *Flows) prices(ctx context.Context, s *State, wanted []ItemRequest, variants []Variant) ([]pricedVariant, error) {
	prices, err := f.lookUpPrices(ctx, s, wanted, variants)
	if err != nil {
		return nil, err
	}
	out := make([]pricedVariant, len(wanted))
	var unknown, free []string
	for i, w := range wanted {
		at := slices.IndexFunc(variants, func(v Variant) bool { return v.ID == w.VariantID })
		if at < 0 || variants[at].Product == nil || variants[at].Product.Status != "published" {
			unknown = append(unknown, w.VariantID)
			continue
		}
		if prices[i] == nil && !w.Priced {
			free = append(free, w.VariantID)
		}
		out[i] = pricedVariant{&variants[at], prices[i]}
	}
	switch {
	case len(unknown) > 0:
		return nil, fault.New(fault.Invalid, "Variants %s do not exist or belong to a product that is not published", strings.Join(unknown, ", "))
	case len(free) > 0:
		return nil, fault.New(fault.Invalid, "Variants with IDs %s do not have a price", strings.Join(free, ", "))
	}
	return out, nil
}

// newLineItem copies what a product says into a line.
func newLineItem(cartID string, n ItemInput, of pricedVariant) cart.LineItem {
	v, p := of.variant, of.variant.Product
	l := cart.LineItem{CartID: cartID, Title: p.Title, Subtitle: &v.Title, Thumbnail: v.Thumbnail, Quantity: whole(n.Quantity), VariantID: &v.ID, ProductID: &p.ID,
		ProductTitle: &p.Title, ProductDescription: p.Description, ProductSubtitle: p.Subtitle, ProductHandle: &p.Handle, ProductTypeID: p.TypeID,
		VariantSKU: v.SKU, VariantBarcode: v.Barcode, VariantTitle: &v.Title, IsDiscountable: p.Discountable, IsGiftcard: p.IsGiftCard,
		RequiresShipping: v.shipped(), Metadata: n.Metadata}
	if l.Thumbnail == nil {
		l.Thumbnail = p.Thumbnail
	}
	if l.Metadata == nil {
		l.Metadata = module.Map{}
	}
	if p.Type != nil {
		l.ProductType = &p.Type.Value
	}
	if p.Collection != nil {
		l.ProductCollection = &p.Collection.Title
	}
	l.UnitPrice, l.IsTaxInclusive, l.CompareAtUnitPrice = of.price.Amount, of.price.TaxInclusive, of.price.OriginalAmount
	return l
}

// whole is a quantity as lines keep it.
func whole(m money.Decimal) int { return int(m.Round(0).Int64()) }

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// match finds the line that more of the same is added to: of the same variant, with the same metadata, at a price that was looked up.
func (s *State) match(n ItemInput) *cart.LineItem {
	for i := range s.Items {
		l := &s.Items[i]
		if value(l.VariantID) == n.VariantID && !l.IsCustomPrice && same(l.Metadata, n.Metadata) {
			return l
		}
	}
	return nil
}

func same(a, b module.Map) bool { return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b) }

func (f *Flows) addItems(ctx workflow.Context, in AddItemsInput) (*State, error) {
	s, err := workflow.Step(ctx, "get-cart", f.open, in.CartID)
	if err != nil {
		return nil, err
	}
	if err := f.AddHooks.Validate.Run(ctx, HookInput{s, in, in.AdditionalData}); err != nil {
		return nil, err
	}
	lines, err := f.priceItems(ctx, &f.AddHooks, s, in.Items, in)
	if err != nil {
		return nil, err
	}
	touched, err := workflow.Step(ctx, "create-line-items", func(ctx context.Context, lines []cart.LineItem) ([]string, error) {
		return f.merge(ctx, s, lines)
	}, lines)
	if err != nil {
		return nil, err
	}
	if err := f.refresh(ctx, s, RefreshInput{CartID: s.ID, Items: touched, AdditionalData: in.AdditionalData}); err != nil {
		return nil, err
	}
	return s, workflow.Emit(ctx, Updated, event.ID{ID: s.ID})
}

// merge saves lines, those that are there already by changing these. It returns the ids of all.
func (f *Flows) merge(ctx context.Context, s *State, lines []cart.LineItem) ([]string, error) {
	var fresh []cart.LineItem
	var touched []string
	for _, l := range lines {
		existing := s.match(ItemInput{VariantID: value(l.VariantID), Metadata: l.Metadata})
		if existing == nil {
			fresh = append(fresh, l)
			continue
		}
		existing.Quantity, existing.UnitPrice = existing.Quantity+l.Quantity, l.UnitPrice
		existing.UpdatedAt = db.Now()
		set := module.Set{"quantity": existing.Quantity, "unit_price": existing.UnitPrice, "updated_at": existing.UpdatedAt}
		if l.CompareAtUnitPrice != nil {
			existing.CompareAtUnitPrice = l.CompareAtUnitPrice
			set["compare_at_unit_price"] = l.CompareAtUnitPrice
		}
		touched = append(touched, existing.ID)
		if _, err := f.Cart.Items.Update(ctx, module.Filter{"id": existing.ID}, set); err != nil {
			return nil, err
		}
	}
	fresh, err := f.Cart.Items.CreateMany(ctx, fresh)
	for _, l := range fresh {
		touched = append(touched, l.ID)
	}
	s.Items = append(s.Items, fresh...)
	return touched, err
}

func (f *Flows) updateItem(ctx workflow.Context, in UpdateItemInput) (*State, error) {
	s, err := workflow.Step(ctx, "get-cart", func(ctx context.Context, id string) (*State, error) { return f.Load(ctx, id, true) }, in.CartID)
	if err != nil {
		return nil, err
	}
	l := s.item(in.ItemID)
	if l == nil {
		return nil, fault.New(fault.NotFound, "Line item with id: %s was not found", in.ItemID)
	}
	if err := s.CheckNotCompleted(); err != nil {
		return nil, err
	}
	if err := f.UpdateItemHooks.Validate.Run(ctx, HookInput{s, in, in.AdditionalData}); err != nil {
		return nil, err
	}
	if in.Quantity.IsZero() {
		if s, err = f.DeleteItems.Run(ctx, DeleteItemsInput{CartID: s.ID, IDs: []string{l.ID}, AdditionalData: in.AdditionalData}); err != nil {
			return nil, err
		}
		return s, workflow.Emit(ctx, Updated, event.ID{ID: s.ID})
	}
	set, err := f.reprice(ctx, s, l, in)
	if err != nil {
		return nil, err
	}
	if _, err := workflow.Step(ctx, "update-line-items", func(ctx context.Context, set module.Set) (int64, error) {
		return f.Cart.Items.Update(ctx, module.Filter{"id": l.ID}, set)
	}, set); err != nil {
		return nil, err
	}
	if err := f.refresh(ctx, s, RefreshInput{CartID: s.ID, AdditionalData: in.AdditionalData}); err != nil {
		return nil, err
	}
	return s, workflow.Emit(ctx, Updated, event.ID{ID: s.ID})
}

// reprice changes a line in the state to another quantity, and returns what is to be saved of that.
func (f *Flows) reprice(ctx workflow.Context, s *State, l *cart.LineItem, in UpdateItemInput) (module.Set, error) {
	if l.VariantID != nil {
		extra, err := f.UpdateItemHooks.Pricing.Run(ctx, HookInput{s, in, in.AdditionalData})
		if err != nil {
			return nil, err
		}
		wanted := []ItemRequest{{VariantID: *l.VariantID, Quantity: in.Quantity, Context: extra}}
		found, err := f.repriceItems(ctx, s, wanted)
		if err != nil {
			return nil, err
		}
		l.IsTaxInclusive = l.IsTaxInclusive || found.price.TaxInclusive
		if !l.IsCustomPrice {
			l.UnitPrice, l.CompareAtUnitPrice = found.price.Amount, found.price.OriginalAmount
		}
	}
	l.Quantity, l.UpdatedAt = whole(in.Quantity), db.Now()
	set := module.Set{"updated_at": l.UpdatedAt, "quantity": l.Quantity, "unit_price": l.UnitPrice, "compare_at_unit_price": l.CompareAtUnitPrice, "is_tax_inclusive": l.IsTaxInclusive}
	if in.Metadata.Set {
		l.Metadata = merged(l.Metadata, in.Metadata)
		set["metadata"] = l.Metadata
	}
	return set, nil
}

// repriceItems looks up the price of what is in the cart already, whether its product is still published or not.
func (f *Flows) repriceItems(ctx workflow.Context, s *State, wanted []ItemRequest) (pricedVariant, error) {
	return workflow.Step(ctx, "fetch-variants", func(ctx context.Context, wanted []ItemRequest) (pricedVariant, error) {
		variants, err := f.variants(ctx, wanted)
		if err != nil {
			return pricedVariant{}, err
		}
		prices, err := f.lookUpPrices(ctx, s, wanted, variants)
		if err != nil {
			return pricedVariant{}, err
		}
		if prices[0] == nil {
			return pricedVariant{}, fault.New(fault.Invalid, "Variants with IDs %s do not have a price", wanted[0].VariantID)
		}
		return pricedVariant{first(variants), prices[0]}, f.checkStock(ctx, s, wanted, variants)
	}, wanted)
}

func (f *Flows) deleteItems(ctx workflow.Context, in DeleteItemsInput) (*State, error) {
	s, err := workflow.Step(ctx, "get-cart", func(ctx context.Context, id string) (*State, error) { return f.Load(ctx, id, true) }, in.CartID)
	if err != nil {
		return nil, err
	}
	if err := s.CheckNotCompleted(); err != nil {
		return nil, err
	}
	if err := f.remove(ctx, s, in.IDs); err != nil {
		return nil, err
	}
	if err := f.refresh(ctx, s, RefreshInput{CartID: s.ID, AdditionalData: in.AdditionalData}); err != nil {
		return nil, err
	}
	return s, workflow.Emit(ctx, Updated, event.ID{ID: s.ID})
}

// remove takes lines out of the cart. Those that are not of it stay.
func (f *Flows) remove(ctx workflow.Context, s *State, ids []string) error {
	var itemIDs []string
	s.Items = slices.DeleteFunc(s.Items, func(l cart.LineItem) bool {
		if !slices.Contains(ids, l.ID) {
			return false
		}
		itemIDs = append(itemIDs, l.ID)
		return true
	})
	if len(itemIDs) == 0 {
		return nil
	}
	_, err := workflow.Step(ctx, "delete-line-items", func(ctx context.Context, ids []string) (int, error) {
		return len(ids), f.Cart.Items.SoftDelete(ctx, ids...)
	}, itemIDs)
	return err
}
