package main

import "strings"

// A good is one line of the catalogue. Its variants are one for each of the options' values.
type good struct {
	title, category, collection string
	about                       string
	eur, usd                    float64
	option                      string
	values                      []string
}

// goods are what the shop sells.
var goods = []good{
	{"Harbour Tee", "Clothing", "Spring", "Heavy cotton, cut straight.", 24, 26, "Size", []string{"S", "M", "L", "XL"}},
	{"Lighthouse Hoodie", "Clothing", "Spring", "Brushed inside, with a lined hood.", 59, 64, "Size", []string{"S", "M", "L", "XL"}},
	{"Deckhand Trousers", "Clothing", "Spring", "Twill that gets better with every wash.", 69, 75, "Size", []string{"S", "M", "L"}},
	{"Oilskin Jacket", "Clothing", "Autumn", "Keeps the rain where it belongs.", 149, 159, "Size", []string{"S", "M", "L", "XL"}},
	{"Fisherman Sweater", "Clothing", "Autumn", "Undyed wool, knitted in one piece.", 119, 129, "Size", []string{"S", "M", "L"}},
	{"Watch Cap", "Accessories", "Autumn", "Merino, ribbed, warm.", 22, 24, "Colour", []string{"Navy", "Rust", "Moss"}},
	{"Canvas Tote", "Accessories", "Spring", "Carries twenty kilos and folds flat.", 19, 21, "Colour", []string{"Natural", "Navy"}},
	{"Rope Belt", "Accessories", "Spring", "Spliced by hand.", 29, 32, "Length", []string{"90 cm", "105 cm"}},
	{"Knot Keyring", "Accessories", "", "A monkey's fist around a steel ball.", 9, 10, "Colour", []string{"Natural", "Red"}},
	{"Leather Wallet", "Accessories", "", "Six cards, some notes, no coins.", 49, 54, "Colour", []string{"Brown", "Black"}},
	{"Enamel Mug", "Home", "", "Survives the campfire.", 14, 16, "Colour", []string{"White", "Blue"}},
	{"Storm Lantern", "Home", "Autumn", "Burns twelve hours on one filling.", 39, 44, "Finish", []string{"Zinc", "Brass"}},
	{"Wool Blanket", "Home", "Autumn", "Two by one and a half metres.", 89, 96, "Colour", []string{"Grey", "Navy"}},
	{"Driftwood Shelf", "Home", "", "No two alike.", 79, 86, "Width", []string{"60 cm", "90 cm"}},
	{"Sea Salt Soap", "Home", "", "Cold pressed, with kelp.", 7, 8, "Scent", []string{"Kelp", "Juniper"}},
	{"Tide Poster", "Prints", "", "A year of tides, drawn to scale.", 25, 28, "Size", []string{"A3", "A2"}},
	{"Harbour Map", "Prints", "", "Hamburg in 1890, letterpress.", 35, 39, "Size", []string{"A3", "A2"}},
	{"Bird Prints", "Prints", "Spring", "Gull, tern, plover.", 45, 49, "Frame", []string{"Without", "Oak"}},
	{"Sailor's Notebook", "Prints", "", "Waterproof paper.", 12, 13, "Ruling", []string{"Plain", "Squared"}},
	{"Log Book", "Prints", "", "Five years on a shelf's width.", 32, 35, "Ruling", []string{"Lined"}},
}

// catalogue makes the goods, with what they are ordered by.
func (s *shop) catalogue() (err error) {
	s.categories, s.collections = map[string]string{"": ""}, map[string]string{"": ""}
	for _, g := range goods {
		if _, ok := s.categories[g.category]; !ok {
			if s.categories[g.category], err = s.create("/admin/product-categories", "product_category", object{"name": g.category, "is_active": true}); err != nil {
				return err
			}
		}
		if _, ok := s.collections[g.collection]; !ok {
			if s.collections[g.collection], err = s.create("/admin/collections", "collection", object{"title": g.collection}); err != nil {
				return err
			}
		}
		if err := s.product(g); err != nil {
			return err
		}
	}
	return nil
}

func (s *shop) product(g good) error {
	var variants []object
	for _, v := range g.values {
		variants = append(variants, object{"title": v, "sku": sku(g.title + " " + v), "manage_inventory": true, "options": object{g.option: v},
			"prices": []object{{"currency_code": "eur", "amount": g.eur}, {"currency_code": "usd", "amount": g.usd}}})
	}
	body := object{"title": g.title, "description": g.about, "status": "published", "shipping_profile_id": s.profile,
		"sales_channels": []object{{"id": s.channel}}, "categories": []object{{"id": s.categories[g.category]}},
		"options": []object{{"title": g.option, "values": g.values}}, "variants": variants}
	if id := s.collections[g.collection]; id != "" {
		body["collection_id"] = id
	}
	_, err := s.create("/admin/products", "product", body)
	return err
}

func sku(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-':
			return r
		}
		return -1
	}, strings.ToUpper(s))
}
