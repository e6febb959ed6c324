package csvflow

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
)

// A kind is how cells of a column are read.
type kind int

const (
	word kind = iota
	number
	truth
	object
	reference
	skipped // columns that exports have and imports do not need
)

// A column is where cells of it go.
type column struct {
	name  string // in lower case, as errors name it
	field string
	kind  kind
	put   func(*line, column, any)
	nth   string // of columns that are numbered
}

// A line is what a row says of a product and of one of its variants.
type line struct {
	product, variant map[string]any
	options          map[string]*[2]string // by number: name and value
	order            []string
}

func ofProduct(l *line, c column, v any) { l.product[c.field] = v }
func ofVariant(l *line, c column, v any) { l.variant[c.field] = v }

// numbered puts an object with one field into a list of the product: a tag by its id.
func numbered(field string) func(*line, column, any) {
	return func(l *line, c column, v any) {
		list, _ := l.product[c.field].([]any)
		l.product[c.field] = append(list, map[string]any{field: v})
	}
}

func ofPrice(l *line, c column, v any) {
	list, _ := l.variant["prices"].([]any)
	l.variant["prices"] = append(list, map[string]any{"currency_code": c.nth, "amount": v})
}

func ofOption(l *line, c column, v any) {
	o := l.options[c.nth]
	if o == nil {
		o = &[2]string{}
		l.options[c.nth] = o
		l.order = append(l.order, c.nth)
	}
	s, _ := v.(string)
	if c.field == "name" {
		o[0] = s
	} else {
		o[1] = s
	}
}

func known() map[string]column {
	out := map[string]column{}
	add := func(prefix string, put func(*line, column, any), kind kind, names ...string) {
		for _, n := range names {
			out[prefix+" "+n] = column{prefix + " " + n, strings.ReplaceAll(n, " ", "_"), kind, put, ""}
		}
	}
	add("product", ofProduct, word, "id", "handle", "title", "subtitle", "description", "status", "thumbnail", "hs code", "origin country", "mid code", "material", "collection id",
		"type id", "external id", "shipping profile id")
	add("product", ofProduct, number, "weight", "length", "width", "height")
	add("product", ofProduct, truth, "discountable", "is giftcard")
	add("product", nil, skipped, "created at", "updated at", "deleted at", "metadata")
	add("variant", ofVariant, word, "id", "title", "sku", "upc", "ean", "barcode", "hs code", "mid code", "origin country", "material", "thumbnail")
	add("variant", ofVariant, number, "weight", "length", "width", "height")
	add("variant", ofVariant, truth, "manage inventory", "allow backorder")
	add("variant", ofVariant, object, "metadata")
	add("variant", nil, skipped, "created at", "updated at", "deleted at", "product id")
	out["variant variant rank"] = column{"variant variant rank", "variant_rank", number, ofVariant, ""}
	return out
}

var (
	listed   = regexp.MustCompile(`^product (image|tag|category|sales channel)s?(?: (\d+))?$`)
	priced   = regexp.MustCompile(`^variant price ([a-z]{3})$`)
	optioned = regexp.MustCompile(`^variant option (\d+) (id|name|value)$`)
)

// columns finds out what the columns of a table are about.
func columns(names []string) ([]column, error) {
	all := known()
	out := make([]column, len(names))
	var unknown []string
	for i, n := range names {
		name := strings.ToLower(strings.TrimSpace(n))
		c, ok := all[name]
		if !ok {
			c, ok = varied(name)
		}
		if !ok {
			unknown = append(unknown, `"`+strings.TrimSpace(n)+`"`)
		}
		out[i] = c
	}
	if len(unknown) > 0 {
		return nil, fault.New(fault.Invalid, "Invalid column name(s) %s", strings.Join(unknown, ","))
	}
	return out, nil
}

// varied are the columns that there can be many of.
func varied(name string) (column, bool) {
	if m := listed.FindStringSubmatch(name); m != nil {
		field := map[string][2]string{"image": {"images", "url"}, "tag": {"tags", "id"}, "category": {"categories", "id"}, "sales channel": {"sales_channels", "id"}}[m[1]]
		of := reference
		if m[1] == "image" {
			of = word
		}
		return column{name, field[0], of, numbered(field[1]), m[2]}, true
	}
	if m := priced.FindStringSubmatch(name); m != nil {
		return column{name, "", number, ofPrice, m[1]}, true
	}
	if m := optioned.FindStringSubmatch(name); m != nil {
		if m[2] == "id" {
			return column{kind: skipped}, true
		}
		return column{name, m[2], word, ofOption, m[1]}, true
	}
	return column{}, false
}

