package db

import (
	"context"
	"strings"
)

// A ResultCache keeps answers of reads for as long as they are right.
type ResultCache interface {
	// Lookup returns the answer of a statement that reads some tables if it has one, else what is to be called with the answer that is about to
	// be read; or neither.
	Lookup(ctx context.Context, s Statement, tables []string) (*CachedResult, func(*CachedResult))
	// Invalidate is called after each commit of this process, with tables that may have been written to.
	Invalidate(tables []string)
}

// UseResultCache has reads answered by a ResultCache. It must be set before the database is used.
func (d *DB) UseResultCache(m ResultCache) { d.memory = m }

// A CachedResult is one that was read to its end. It may be read many times.
type CachedResult struct{ all *kept }

// Size is about what an answer takes in memory.
func (a *CachedResult) Size() int { return len(a.all.data) + 4*len(a.all.ends) + 100 }

// rows begins to read the answer.
func (a *CachedResult) rows() Rows {
	return &again{kept{arena: a.all.arena, columns: a.all.columns, row: -a.all.columns}}
}

// again reads an answer that others read too.
type again struct{ kept }

// Close implements Rows. The answer stays.
func (*again) Close() {}

// recall asks the memory. A transaction sees its own changes, so it is not asked about tables that it has written to.
func (d *DB) recall(ctx context.Context, s Statement) (Rows, func(*CachedResult)) {
	if d.memory == nil {
		return nil, nil
	}
	tables := d.known.of(s.SQL)
	if t := d.tx(ctx); !tables.repeatable || t != nil && t.changed(tables.tables) {
		return nil, nil
	}
	a, keep := d.memory.Lookup(ctx, s, tables.tables)
	if a != nil {
		return a.rows(), nil
	}
	return nil, keep
}

// repeatable reports whether a statement does nothing but answer. What is locked must be read where it is.
func repeatable(sql string) bool {
	return reads(sql) && !strings.HasSuffix(sql, "FOR UPDATE") && !strings.Contains(sql, "FOR UPDATE ") && !strings.Contains(sql, "nextval(")
}

// remember reads an answer to its end and gives it to keep.
func remember(rows Rows, give func(*CachedResult)) (Rows, error) {
	all, err := keep(rows)
	if err != nil {
		return nil, err
	}
	a := &CachedResult{all}
	give(a)
	return a.rows(), nil
}

// A batch hands out answers in the order of its statements, though some need not be sent.
type batch struct {
	read   func(int, Rows) error
	send   []Statement
	index  []int // of those that are sent
	keep   []func(*CachedResult)
	known  map[int]Rows
	handed int
}

func (b *batch) add(i int, s Statement, rows Rows, keep func(*CachedResult)) {
	if rows != nil {
		if b.known == nil {
			b.known = map[int]Rows{}
		}
		b.known[i] = rows
		return
	}
	b.send, b.index, b.keep = append(b.send, s), append(b.index, i), append(b.keep, keep)
}

// hand hands out the answer to what was sent as number n.
func (b *batch) hand(n int, rows Rows) (err error) {
	if err := b.rest(b.index[n]); err != nil {
		return err
	}
	if b.keep[n] != nil {
		if rows, err = remember(rows, b.keep[n]); err != nil {
			return err
		}
	}
	b.handed++
	return b.read(b.index[n], rows)
}

// rest hands out what is known of the statements before end.
func (b *batch) rest(end int) error {
	for ; b.handed < end; b.handed++ {
		if err := b.read(b.handed, b.known[b.handed]); err != nil {
			return err
		}
	}
	return nil
}
