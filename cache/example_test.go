package cache_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gorgon-commerce/gorgon/cache"
	"github.com/gorgon-commerce/gorgon/db"
)

// Answers are kept until a table changes that they were read of.
func ExampleCache() {
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite::memory:")
	if err != nil {
		panic(err)
	}
	defer d.Close()
	_ = d.ExecScript(ctx, "CREATE TABLE visit (place text); INSERT INTO visit VALUES ('Delphi')")

	c := &cache.Cache{DB: d, Tables: []string{"visit"}, MaxBytes: 1 << 20}
	_ = c.Install(ctx)
	if err := c.Start(ctx); err != nil {
		panic(err)
	}
	visits := c.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = db.QueryRow(r.Context(), d, db.Statement{SQL: "SELECT count(*) FROM visit"}, &n)
		fmt.Fprint(w, n)
	}))

	get := func() {
		w := httptest.NewRecorder()
		visits.ServeHTTP(w, httptest.NewRequest("GET", "/visits", nil))
		fmt.Println(w.Body, c.Stats()) // hits, misses, and what was none of its business
	}
	get()
	get() // from memory
	_, _ = d.Exec(ctx, db.Statement{SQL: "INSERT INTO visit VALUES ('Dodona')"})
	get()
	// Output:
	// 1 {0 1 0}
	// 1 {1 1 0}
	// 2 {1 2 0}
}
