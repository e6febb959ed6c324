package graph

import (
	"cmp"
	"strconv"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/internal/jsontext"
	"github.com/gorgon-commerce/gorgon/money"
)

// AppendList appends all records as a JSON array.
func (s *Set) AppendList(dst []byte) []byte {
	dst = append(dst, '[')
	for r := range s.rows {
		if r > 0 {
			dst = append(dst, ',')
		}
		dst = s.AppendRow(dst, r)
	}
	return append(dst, ']')
}

// AppendRow appends one record, with all that was read of it, as a JSON object.
func (s *Set) AppendRow(dst []byte, row int) []byte {
	dst = append(dst, '{')
	start := len(dst)
	n := s.node
	for i, ci := range n.cols {
		if n.shown[i] {
			c := n.Entity.Columns[ci]
			dst = appendKey(dst, c.Name, start)
			dst = appendValue(dst, c, s.value(row, i))
		}
	}
	for i, c := range n.computed {
		if v := s.computed[i][row]; v != nil {
			dst = append(appendKey(dst, cmp.Or(c.As, c.Name), start), v...)
		}
	}
	for _, r := range n.stubs {
		if !n.shows(r) {
			dst = appendStub(appendKey(dst, r.Name, start), r, s.value(row, n.at[r.LocalKey]))
		}
	}
	for i := range s.children {
		if c := &s.children[i]; c.def.shown && !c.absent(row) {
			dst = appendKey(dst, c.def.rel.Name, start)
			dst = c.append(dst, row)
		}
	}
	return append(dst, '}')
}

// shows reports whether a relation is read as a whole.
func (n *Node) shows(r *Relation) bool {
	for _, c := range n.children {
		if c.rel == r && c.shown {
			return true
		}
	}
	return false
}

// appendStub writes a related record of which no more than the key is known.
func appendStub(dst []byte, r *Relation, key []byte) []byte {
	if key == nil {
		return append(dst, "null"...)
	}
	dst = AppendString(append(append(append(dst, `{"`...), r.ForeignKey...), `":`...), key)
	return append(dst, '}')
}

func appendKey(dst []byte, key string, start int) []byte {
	if len(dst) > start {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, key...)
	return append(dst, '"', ':')
}

// missing reports whether a link led to a record that is not there.
func (s *Set) missing(row int) bool {
	if s.parent == nil || s.parent.def.rel.Path != nil || s.parent.def.rel.Pivot == nil {
		return false
	}
	return s.value(row, s.node.at[s.node.Entity.KeyName()]) == nil
}

// absent reports that a record of another module is not there, which is left out rather than null.
func (c *kin) absent(row int) bool {
	return c.def.rel.Path == nil && !c.def.rel.List && len(c.of(row)) == 0
}

func (c *kin) append(dst []byte, row int) []byte {
	rows := c.of(row)
	if !c.def.rel.List {
		if len(rows) == 0 {
			return append(dst, "null"...)
		}
		return c.set.AppendRow(dst, int(rows[0]))
	}
	dst = append(dst, '[')
	for i, r := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		if c.set.missing(int(r)) {
			dst = append(dst, "null"...)
			continue
		}
		dst = c.set.AppendRow(dst, int(r))
	}
	return append(dst, ']')
}

func appendValue(dst []byte, c *Column, v []byte) []byte {
	if v == nil {
		return append(dst, "null"...)
	}
	switch c.Type {
	case Text:
		return AppendString(dst, v)
	case Bool:
		if v[0] == 't' || v[0] == '1' {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case Numeric, Float:
		return AppendNumber(dst, v)
	case Time:
		dst = append(dst, '"')
		dst = db.AppendJSONTime(dst, v)
		return append(dst, '"')
	case Array:
		return appendArray(dst, v)
	}
	return append(dst, v...)
}

// AppendNumber appends a decimal in text form as JavaScript would print it as a number.
func AppendNumber(dst, v []byte) []byte {
	if len(v) <= 15 && plainNumber(v) {
		return append(dst, trimZeros(v)...)
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil {
		return append(dst, "null"...)
	}
	return money.AppendFloat(dst, f)
}

func plainNumber(v []byte) bool {
	for i, ch := range v {
		if (ch < '0' || ch > '9') && ch != '.' && (ch != '-' || i > 0) {
			return false
		}
	}
	return len(v) > 0 && v[0] != '.' && (len(v) < 7 || v[0] != '0' || v[2] != '0') && string(v) != "-0"
}

func trimZeros(v []byte) []byte {
	for _, ch := range v {
		if ch == '.' {
			for v[len(v)-1] == '0' {
				v = v[:len(v)-1]
			}
			if v[len(v)-1] == '.' {
				v = v[:len(v)-1]
			}
			break
		}
	}
	if string(v) == "-0" {
		return v[1:]
	}
	return v
}

// appendArray turns PostgreSQL's {a,"b c"} into a JSON array; SQLite keeps one already.
func appendArray(dst, v []byte) []byte {
	if len(v) == 0 || v[0] == '[' {
		return append(dst, v...)
	}
	dst = append(dst, '[')
	for i, s := range ParseArray(v) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, []byte(s))
	}
	return append(dst, ']')
}

// ParseArray reads PostgreSQL's text form of a text[].
func ParseArray(v []byte) []string {
	out := []string{}
	if len(v) < 2 {
		return out
	}
	v = v[1 : len(v)-1]
	for len(v) > 0 {
		var item []byte
		if v[0] == '"' {
			item, v = quoted(v[1:])
		} else {
			end := 0
			for end < len(v) && v[end] != ',' {
				end++
			}
			item, v = v[:end], v[end:]
		}
		out = append(out, string(item))
		if len(v) > 0 {
			v = v[1:]
		}
	}
	return out
}

func quoted(v []byte) (item, rest []byte) {
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '\\':
			if i++; i < len(v) {
				item = append(item, v[i])
			}
		case '"':
			return item, v[i+1:]
		default:
			item = append(item, v[i])
		}
	}
	return item, nil
}

// AppendString appends text as a JSON string.
func AppendString(b []byte, s []byte) []byte { return jsontext.Append(b, s) }
