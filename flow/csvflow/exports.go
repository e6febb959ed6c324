package csvflow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// with adds fields that are not among others.
func with(fields []string, more ...string) []string {
	out := slices.Clone(fields)
	for _, m := range more {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

func productFields(fields []string) []string {
	out := with(fields, "id")
	for _, f := range out {
		if strings.HasPrefix(f, "variants.") {
			out = with(out, "variants.id")
		}
		if f == "variants.prices.*" {
			out = with(out, "variants.prices.currency_code", "variants.prices.amount")
		}
		if f == "variants.options.*" {
			out = with(out, "variants.options.option.title")
		}
	}
	return out
}

// The groups of columns.
const (
	own = iota
	parts
	ofVariants
	prices
	options
	levels
)

// productRows writes a row for each variant of a product, or one for a product without.
func productRows(t *Table, p Record) {
	first := Row{}
	t.SetCell(first, own, "Product Id", p.Get("id"))
	if p.Has("handle") {
		t.SetCell(first, own, "Product Handle", p.Get("handle"))
	}
	for _, f := range p {
		if scalar(f) && f.Name != "metadata" && f.Name != "type" && f.Name != "collection" {
			t.SetCell(first, own, "Product "+title(f.Name), f.Value)
		}
	}
	for _, part := range [][3]string{{"images", "Image", "url"}, {"tags", "Tag", "id"}, {"categories", "Category", "id"}, {"sales_channels", "Sales Channel", "id"}} {
		for i, r := range p.Records(part[0]) {
			t.SetCell(first, parts, "Product "+part[1]+" "+strconv.Itoa(i+1), r.Get(part[2]))
		}
	}
	variants := p.Records("variants")
	if len(variants) == 0 {
		t.AddRows(first)
	}
	for _, v := range variants {
		row := maps.Clone(first)
		variantCells(t, row, v)
		t.AddRows(row)
	}
}

func variantCells(t *Table, row Row, v Record) {
	last := map[string]int{"thumbnail": 1, "product_id": 2, "created_at": 3, "updated_at": 4, "deleted_at": 5}
	v = slices.Clone(v)
	slices.SortStableFunc(v, func(a, b Field) int { return last[a.Name] - last[b.Name] })
	for _, f := range v {
		if scalar(f) || f.Name == "metadata" {
			t.SetCell(row, ofVariants, "Variant "+title(f.Name), f.Value)
		}
	}
	for _, p := range v.Records("prices") {
		if code, ok := p.Get("currency_code").(string); ok && len(p.Record("rules")) == 0 {
			t.SetCell(row, prices, "Variant Price "+strings.ToUpper(code), p.Get("amount"))
		}
	}
	for i, o := range v.Records("options") {
		name := "Variant Option " + strconv.Itoa(i+1)
		t.SetCell(row, options, name+" Id", o.Get("option_id"))
		t.SetCell(row, options, name+" Name", o.Record("option").Get("title"))
		t.SetCell(row, options, name+" Value", o.Get("value"))
	}
}

// scalar reports whether a field is of the record itself.
func scalar(f Field) bool {
	switch f.Value.(type) {
	case Record, []any:
		return false
	}
	return true
}

func inventoryFields(fields []string) []string {
	out := slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return strings.HasPrefix(f, "location_levels") || f == "metadata" })
	return with(out, "id", "location_levels.stocked_quantity", "location_levels.reserved_quantity", "location_levels.available_quantity", "location_levels.stock_locations.name",
		"variants.id", "variants.title", "variants.barcode", "variants.ean", "variants.upc")
}

// inventoryRows writes a row for each variant that takes an item from stock, or one for an item that none takes.
func inventoryRows(t *Table, item Record) {
	first := Row{}
	for _, name := range []string{"id", "sku", "title", "description", "thumbnail", "origin_country", "hs_code", "requires_shipping", "mid_code", "material", "unit_of_measure",
		"weight", "length", "height", "width", "reserved_quantity", "stocked_quantity", "created_at", "updated_at"} {
		if item.Has(name) {
			t.SetCell(first, own, "Item "+title(name), item.Get(name))
		}
	}
	variants := item.Records("variants")
	if len(variants) == 0 {
		variants = []Record{nil}
	}
	for _, v := range variants {
		row := maps.Clone(first)
		for _, name := range []string{"id", "title", "barcode", "ean", "upc"} {
			t.SetCell(row, ofVariants, "Variant "+title(name), v.Get(name))
		}
		for _, l := range item.Records("location_levels") {
			for _, where := range l.Records("stock_locations") {
				levelCells(t, row, l, where)
			}
			if where := l.Record("stock_locations"); where != nil {
				levelCells(t, row, l, where)
			}
		}
		t.AddRows(row)
	}
}

func levelCells(t *Table, row Row, level, where Record) {
	name, _ := where.Get("name").(string)
	for _, f := range []string{"stocked_quantity", "reserved_quantity", "available_quantity"} {
		t.SetCell(row, levels, "Location ["+name+"] "+title(f), level.Get(f))
	}
}

func orderFields(fields []string) []string { return with(fields, "id", "display_id") }

// orderRows writes a row for an order, with what belongs to it once.
func orderRows(t *Table, o Record) {
	row := Row{}
	t.SetCell(row, own, "Order Id", o.Get("id"))
	t.SetCell(row, own, "Order Display Id", o.Get("display_id"))
	for _, f := range o {
		if scalar(f) {
			t.SetCell(row, own, "Order "+title(f.Name), f.Value)
		}
	}
	for _, f := range o {
		one, ok := f.Value.(Record)
		if !ok || f.Name == "summary" || f.Name == "metadata" {
			continue
		}
		for _, of := range one {
			if scalar(of) {
				t.SetCell(row, parts, title(f.Name)+" "+title(of.Name), of.Value)
			}
		}
	}
	t.AddRows(row)
}
