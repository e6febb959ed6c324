package db

import "sync"

// A kept answer is one that was read to its end, with all its values in one piece of memory.
type kept struct {
	*arena
	columns int
	row     int // index of the current row's first value
}

type arena struct {
	data []byte
	ends []int32 // where each value ends in data; ^end for NULL
}

// The arenas of closed answers, for those to come.
var arenas = sync.Pool{New: func() any { return new(arena) }}

const keepArena = 1 << 18 // bytes; larger ones are left to the garbage collector

// keep reads rows to their end and closes them.
func keep(rows Rows) (*kept, error) {
	defer rows.Close()
	k := &kept{arena: arenas.Get().(*arena)}
	for rows.Next() {
		k.columns = rows.Columns() // a change of the schema may show only now
		for i := range k.columns {
			k.add(rows.Value(i))
		}
	}
	rows.Close()
	k.columns = rows.Columns()
	k.row = -k.columns
	if err := rows.Err(); err != nil {
		k.Close()
		return nil, err
	}
	return k, nil
}

func (a *arena) add(v []byte) {
	a.data = append(a.data, v...)
	end := int32(len(a.data))
	if v == nil {
		end = ^end
	}
	a.ends = append(a.ends, end)
}

// Next implements Rows.
func (k *kept) Next() bool {
	if k == nil || k.arena == nil || k.columns == 0 || k.row+k.columns >= len(k.ends) {
		return false
	}
	k.row += k.columns
	return true
}

// Value implements Rows.
func (k *kept) Value(i int) []byte {
	i += k.row
	end := k.ends[i]
	if end < 0 {
		return nil
	}
	start := int32(0)
	if i > 0 {
		if start = k.ends[i-1]; start < 0 {
			start = ^start
		}
	}
	return k.data[start:end:end]
}

// Columns implements Rows.
func (k *kept) Columns() int { return k.columns }

// Err implements Rows.
func (k *kept) Err() error { return nil }

// Close implements Rows.
func (k *kept) Close() {
	if k == nil || k.arena == nil {
		return
	}
	if a := k.arena; cap(a.data) <= keepArena {
		a.data, a.ends = a.data[:0], a.ends[:0]
		arenas.Put(a)
	}
	k.arena = nil
}
