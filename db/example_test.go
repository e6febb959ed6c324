package db_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/gorgon-commerce/gorgon/db"
)

// shelf is a database in memory with a table of books.
func shelf() (context.Context, *db.DB) {
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite::memory:")
	if err != nil {
		panic(err)
	}
	if err := d.ExecScript(ctx, `CREATE TABLE book (title text PRIMARY KEY, pages integer);
		INSERT INTO book VALUES ('Emma', 474), ('Persuasion', 249)`); err != nil {
		panic(err)
	}
	return ctx, d
}

// Statements have their values apart, as $1, $2, …, for both databases.
func ExampleDB_Query() {
	ctx, d := shelf()
	defer d.Close()
	rows, err := d.Query(ctx, db.Statement{SQL: "SELECT title, pages FROM book WHERE pages > $1 ORDER BY title", Args: []any{200}})
	if err != nil {
		panic(err)
	}
	defer rows.Close()
	for rows.Next() {
		var title string
		var pages int
		if err := db.Scan(rows, &title, &pages); err != nil {
			panic(err)
		}
		fmt.Println(title, pages)
	}
	fmt.Println(rows.Err())
	// Output:
	// Emma 474
	// Persuasion 249
	// <nil>
}

// One reads a single row, and says whether there is one.
func ExampleQueryRow() {
	ctx, d := shelf()
	defer d.Close()
	for _, title := range []string{"Emma", "Sanditon"} {
		var pages int
		found, err := db.QueryRow(ctx, d, db.Statement{SQL: "SELECT pages FROM book WHERE title = $1", Args: []any{title}}, &pages)
		fmt.Println(pages, found, err)
	}
	// Output:
	// 474 true <nil>
	// 0 false <nil>
}

// A transaction is in the context: all that is called with it is part of it, and all of it is undone if the function fails.
func ExampleDB_InTx() {
	ctx, d := shelf()
	defer d.Close()
	count := func() (n int) {
		_, _ = db.QueryRow(ctx, d, db.Statement{SQL: "SELECT count(*) FROM book"}, &n)
		return n
	}
	err := d.InTx(ctx, func(ctx context.Context) error {
		if _, err := d.Exec(ctx, db.Statement{SQL: "DELETE FROM book"}); err != nil {
			return err
		}
		return errors.New("on second thoughts")
	})
	fmt.Println(err, count())

	err = d.InTx(ctx, func(ctx context.Context) error {
		d.AfterCommit(ctx, func() { fmt.Println("kept", count()) })
		_, err := d.Exec(ctx, db.Statement{SQL: "DELETE FROM book WHERE title = $1", Args: []any{"Emma"}})
		return err
	})
	fmt.Println(err)
	// Output:
	// on second thoughts 2
	// kept 1
	// <nil>
}

// A constraint that a statement breaks is told in one way by both databases.
func ExampleConstraintError() {
	ctx, d := shelf()
	defer d.Close()
	_, err := d.Exec(ctx, db.Statement{SQL: "INSERT INTO book VALUES ($1, $2)", Args: []any{"Emma", 1}})
	if broken, ok := errors.AsType[*db.ConstraintError](err); ok {
		fmt.Println(broken.Kind == db.UniqueViolation, broken.Table, broken.Columns)
	}
	// Output: true book [title]
}

// A test may hold what it calls to a number of statements.
func ExampleWithStatementCounter() {
	ctx, d := shelf()
	defer d.Close()
	counted, counter := db.WithStatementCounter(ctx)
	for range 2 {
		_, _ = d.Exec(counted, db.Statement{SQL: "UPDATE book SET pages = pages + 1"})
	}
	fmt.Println(counter.Count(), counter.Statements()[0])
	// Output: 2 UPDATE book SET pages = pages + 1
}
