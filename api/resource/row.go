package resource

import (
	"encoding/json"

	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A Field is a name and a value that encoding/json can write.
type Field struct {
	Name  string
	Value any
}

// A Row is the Rows of one record that comes from elsewhere than the database, its fields in their order.
type Row []Field

// Len is 1.
func (Row) Len() int { return 1 }

// Total is 1.
func (Row) Total() int { return 1 }

// AppendRow appends the record as JSON. What cannot be encoded is null.
func (r Row) AppendRow(b []byte, _ int) []byte {
	b = append(b, '{')
	for i, f := range r {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(schema.AppendString(b, f.Name), ':')
		if raw, err := json.Marshal(f.Value); err == nil {
			b = append(b, raw...)
		} else {
			b = append(b, "null"...)
		}
	}
	return append(b, '}')
}

// AppendList appends a list of the one record.
func (r Row) AppendList(b []byte) []byte { return append(r.AppendRow(append(b, '['), 0), ']') }
