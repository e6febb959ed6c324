package idempotency_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/idempotency"
)

// Who repeats a request with its key gets the first answer, and nothing happens again.
func ExampleMiddleware() {
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite::memory:")
	if err != nil {
		panic(err)
	}
	defer d.Close()
	if _, err := db.Migrate(ctx, d, []db.MigrationSet{idempotency.Migrations()}); err != nil {
		panic(err)
	}

	k := &idempotency.Middleware{DB: d}
	sold := 0
	sell := k.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sold++
		fmt.Fprintf(w, "ticket %d", sold)
	}))
	for _, key := range []string{"5b0c9f6e-1d1b-4f0c", "5b0c9f6e-1d1b-4f0c", "a1c7e0d2-77aa-4f3e"} {
		r := httptest.NewRequest("POST", "/tickets", strings.NewReader(`{"seat": "12A"}`))
		r.Header.Set(idempotency.KeyHeader, key)
		w := httptest.NewRecorder()
		sell.ServeHTTP(w, r)
		fmt.Println(w.Body, w.Header().Get(idempotency.ReplayedHeader) != "")
	}
	// Output:
	// ticket 1 false
	// ticket 1 true
	// ticket 2 false
}