// read makes a value of a cell. Empty cells say nothing.
func (c column) read(row int, cell string) (any, error) {
	wrong := func(wanted string) error {
		return fault.New(fault.Invalid, `Row %d: Invalid value provided for "%s". Expected value to be %s, received "%s"`, row, c.name, wanted, cell)
	}
	switch c.kind {
	case number:
		f, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
		if err != nil {
			return nil, wrong("a number")
		}
		return f, nil
	case truth:
		switch strings.ToLower(strings.TrimSpace(cell)) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, wrong("a boolean")
	case reference:
		if _, err := strconv.ParseFloat(cell, 64); err == nil { // as an old template has
			return nil, wrong("an id")
		}
	case object:
		var m map[string]any
		if err := json.Unmarshal([]byte(cell), &m); err != nil {
			return nil, wrong("a JSON object")
		}
		return m, nil
	}
	return cell, nil
}

// normalize reads a table of products. Rows of one id, or else of one handle, are variants of one product.
func normalize(content string) (ImportPlan, error) {
	p := ImportPlan{Create: []map[string]any{}, Update: []map[string]any{}}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(content, "\uFEFF")))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	names, err := r.Read()
	if err != nil {
		return p, fault.New(fault.Invalid, "The file has no table of products")
	}
	header, err := columns(names)
	if err != nil {
		return p, err
	}
	lines := map[string]*line{}
	var order []*line
	for row := 1; ; row++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return p, fault.New(fault.Invalid, "Row %d: %s", row, err.Error())
		}
		if strings.Join(cells, "") == "" {
			continue
		}
		l, err := readLine(row, header, cells)
		if err != nil {
			return p, err
		}
		if err := l.join(row, lines, &order); err != nil {
			return p, err
		}
	}
	for _, l := range order {
		if l.product["id"] != nil {
			p.Update = append(p.Update, l.product)
		} else {
			p.Create = append(p.Create, l.complete())
		}
	}
	return p, nil
}

func readLine(row int, header []column, cells []string) (*line, error) {
	l := &line{product: map[string]any{}, variant: map[string]any{}, options: map[string]*[2]string{}}
	for i, cell := range cells {
		if i >= len(header) || header[i].kind == skipped || cell == "" {
			continue
		}
		v, err := header[i].read(row, cell)
		if err != nil {
			return nil, err
		}
		header[i].put(l, header[i], v)
	}
	if s, ok := l.product["status"].(string); ok && !strings.Contains(" draft proposed published rejected ", " "+s+" ") {
		return nil, fault.New(fault.Invalid, `Row %d: Invalid value provided for "product status". Expected draft, proposed, published or rejected, received "%s"`, row, s)
	}
	return l, nil
}

// join adds what a line says of a variant to the product that it is of.
func (l *line) join(row int, lines map[string]*line, order *[]*line) error {
	key, _ := l.product["id"].(string)
	if key == "" {
		handle, _ := l.product["handle"].(string)
		if handle == "" {
			return fault.New(fault.Invalid, "Row %d: Missing product id and handle. One of these columns are required to process the row", row)
		}
		key = "handle " + handle
	}
	first := lines[key]
	if first == nil {
		first = l
		lines[key] = l
		*order = append(*order, l)
	}
	if len(l.options) > 0 {
		picked := map[string]any{}
		for _, n := range l.order {
			if o := l.options[n]; o[0] != "" && o[1] != "" {
				picked[o[0]] = o[1]
				first.offer(o[0], o[1])
			}
		}
		l.variant["options"] = picked
	}
	if len(l.variant) > 0 {
		list, _ := first.product["variants"].([]any)
		first.product["variants"] = append(list, l.variant)
	}
	return nil
}

// offer notes a value of an option of a new product.
func (l *line) offer(option, value string) {
	if l.product["id"] != nil {
		return
	}
	list, _ := l.product["options"].([]any)
	for _, o := range list {
		have, _ := o.(map[string]any)
		if have["title"] != option {
			continue
		}
		values, _ := have["values"].([]any)
		for _, v := range values {
			if v == value {
				return
			}
		}
		have["values"] = append(values, value)
		return
	}
	l.product["options"] = append(list, map[string]any{"title": option, "values": []any{value}})
}

// complete is a new product with what it has unless the table says otherwise.
func (l *line) complete() map[string]any {
	set := func(m map[string]any, name string, v any) {
		if _, ok := m[name]; !ok {
			m[name] = v
		}
	}
	set(l.product, "is_giftcard", false)
	set(l.product, "discountable", true)
	list, _ := l.product["variants"].([]any)
	for _, v := range list {
		variant, _ := v.(map[string]any)
		set(variant, "allow_backorder", false)
		set(variant, "manage_inventory", true)
		set(variant, "prices", []any{})
	}
	return l.product
}
