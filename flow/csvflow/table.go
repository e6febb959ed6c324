package csvflow

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// A Table gathers the cells of rows. Its columns stand by their groups, and in each in the order in which they were first named.
type Table struct {
	columns []string
	groups  map[string]int
	rows    []Row
}

// A Row is what a row has in columns, by their names.
type Row map[string]string

// SetCell writes a cell of a row, in a column of a group.
func (t *Table) SetCell(r Row, group int, column string, value any) {
	if t.groups == nil {
		t.groups = map[string]int{}
	}
	if _, known := t.groups[column]; !known {
		t.groups[column] = group
		t.columns = append(t.columns, column)
	}
	r[column] = text(value)
}

// AddRows adds rows.
func (t *Table) AddRows(rows ...Row) { t.rows = append(t.rows, rows...) }

// CSV is the table with a row of names. What a row does not have is empty.
func (t *Table) CSV() ([]byte, error) {
	var b bytes.Buffer
	slices.SortStableFunc(t.columns, func(a, b string) int { return t.groups[a] - t.groups[b] })
	w := csv.NewWriter(&b)
	if err := w.Write(t.columns); err != nil {
		return nil, err
	}
	cells := make([]string, len(t.columns))
	for _, r := range t.rows {
		for i, c := range t.columns {
			cells[i] = r[c]
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), w.Error()
}

// text is a value of JSON as a cell has it.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil && strings.HasSuffix(v, "Z") {
			return at.UTC().Format("Mon Jan 02 2006 15:04:05 GMT+0000") + " (Coordinated Universal Time)"
		}
		return v
	case json.Number:
		return v.String()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// title spells a field as the name of a column: "Hs Code".
func title(field string) string {
	words := strings.Split(field, "_")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}
