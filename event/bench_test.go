package event_test

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
)

// BenchmarkDelivery measures events from their commit to the end of their subscriber, with GORGON_BENCH_FINISHED events, 1,000 if that is not set, that were handed out before.
// Each commit is that of a run.
func BenchmarkDelivery(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.Open, "postgres": dbtest.OpenPostgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			if _, err := db.Migrate(b.Context(), d, []db.MigrationSet{event.Migrations()}); err != nil {
				b.Fatal(err)
			}
			fill(b, d)
			for _, each := range []int{1, 100} {
				b.Run(strconv.Itoa(each)+"-a-commit", func(b *testing.B) { deliver(b, d, each) })
			}
		})
	}
}

// fill makes events that all have heard.
func fill(b *testing.B, d *db.DB) {
	b.Helper()
	n, err := strconv.Atoi(os.Getenv("GORGON_BENCH_FINISHED"))
	if err != nil {
		n = 1000
	}
	series, from, at := "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < $1) ", "s", "'2099-01-01T00:00:00.000Z'"
	if d.Dialect() == db.Postgres {
		series, from, at = "", "generate_series(1, $1::int) n", at+"::timestamptz"
	}
	_, err = d.Exec(b.Context(), db.Statement{SQL: "INSERT INTO gorgon_event (id, name, data, created_at, claims, done_at) " + series +
		"SELECT 'evt_' || n, 'old.event', '{\"id\":\"x\"}', " + at + ", 1, " + at + " FROM " + from, Args: []any{n}})
	if err == nil {
		err = d.ExecScript(b.Context(), "ANALYZE")
	}
	if err != nil {
		b.Fatal(err)
	}
}

func deliver(b *testing.B, d *db.DB, each int) {
	bus := event.NewBus(d, slog.New(slog.DiscardHandler))
	var received atomic.Int64
	bus.Subscribe(event.On(happened, func(context.Context, event.ID) error { received.Add(1); return nil }))
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- bus.Run(ctx) }()
	started := time.Now()
	for sent := 0; sent < b.N; {
		n := min(each, b.N-sent)
		list := make([]event.Message, n)
		for i := range list {
			list[i], _ = happened.Message(event.ID{})
			list[i].RunID = "run" + strconv.Itoa(sent)
		}
		if err := bus.Emit(b.Context(), list...); err != nil {
			b.Fatal(err)
		}
		sent += n
	}
	for received.Load() < int64(b.N) {
		time.Sleep(100 * time.Microsecond)
	}
	b.ReportMetric(float64(b.N)/time.Since(started).Seconds(), "events/s")
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
