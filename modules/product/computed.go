package product

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// ImageContext is the key under which a read of variants is told to show with each image its product and the variants that it is of.
const ImageContext = "image_kin"

// addComputed adds what products and variants have that is more than a column or a relation: a product's options have only those values that
// it has of them, and a variant's images are its own and those that are of no variant.
func (m *Module) addComputed() {
	m.Products.Entity().AddComputed(&graph.Computed{Name: "options", Under: underOptions, Value: options})
	m.Variants.Entity().AddComputed(&graph.Computed{Name: "images", Needs: []string{"product_id"}, Value: m.images})
}

// underOptions reads options over the rows that give them to a product, which know the values.
func underOptions(asked *graph.Fields) *graph.Fields {
	option := &graph.Fields{All: asked.All, Names: slices.Clone(asked.Names), Sub: map[string]*graph.Fields{}}
	row := &graph.Fields{Sub: map[string]*graph.Fields{"product_option": option}}
	for name, sub := range asked.Sub {
		if name == "values" {
			values := *sub
			values.Bare = true // their option is what they are shown in
			row.Sub["values"] = &values
		} else {
			option.Sub[name] = sub
		}
	}
	return &graph.Fields{Sub: map[string]*graph.Fields{"product_options": row}}
}

func options(_ context.Context, s *graph.Set, _ map[string]any, out [][]byte) error {
	for i := range out {
		b := []byte{'['}
		rows, mine := s.Related(i, "product_options")
		for _, r := range mine {
			all, one := rows.Related(int(r), "product_option")
			if len(one) == 0 {
				continue
			}
			if len(b) > 1 {
				b = append(b, ',')
			}
			b = all.AppendRow(b, int(one[0]))
			if values, list := rows.Related(int(r), "values"); rows.HasRelation("values") {
				b = append(b[:len(b)-1], `,"values":[`...)
				for j, v := range list {
					if j > 0 {
						b = append(b, ',')
					}
					b = values.AppendRow(b, int(v))
				}
				b = append(b, ']', '}')
			}
		}
		out[i] = append(b, ']')
	}
	return nil
}

// images reads the images of the variants' products in one statement, each once for each variant that it is of.
func (m *Module) images(ctx context.Context, s *graph.Set, args map[string]any, out [][]byte) error {
	d, err := m.Images.Entity().DB()
	if err != nil {
		return err
	}
	var products []string
	for i := range out {
		if id := string(s.Text(i, "product_id")); !slices.Contains(products, id) {
			products = append(products, id)
		}
	}
	rows, err := d.Query(ctx, db.Statement{
		SQL: `SELECT v.variant_id, i.id, i.url, i.metadata, i.rank, i.product_id, i.created_at, i.updated_at, p.type_id FROM image i JOIN product p ON p.id = i.product_id
			LEFT JOIN product_variant_product_image v ON v.image_id = i.id AND v.deleted_at IS NULL
			WHERE ` + d.Dialect().InList("i.product_id", "$1") + ` AND i.deleted_at IS NULL ORDER BY i.rank, i.id`,
		Args: []any{products},
	})
	if err != nil {
		return err
	}
	defer rows.Close()
	type picture struct {
		variant, product string
		json             []byte
	}
	var list []picture
	for rows.Next() {
		list = append(list, picture{string(rows.Value(0)), string(rows.Value(5)), appendImage(nil, rows, args[ImageContext] == true)})
	}
	for i := range out {
		id, product := string(s.Text(i, "id")), string(s.Text(i, "product_id"))
		b := []byte{'['}
		for _, p := range list {
			if p.product != product || p.variant != "" && p.variant != id {
				continue
			}
			if len(b) > 1 {
				b = append(b, ',')
			}
			b = append(b, p.json...)
		}
		out[i] = append(b, ']')
	}
	return rows.Err()
}

// appendImage writes the image of the current row of images.
func appendImage(b []byte, rows db.Rows, kin bool) []byte {
	b = graph.AppendString(append(b, `{"id":`...), rows.Value(1))
	b = graph.AppendString(append(b, `,"url":`...), rows.Value(2))
	b = append(b, `,"metadata":`...)
	if meta := rows.Value(3); meta != nil {
		b = append(b, meta...)
	} else {
		b = append(b, "null"...)
	}
	b = append(append(b, `,"rank":`...), rows.Value(4)...)
	b = graph.AppendString(append(b, `,"product_id":`...), rows.Value(5))
	b = append(db.AppendJSONTime(append(b, `,"created_at":"`...), rows.Value(6)), '"')
	b = append(db.AppendJSONTime(append(b, `,"updated_at":"`...), rows.Value(7)), '"')
	b = append(b, `,"deleted_at":null`...)
	if kin {
		b = appendKin(b, rows)
	}
	return append(b, '}')
}

// appendKin writes the product and the variant of the current row of images.
func appendKin(b []byte, rows db.Rows) []byte {
	b = graph.AppendString(append(b, `,"product":{"id":`...), rows.Value(5))
	if kind := rows.Value(8); kind != nil {
		b = graph.AppendString(append(b, `,"type_id":`...), kind)
		b = append(graph.AppendString(append(b, `,"type":{"id":`...), kind), '}')
	} else {
		b = append(b, `,"type_id":null,"type":null`...)
	}
	b = append(b, `},"variants":[`...)
	if v := rows.Value(0); v != nil {
		b = append(graph.AppendString(append(b, `{"id":`...), v), '}')
	}
	return append(b, ']')
}
