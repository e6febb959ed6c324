package workflow_test

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// finished is how many runs that are over the tables of benchmarks have: GORGON_BENCH_FINISHED, 1,000 unless it says otherwise. A million takes a minute or two to make.
func finished(b *testing.B) int {
	n, err := strconv.Atoi(os.Getenv("GORGON_BENCH_FINISHED"))
	if err != nil {
		return 1000
	}
	b.Logf("%d finished runs", n)
	return n
}

// fill makes runs that are over, with a step each, and lets the database look at what it has got.
func fill(b *testing.B, d *db.DB, n int) {
	b.Helper()
	series, at := "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < $1) ", "'2026-01-01T00:00:00.000Z'"
	from, until, cast := "s", "'2099-01-01T00:00:00.000Z'", ""
	if d.Dialect() == db.Postgres {
		series, from, cast = "", "generate_series(1, $1::int) n", "::timestamptz"
	}
	ctx := context.Background()
	for _, sql := range []string{
		`INSERT INTO gorgon_run (id, workflow_id, transaction_id, version, state, input, output, epoch, retention, retention_until, created_at, updated_at) ` + series +
			`SELECT 'wf_exec_00' || n, 'old', 'tx_' || n, 0, CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'done' END, '{"n":1}', '{"n":2}', 1, 3600, ` + until + cast + `, ` + at + cast + `, ` + at + cast + ` FROM ` + from,
		`INSERT INTO gorgon_run_step (run_id, key, name, kind, branch, pos, seq, state, attempts, output, started_at, ended_at) ` + series +
			`SELECT 'wf_exec_00' || n, 'one', 'one', 'step', '', 0, 0, 'done', 1, '{"n":1}', ` + at + cast + `, ` + at + cast + ` FROM ` + from,
	} {
		if _, err := d.Exec(ctx, db.Statement{SQL: sql, Args: []any{n}}); err != nil {
			b.Fatal(err)
		}
	}
	if err := d.ExecScript(ctx, "ANALYZE"); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkFinished measures durable runs of three steps from their start to their end, and what engine and people look for, in tables that are full of runs that are over.
func BenchmarkFinished(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.Open, "postgres": dbtest.OpenPostgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			newLab(b, d)
			fill(b, d, finished(b))
			log := slog.New(slog.DiscardHandler)
			w := workflow.New("three", steps)
			e := workflow.NewEngine(d, event.NewBus(d, log), log)
			if err := e.Bind(w); err != nil {
				b.Fatal(err)
			}
			b.Run("idle", func(b *testing.B) {
				for b.Loop() {
					if found, err := e.WorkOne(b.Context()); err != nil || found {
						b.Fatal(found, err)
					}
				}
			})
			b.Run("failed", func(b *testing.B) {
				for b.Loop() {
					if _, err := e.ListRuns(b.Context(), "", workflow.StateFailed, 20); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("newest", func(b *testing.B) {
				for b.Loop() {
					if _, err := e.ListRuns(b.Context(), "", "", 20); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("tidy", func(b *testing.B) {
				for b.Loop() {
					if err := e.RemoveExpired(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("claim", func(b *testing.B) { // one that others also want: start, claim, three steps, end
				for i := 0; b.Loop(); i++ {
					if _, err := w.Start(b.Context(), num{i}); err != nil {
						b.Fatal(err)
					}
					if found, err := e.WorkOne(b.Context()); err != nil || !found {
						b.Fatal(found, err)
					}
				}
			})
			b.Run("runs", func(b *testing.B) { throughput(b, d, e, w) })
		})
	}
}

// throughput starts runs while the engine's workers execute them.
func throughput(b *testing.B, d *db.DB, e *workflow.Engine, w *workflow.Workflow[num, num]) {
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	started := time.Now()
	var last string
	for i := range b.N {
		id, err := w.Start(b.Context(), num{i})
		if err != nil {
			b.Fatal(err)
		}
		last = id
	}
	if _, err := w.Wait(b.Context(), last); err != nil {
		b.Fatal(err)
	}
	var open int
	for {
		if _, err := db.QueryRow(b.Context(), d, db.Statement{SQL: "SELECT count(*) FROM gorgon_run WHERE state = 'invoking' AND state <> 'done'"}, &open); err != nil {
			b.Fatal(err)
		}
		if open == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	elapsed := time.Since(started).Seconds()
	b.ReportMetric(float64(b.N)/elapsed, "runs/s")
	b.ReportMetric(3*float64(b.N)/elapsed, "steps/s")
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
