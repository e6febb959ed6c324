package workflow_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/workflow"
)

type num struct{ N int }

func inc(_ context.Context, in num) (num, error) { return num{in.N + 1}, nil }
func nop(context.Context, num) error             { return nil }

func steps(ctx workflow.Context, in num) (num, error) {
	a, err := workflow.Step(ctx, "one", inc, in, workflow.Undo(nop))
	if err != nil {
		return a, err
	}
	b, err := workflow.Step(ctx, "two", inc, a, workflow.Undo(nop))
	if err != nil {
		return b, err
	}
	return workflow.Step(ctx, "three", inc, b, workflow.Undo(nop))
}

func BenchmarkInline3(b *testing.B) {
	w := workflow.New("three", steps)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if out, err := w.Run(b.Context(), num{i}); err != nil || out.N != i+3 {
			b.Fatal(out, err)
		}
	}
}

func BenchmarkInline3Undone(b *testing.B) {
	w := workflow.New("three", func(ctx workflow.Context, in num) (num, error) {
		if out, err := steps(ctx, in); err != nil {
			return out, err
		}
		return workflow.Step(ctx, "boom", func(context.Context, num) (num, error) { return num{}, errBoom }, in)
	})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Run(b.Context(), num{}); err == nil {
			b.Fatal("no error")
		}
	}
}

// Three inserts and an event: by hand, and as workflows.
func BenchmarkInserts(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.Open, "postgres": dbtest.OpenPostgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			l := newLab(b, d)
			log := slog.New(slog.DiscardHandler)
			bus := event.NewBus(d, log)
			n := 0
			insert := func(ctx context.Context, s string) (string, error) {
				_, err := d.Exec(ctx, db.Statement{SQL: "INSERT INTO word VALUES ($1)", Args: []any{s}})
				return s, err
			}
			body := func(ctx workflow.Context, n int) (int, error) {
				for i := range 3 {
					if _, err := workflow.Step(ctx, "insert", insert, fmt.Sprint(n, i), workflow.Undo(l.remove)); err != nil {
						return 0, err
					}
				}
				return n, workflow.Emit(ctx, added, event.ID{ID: "x"})
			}
			atomic, durable := workflow.New("atomic", body, workflow.Atomic()), workflow.New("durable", body, workflow.Durable())
			if err := workflow.NewEngine(d, bus, log).Bind(atomic, durable); err != nil {
				b.Fatal(err)
			}
			for mode, run := range map[string]func(ctx context.Context) error{
				"hand": func(ctx context.Context) error {
					return d.InTx(ctx, func(ctx context.Context) error {
						for i := range 3 {
							if _, err := insert(ctx, fmt.Sprint(n, i)); err != nil {
								return err
							}
						}
						return event.Emit(ctx, bus, added, event.ID{ID: "x"})
					})
				},
				"atomic":  func(ctx context.Context) error { _, err := atomic.Run(ctx, n); return err },
				"durable": func(ctx context.Context) error { _, err := durable.Run(ctx, n); return err },
			} {
				b.Run(mode, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						n++
						if err := run(b.Context()); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
