package db_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
)

// each runs a benchmark on both dialects, with 1,000 books in each.
func each(b *testing.B, fn func(b *testing.B, d *db.DB)) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.Open, "postgres": dbtest.OpenPostgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			setup(b, d)
			fill(b, d, 1000)
			b.ReportAllocs()
			b.ResetTimer()
			fn(b, d)
		})
	}
}

func fill(b *testing.B, d *db.DB, n int) {
	err := d.InTx(b.Context(), func(ctx context.Context) error {
		for i := range n {
			exec(b, ctx, d, `INSERT INTO book (id, title, isbn, pages, price, at) VALUES ($1, $2, $3, $4, $5, $6)`,
				fmt.Sprintf("book_%04d", i), "Title of a book", strconv.Itoa(i), i, 9.5, db.Now())
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

func drain(b *testing.B, rows db.Rows) (n int) {
	for rows.Next() {
		for i := range rows.Columns() {
			n += len(rows.Value(i))
		}
	}
	rows.Close()
	if rows.Err() != nil || n == 0 {
		b.Fatal(n, rows.Err())
	}
	return n
}

func BenchmarkPointRead(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		s := stmt(`SELECT id, title, isbn, pages, price, sold, author_id, stock, at FROM book WHERE id = $1`, "book_0500")
		for b.Loop() {
			rows, err := d.Query(b.Context(), s)
			if err != nil {
				b.Fatal(err)
			}
			drain(b, rows)
		}
	})
}

func BenchmarkPointReadParallel(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		s := stmt(`SELECT id, title, isbn, pages, price, sold, author_id, stock, at FROM book WHERE id = $1`, "book_0500")
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				rows, err := d.Query(b.Context(), s)
				if err != nil {
					b.Fatal(err)
				}
				drain(b, rows)
			}
		})
	})
}

func BenchmarkList50(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		s := stmt(`SELECT id, title, isbn, pages, price, sold, author_id, stock, at FROM book ORDER BY id LIMIT $1`, 50)
		for b.Loop() {
			rows, err := d.Query(b.Context(), s)
			if err != nil {
				b.Fatal(err)
			}
			drain(b, rows)
		}
	})
}

func BenchmarkBatch5(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		var list []db.Statement
		for i := range 5 {
			list = append(list, stmt(`SELECT id, title, isbn FROM book WHERE id = $1 AND `+strconv.Itoa(i)+` >= 0`, "book_0500"))
		}
		for b.Loop() {
			err := d.Batch(b.Context(), list, func(_ int, rows db.Rows) error { drain(b, rows); return nil })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkInsert(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		i := 0
		for b.Loop() {
			i++
			exec(b, b.Context(), d, `INSERT INTO author (id, name) VALUES ($1, $2)`, strconv.Itoa(i), "A name")
		}
	})
}

func BenchmarkTransaction(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		for b.Loop() {
			err := d.InTx(b.Context(), func(ctx context.Context) error {
				exec(b, ctx, d, `UPDATE book SET pages = pages + 1 WHERE id = $1`, "book_0500")
				exec(b, ctx, d, `UPDATE book SET pages = pages + 1 WHERE id = $1`, "book_0501")
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
