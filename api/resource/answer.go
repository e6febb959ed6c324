package resource

import (
	"encoding/json"
	"strconv"

	"github.com/gorgon-commerce/gorgon/route/schema"
)

// page is {"many": […], "count": n, "offset": n, "limit": n}.
type page struct {
	name          string
	rows          Rows
	offset, limit int
}

func (p page) AppendJSON(b []byte) []byte {
	b = append(schema.AppendString(append(b, '{'), p.name), ':')
	if p.limit == 0 {
		b = append(b, '[', ']')
	} else {
		b = p.rows.AppendList(b)
	}
	b = strconv.AppendInt(append(b, `,"count":`...), int64(p.rows.Total()), 10)
	b = strconv.AppendInt(append(b, `,"offset":`...), int64(p.offset), 10)
	b = strconv.AppendInt(append(b, `,"limit":`...), int64(p.limit), 10)
	return append(b, '}')
}

// single is {"one": {…}}.
type single struct {
	name string
	rows Rows
}

func (s single) AppendJSON(b []byte) []byte {
	b = append(schema.AppendString(append(b, '{'), s.name), ':')
	return append(s.rows.AppendRow(b, 0), '}')
}

// answer is {"one": v}.
type answer struct {
	name  string
	value any
}

func (a answer) MarshalJSON() ([]byte, error) { return json.Marshal(map[string]any{a.name: a.value}) }

// deletion is {"id": "…", "object": "…", "deleted": true}.
type deletion struct {
	key, object string
	raw         bool // key is JSON
}

func (d deletion) AppendJSON(b []byte) []byte {
	if b = append(b, `{"id":`...); d.raw {
		b = append(b, d.key...)
	} else {
		b = schema.AppendString(b, d.key)
	}
	b = schema.AppendString(append(b, `,"object":`...), d.object)
	return append(b, `,"deleted":true}`...)
}

// batchAnswer is {"created": […], "updated": […], "deleted": {"ids": […], "object": "…", "deleted": true}}.
type batchAnswer struct {
	created, updated Rows
	deleted          []string
	object           string
}

func (a batchAnswer) AppendJSON(b []byte) []byte {
	b = appendRows(append(b, `{"created":`...), a.created)
	b = appendRows(append(b, `,"updated":`...), a.updated)
	b = append(b, `,"deleted":{"ids":[`...)
	for i, key := range a.deleted {
		if i > 0 {
			b = append(b, ',')
		}
		b = schema.AppendString(b, key)
	}
	b = schema.AppendString(append(b, `],"object":`...), a.object)
	return append(b, `,"deleted":true}}`...)
}

func appendRows(b []byte, rows Rows) []byte {
	if rows == nil {
		return append(b, '[', ']')
	}
	return rows.AppendList(b)
}

// sparse shows records of which nothing was read as null. Only those without an id can be so.
type sparse struct{ Rows }

func (s sparse) AppendRow(b []byte, i int) []byte {
	at := len(b)
	if b = s.Rows.AppendRow(b, i); string(b[at:]) == "{}" {
		return append(b[:at], "null"...)
	}
	return b
}

func (s sparse) AppendList(b []byte) []byte {
	b = append(b, '[')
	for i := range s.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = s.AppendRow(b, i)
	}
	return append(b, ']')
}

// nothing reports whether nothing was read of the first record.
func nothing(r Rows) bool {
	s, ok := r.(sparse)
	return ok && string(s.AppendRow(nil, 0)) == "null"
}
