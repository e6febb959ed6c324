package workflow_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/workflow"
	"pgregory.net/rapid"
)

// Whatever workers do to each other, and whenever: a run ends once, its writes are there once or not at all, its event is told if and only if
// it has succeeded, and what it did outside was done with one key.
func TestProtocol(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		p := &protocol{lab: l, paid: map[string]int{}}
		for _, mode := range []workflow.Option{workflow.Durable(), workflow.Atomic()} {
			w := workflow.New("protocol", p.body, mode, workflow.Retention(1<<40))
			p.engines = nil
			for range 3 {
				p.engines = append(p.engines, l.engine(t, w))
			}
			rapid.Check(t, func(rt *rapid.T) { p.check(rt, w) })
		}
	})
}

// A protocol is the state of one check.
type protocol struct {
	*lab
	engines []*workflow.Engine
	rt      *rapid.T
	id      string
	fail    bool
	steps   []bool // which of them are external
	left    int    // how many more disturbances there may be
	paid    map[string]int
	runs    int
}

func (p *protocol) check(rt *rapid.T, w *workflow.Workflow[int, string]) {
	p.rt, p.left = rt, rapid.IntRange(0, 6).Draw(rt, "disturbances")
	p.fail = rapid.Bool().Draw(rt, "fails")
	p.steps = rapid.SliceOfN(rapid.Bool(), 1, 4).Draw(rt, "external steps")
	p.runs++
	id, err := w.Start(context.Background(), p.runs)
	if err != nil {
		rt.Fatal(err)
	}
	p.id = id
	p.paid = map[string]int{}
	for i := 0; i < 100 && p.query("SELECT state FROM gorgon_run WHERE id = $1 AND wake_at IS NOT NULL") != ""; i++ {
		p.expire()
		p.work()
	}
	state := map[bool]string{true: "reverted", false: "done"}[p.fail]
	p.want("state", p.query("SELECT state FROM gorgon_run WHERE id = $1"), state)
	words, events, told := 0, 0, 0
	for _, external := range p.steps {
		if !external && !p.fail {
			words++
		}
	}
	if !p.fail {
		events = 1
	}
	p.want("words", p.query("SELECT count(*) FROM word WHERE word LIKE $1 || '/%'"), fmt.Sprint(words))
	p.want("events", p.query("SELECT count(*) FROM gorgon_event WHERE run_id = $1"), fmt.Sprint(events))
	for key, n := range p.paid {
		told++
		if n < 1 {
			rt.Fatalf("%s %d times", key, n)
		}
	}
	external := 0
	for _, x := range p.steps {
		if x {
			external++
		}
	}
	p.want("effects", fmt.Sprint(told), fmt.Sprint(external))
}

func (p *protocol) body(ctx workflow.Context, run int) (string, error) {
	for i, external := range p.steps {
		p.disturb(ctx)
		name := fmt.Sprint("step", i)
		var err error
		if external {
			_, err = workflow.Step(ctx, name, p.pay, i, workflow.External(), workflow.Undo(p.refund))
		} else {
			_, err = workflow.Step(ctx, name, p.write, i, workflow.Undo(p.erase))
		}
		if err != nil {
			return "", err
		}
	}
	p.disturb(ctx)
	if p.fail {
		_, err := workflow.Step(ctx, "boom", boom, "")
		return "", err
	}
	return "ok", workflow.Emit(ctx, added, event.ID{ID: p.id})
}

func (p *protocol) write(ctx context.Context, i int) (int, error) {
	p.disturb(ctx)
	_, err := p.d.Exec(ctx, db.Statement{SQL: "INSERT INTO word VALUES ($1)", Args: []any{fmt.Sprint(p.id, "/", i)}})
	p.disturb(ctx)
	return i, err
}

func (p *protocol) erase(ctx context.Context, i int) error {
	n, err := p.d.Exec(ctx, db.Statement{SQL: "DELETE FROM word WHERE word = $1", Args: []any{fmt.Sprint(p.id, "/", i)}})
	if err == nil && n != 1 {
		err = fmt.Errorf("step %d was undone twice", i)
	}
	p.disturb(ctx)
	return err
}

func (p *protocol) pay(ctx context.Context, i int) (int, error) {
	p.disturb(ctx)
	p.paid[workflow.Key(ctx)]++
	p.disturb(ctx)
	return i, nil
}

func (p *protocol) refund(ctx context.Context, _ int) error {
	p.disturb(ctx)
	return nil
}

// disturb may let another worker take the run while this one is in the middle of it.
func (p *protocol) disturb(ctx context.Context) {
	if p.left == 0 || p.d.InTransaction(ctx) && p.d.Dialect() == db.SQLite { // whose transactions nobody can overtake
		return
	}
	p.left--
	most := 2
	if p.d.InTransaction(ctx) { // another worker would wait for what this one has written
		most = 1
	}
	switch rapid.IntRange(0, most).Draw(p.rt, "disturbance") {
	case 1:
		p.expire()
	case 2:
		p.expire()
		p.work()
	}
}

// expire makes the lease of the run end now.
func (p *protocol) expire() {
	_, err := p.d.Exec(context.Background(), db.Statement{SQL: "UPDATE gorgon_run SET lease_until = " + p.d.Dialect().After("$1") + " WHERE id = $2 AND lease_until IS NOT NULL", Args: []any{-1.0, p.id}})
	if err != nil {
		p.rt.Fatal(err)
	}
}

func (p *protocol) work() {
	e := p.engines[rapid.IntRange(0, 2).Draw(p.rt, "worker")]
	if _, err := e.WorkOne(context.Background()); err != nil {
		p.rt.Fatal(err)
	}
}

func (p *protocol) query(sql string) string {
	var s string
	if _, err := db.One(context.Background(), p.d, db.Statement{SQL: sql, Args: []any{p.id}}, &s); err != nil {
		p.rt.Fatal(err)
	}
	return s
}

func (p *protocol) want(what, got, want string) {
	if got != want {
		p.rt.Fatalf("%s: got %s, want %s (fails %v, steps %v)", what, got, want, p.fail, p.steps)
	}
}
