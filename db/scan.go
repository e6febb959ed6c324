package db

import (
	"fmt"
	"strconv"
	"time"
)

// Scan copies the current row into dest, one for each column from the left: *string, *int, *int64, *float64, *bool,
// *time.Time, *[]byte (nil for NULL), or a pointer to a pointer of one of these, which becomes nil for NULL.
func Scan(rows Rows, dest ...any) error {
	for i, d := range dest {
		if err := scan(rows.Value(i), d); err != nil {
			return fmt.Errorf("db: column %d: %w", i+1, err)
		}
	}
	return nil
}

func scan(v []byte, dest any) error {
	switch d := dest.(type) {
	case **string:
		return scanPointer(v, d)
	case **int:
		return scanPointer(v, d)
	case **int64:
		return scanPointer(v, d)
	case **float64:
		return scanPointer(v, d)
	case **bool:
		return scanPointer(v, d)
	case **time.Time:
		return scanPointer(v, d)
	case *[]byte:
		*d = append((*d)[:0], v...)
		if v == nil {
			*d = nil
		}
		return nil
	}
	if v == nil {
		return fmt.Errorf("NULL does not fit into %T", dest)
	}
	return scanValue(v, dest)
}

func scanPointer[T any](v []byte, dest **T) error {
	*dest = nil
	if v == nil {
		return nil
	}
	p := new(T)
	*dest = p
	return scanValue(v, p)
}

func scanValue(v []byte, dest any) (err error) {
	switch d := dest.(type) {
	case *string:
		*d = string(v)
	case *int:
		*d, err = strconv.Atoi(string(v))
	case *int64:
		*d, err = strconv.ParseInt(string(v), 10, 64)
	case *float64:
		*d, err = strconv.ParseFloat(string(v), 64)
	case *bool:
		*d, err = parseBool(v)
	case *time.Time:
		*d, err = ParseTime(v)
	default:
		err = fmt.Errorf("cannot scan into %T", dest)
	}
	return err
}

func parseBool(v []byte) (bool, error) { return strconv.ParseBool(string(v)) }
