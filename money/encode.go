package money

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// AppendJSON appends m as JavaScript prints the nearest double: 12.5, 2.142857142857143, 1e+21.
func (m Decimal) AppendJSON(b []byte) []byte {
	s := m.String()
	if len(s) <= 15 && (m.d.Exponent >= -6 || m.IsZero()) {
		return append(b, s...)
	}
	return AppendFloat(b, m.Float64())
}

// AppendFloat appends a double as JavaScript prints it. What JSON has no number for is null.
func AppendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	if a := math.Abs(f); a != 0 && (a >= 1e21 || a < 1e-6) {
		e := strconv.AppendFloat(nil, f, 'e', -1, 64)
		if n := len(e); n > 3 && e[n-2] == '0' && (e[n-3] == '-' || e[n-3] == '+') {
			e = append(e[:n-2], e[n-1])
		}
		return append(b, e...)
	}
	if f == 0 {
		f = 0 // not -0
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// MarshalJSON writes a number.
func (m Decimal) MarshalJSON() ([]byte, error) { return m.AppendJSON(nil), nil }

// UnmarshalJSON reads a number, a number in quotes, or the raw form {"value": "12.5"}.
func (m *Decimal) UnmarshalJSON(b []byte) error {
	s := string(b)
	switch {
	case s == "null":
		return nil
	case len(b) > 0 && b[0] == '"':
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	case len(b) > 0 && b[0] == '{':
		var raw struct{ Value json.RawMessage }
		if err := json.Unmarshal(b, &raw); err != nil {
			return err
		}
		if len(raw.Value) == 0 || raw.Value[0] == '{' {
			return fmt.Errorf("money: %s is not a number", b)
		}
		return m.UnmarshalJSON(raw.Value)
	}
	v, err := Parse(s)
	if err == nil {
		*m = v
	}
	return err
}

// Scan reads what a database holds, for use with database/sql.
func (m *Decimal) Scan(src any) error {
	var err error
	switch v := src.(type) {
	case nil:
		*m = Zero
	case int64:
		*m = Int(v)
	case float64:
		*m = Float(v)
	case []byte:
		*m, err = Parse(string(v))
	case string:
		*m, err = Parse(v)
	default:
		err = fmt.Errorf("money: cannot scan %T", src)
	}
	return err
}
