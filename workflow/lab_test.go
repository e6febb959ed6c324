package workflow_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/internal/proctest"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A lab is a database with a table of words, and a log of what steps did to it and outside.
type lab struct {
	d   *db.DB
	mu  sync.Mutex
	log []string
}

func labs(t *testing.T, fn func(t *testing.T, l *lab)) {
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) { fn(t, newLab(t, d)) })
}

func newLab(t testing.TB, d *db.DB) *lab {
	t.Helper()
	if _, err := db.Migrate(t.Context(), d, []db.MigrationSet{event.Migrations(), workflow.Migrations()}); err != nil {
		t.Fatal(err)
	}
	if err := d.ExecScript(t.Context(), "CREATE TABLE word (word text PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	return &lab{d: d}
}

// engine returns an engine that hurries.
func (l *lab) engine(t testing.TB, list ...workflow.AnyWorkflow) *workflow.Engine {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	e := workflow.NewEngine(l.d, event.NewBus(l.d, log), log)
	e.Lease, e.Poll = time.Second, 20*time.Millisecond
	if err := e.Bind(list...); err != nil {
		t.Fatal(err)
	}
	return e
}

// work runs an engine until the test ends or stop is called.
func work(t testing.TB, e *workflow.Engine) (stop func()) {
	t.Helper()
	return proctest.Background(t, e.Run)
}

func (l *lab) note(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = append(l.log, fmt.Sprintf(format, args...))
}

// did is the log, and empties it.
func (l *lab) did() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := strings.Join(l.log, ", ")
	l.log = nil
	return s
}

// add is a step in the database.
func (l *lab) add(ctx context.Context, word string) (string, error) {
	l.note("add %s", word)
	_, err := l.d.Exec(ctx, db.Statement{SQL: "INSERT INTO word VALUES ($1)", Args: []any{word}})
	return word, err
}

func (l *lab) remove(ctx context.Context, word string) error {
	l.note("remove %s", word)
	n, err := l.d.Exec(ctx, db.Statement{SQL: "DELETE FROM word WHERE word = $1", Args: []any{word}})
	if err == nil && n != 1 {
		err = fmt.Errorf("%s was not there", word)
	}
	return err
}

// outside is a step with an effect outside of the database.
func (l *lab) outside(ctx context.Context, name string) (string, error) {
	l.note("outside %s tx=%v", name, l.d.InTransaction(ctx))
	return name, nil
}

func (l *lab) takeBack(ctx context.Context, name string) error {
	l.note("take back %s tx=%v", name, l.d.InTransaction(ctx))
	return nil
}

// put is add as a step with its undo.
func (l *lab) put(ctx workflow.Context, word string) error {
	_, err := workflow.Step(ctx, "put-"+word, l.add, word, workflow.Undo(l.remove))
	return err
}

func (l *lab) effect(ctx workflow.Context, name string) error {
	_, err := workflow.Step(ctx, "effect-"+name, l.outside, name, workflow.Undo(l.takeBack), workflow.External())
	return err
}

// words are the words in the table.
func (l *lab) words(t testing.TB) string { return l.list(t, "SELECT word FROM word ORDER BY word") }

func (l *lab) events(t testing.TB) string {
	return l.list(t, "SELECT name || data FROM gorgon_event ORDER BY seq")
}

func (l *lab) states(t testing.TB) string {
	return l.list(t, "SELECT state FROM gorgon_run ORDER BY id")
}

func (l *lab) list(t testing.TB, sql string, args ...any) string {
	t.Helper()
	rows, err := l.d.Query(t.Context(), db.Statement{SQL: sql, Args: args})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		list = append(list, string(rows.Value(0)))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, " ")
}

func (l *lab) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := l.d.Exec(t.Context(), db.Statement{SQL: sql, Args: args}); err != nil {
		t.Fatal(err)
	}
}

// wait waits until ok.
func wait(t testing.TB, condition string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", condition)
		}
	}
}

func sorted(s string) string {
	list := strings.Split(s, ", ")
	slices.Sort(list)
	return strings.Join(list, ", ")
}
