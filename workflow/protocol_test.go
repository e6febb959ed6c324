package workflow_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/workflow"
	"pgregory.net/rapid"
)

// Whatever workers do to each other, and whenever: a run ends once, its writes are there once or not at all, its event is told if and only if
// it has succeeded, what it did outside was done with one key, and a worker that has lost the run changes nothing any more.
func TestProtocol(t *testing.T) {
	t.Parallel()
	labs(t, func(t *testing.T, l *lab) {
		for name, mode := range map[string]workflow.Option{"durable": workflow.Durable(), "atomic": workflow.Atomic()} {
			p := &protocol{lab: l}
			p.kept = workflow.New("kept-"+name, p.body, mode, workflow.Retention(1<<40))
			p.gone = workflow.New("gone-"+name, p.body, mode)
			for range 4 {
				e := l.engine(t, p.kept, p.gone)
				e.Lease = time.Hour // leases end when the test says so
				p.engines = append(p.engines, e)
			}
			rapid.Check(t, p.check)
		}
	})
}

// A protocol is the state of one check. Its workers run one at a time, each in a goroutine of its own, from one of the places where they may be
// disturbed to the next.
type protocol struct {
	*lab
	kept, gone *workflow.Workflow[int, string]
	engines    []*workflow.Engine // the last one never works
	rt         *rapid.T
	id         string
	steps      []bool // which of them are external
	fail       bool
	flaky      bool // it fails once only, unless that is noted
	failures   int
	stuck      bool // the first refund fails
	refunds    int
	writes     int
	cancelled  bool
	paid       map[string]int
	workers    []*worker
	over       bool // nothing is disturbed any more
	runs       int
}

type worker struct {
	epoch  string // of its claim
	alone  bool   // where it stands, others would wait for it
	parked chan bool
	ended  chan bool // whether it had something to do
	resume chan struct{}
	leave  context.CancelFunc // of a caller, who does not wait for what others make of the run
}

type workerKey struct{}

func (p *protocol) check(rt *rapid.T) {
	p.rt, p.over, p.cancelled, p.failures, p.workers, p.paid = rt, false, false, 0, nil, map[string]int{}
	p.refunds = 0
	p.fail, p.flaky, p.stuck = rapid.Bool().Draw(rt, "fails"), rapid.Bool().Draw(rt, "once"), rapid.Bool().Draw(rt, "stuck")
	p.steps = rapid.SliceOfN(rapid.Bool(), 1, 4).Draw(rt, "external steps")
	p.runs++
	p.id = ""
	defer p.release()
	p.begin()
	for range rapid.IntRange(0, 25).Draw(rt, "moves") {
		p.move()
	}
	p.finish()
	p.verify()
}

// begin lets a caller run the workflow, or start it.
func (p *protocol) begin() {
	w := p.kept
	if rapid.Bool().Draw(p.rt, "not kept") {
		w = p.gone
	}
	if rapid.Bool().Draw(p.rt, "called") {
		p.launch(func(ctx context.Context) bool { _, _ = w.Run(ctx, p.runs); return true })
		return
	}
	id, err := w.Start(context.Background(), p.runs)
	if err != nil {
		p.rt.Fatal(err)
	}
	p.id = id
}

// move lets anything happen next.
func (p *protocol) move() {
	i := slices.IndexFunc(p.workers, func(w *worker) bool { return w.alone })
	switch move := rapid.IntRange(0, 5).Draw(p.rt, "move"); {
	case move == 0:
		p.expire()
	case i >= 0:
		p.slice(p.workers[i])
	case move == 1:
		p.cancel()
	case move == 2 && len(p.workers) < 3:
		p.work()
	case len(p.workers) > 0:
		p.slice(p.workers[rapid.IntRange(0, len(p.workers)-1).Draw(p.rt, "worker")])
	}
}

// finish lets all workers end, and others go on until the run is over.
func (p *protocol) finish() {
	for range 200 {
		for len(p.workers) > 0 {
			p.slice(p.workers[0])
		}
		if p.query("SELECT state FROM gorgon_run WHERE id = $1 AND wake_at IS NOT NULL") == "" {
			return
		}
		p.expire()
		p.work()
	}
	p.rt.Fatal("the run is never over")
}

func (p *protocol) cancel() {
	if err := p.engines[3].Cancel(context.Background(), p.id); err == nil {
		p.cancelled = true
	}
}

// work lets a worker look for the run. It must not find it while a lease lasts.
func (p *protocol) work() {
	held := p.query("SELECT id FROM gorgon_run WHERE id = $1 AND lease_until > "+p.d.Dialect().Now()) != ""
	e := p.engines[rapid.IntRange(0, 2).Draw(p.rt, "engine")]
	worked := p.launch(func(ctx context.Context) bool {
		worked, err := e.WorkOne(ctx)
		return worked || err != nil
	})
	if worked && held {
		p.rt.Fatal("a worker takes a run whose lease lasts")
	}
}

// launch begins to work, and reports whether there was something to do.
func (p *protocol) launch(work func(context.Context) bool) bool {
	ctx, leave := context.WithCancel(context.Background())
	w := &worker{parked: make(chan bool), ended: make(chan bool, 1), resume: make(chan struct{}), leave: leave}
	p.workers = append(p.workers, w)
	go func() { w.ended <- work(context.WithValue(ctx, workerKey{}, w)) }()
	return p.wait(w)
}

// slice lets a worker go on to the next place. One that has lost the run must not change anything.
func (p *protocol) slice(w *worker) {
	before := ""
	lost := w.epoch != "" && w.epoch != p.query("SELECT epoch FROM gorgon_run WHERE id = $1")
	if lost {
		before = p.everything()
		w.leave()
	}
	w.alone = false
	w.resume <- struct{}{}
	p.wait(w)
	if lost && !w.alone {
		p.want("after a worker without the run", p.everything(), before)
	}
}

func (p *protocol) wait(w *worker) bool {
	worked := true
	select {
	case w.alone = <-w.parked:
	case worked = <-w.ended:
		w.alone = false
		p.workers = slices.DeleteFunc(p.workers, func(x *worker) bool { return x == w })
	}
	if w.epoch == "" && !w.alone {
		w.epoch = p.query("SELECT epoch FROM gorgon_run WHERE id = $1")
	}
	return worked
}

// release lets the workers end that a failed check has left.
func (p *protocol) release() {
	p.over = true
	for _, w := range p.workers {
		w.leave()
		close(w.resume)
	}
	for _, w := range p.workers {
		<-w.ended
	}
}

// disturb is a place where anything may happen in the middle of a run.
func (p *protocol) disturb(ctx context.Context) { p.park(ctx, false) }

// park stops a worker until it is its turn again. SQLite's transactions nobody can overtake.
func (p *protocol) park(ctx context.Context, alone bool) {
	w, ok := ctx.Value(workerKey{}).(*worker)
	if !ok || p.over || p.d.Dialect() == db.SQLite && p.d.InTransaction(ctx) {
		return
	}
	w.parked <- alone
	<-w.resume
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
	if _, err := workflow.Step(ctx, "last", p.last, ""); err != nil {
		return "", err
	}
	return "ok", workflow.Emit(ctx, added, event.ID{ID: p.id})
}

func (p *protocol) last(ctx context.Context, _ string) (string, error) {
	p.failures++
	if p.fail && (p.failures == 1 || !p.flaky) {
		return "", errBoom
	}
	return "", nil
}

// word is what the rows that a run writes begin with.
func (p *protocol) word() string { return fmt.Sprintf("%p/%d", p, p.runs) }

func (p *protocol) write(ctx context.Context, i int) (int, error) {
	if p.id == "" {
		p.id, _, _ = strings.Cut(workflow.StepKey(ctx), "/")
	}
	p.disturb(ctx)
	p.writes++
	_, err := p.d.Exec(ctx, db.Statement{SQL: "INSERT INTO word VALUES ($1)", Args: []any{fmt.Sprint(p.word(), "/", i, "/", p.writes)}})
	p.disturb(ctx)
	return i, err
}

func (p *protocol) erase(ctx context.Context, i int) error {
	n, err := p.d.Exec(ctx, db.Statement{SQL: "DELETE FROM word WHERE word LIKE $1 || '/%'", Args: []any{fmt.Sprint(p.word(), "/", i)}})
	if err == nil && n != 1 {
		err = fmt.Errorf("step %d has %d rows to undo", i, n)
	}
	p.park(ctx, true) // others would wait for the row
	return err
}

func (p *protocol) pay(ctx context.Context, i int) (int, error) {
	if p.id == "" {
		p.id, _, _ = strings.Cut(workflow.StepKey(ctx), "/")
	}
	p.disturb(ctx)
	p.paid[workflow.StepKey(ctx)]++
	p.disturb(ctx)
	return i, nil
}

func (p *protocol) refund(ctx context.Context, _ int) error {
	p.disturb(ctx)
	p.refunds++
	if p.stuck && p.refunds == 1 {
		return errBoom
	}
	return nil
}

// expire makes the lease of the run end now.
func (p *protocol) expire() {
	_, err := p.d.Exec(context.Background(), db.Statement{SQL: "UPDATE gorgon_run SET lease_until = " + p.d.Dialect().NowPlus("$1") + " WHERE id = $2 AND lease_until IS NOT NULL", Args: []any{-1.0, p.id}})
	if err != nil {
		p.rt.Fatal(err)
	}
}

// verify checks the outcome.
func (p *protocol) verify() {
	events := p.count("SELECT count(*) FROM gorgon_event WHERE run_id = $1", p.id)
	succeeded := events == 1
	switch {
	case events > 1, succeeded && (p.cancelled || p.fail && !p.flaky), !succeeded && !p.cancelled && !p.fail:
		p.rt.Fatalf("%d events (fails %v, flaky %v, cancelled %v)", events, p.fail, p.flaky, p.cancelled)
	}
	state, words, external := "reverted", 0, 0
	for _, x := range p.steps {
		if x {
			external++
		}
	}
	if succeeded {
		state, words = "done", len(p.steps)-external
		p.want("refunds", fmt.Sprint(p.refunds), "0")
		p.want("undone steps", fmt.Sprint(p.count("SELECT count(*) FROM gorgon_run_step WHERE run_id = $1 AND reverted_at IS NOT NULL", p.id)), "0")
	}
	if got := p.query("SELECT state FROM gorgon_run WHERE id = $1"); got != "" && (got != "failed" || !p.stuck || succeeded) {
		p.want("state", got, state)
	}
	p.want("words", fmt.Sprint(p.count("SELECT count(*) FROM word WHERE word LIKE $1 || '/%'", p.word())), fmt.Sprint(words))
	if len(p.paid) > external || succeeded && len(p.paid) < external {
		p.rt.Fatalf("%d effects of %d steps", len(p.paid), external)
	}
}

// everything is what workers change.
func (p *protocol) everything() string {
	return strings.Join([]string{
		p.list("SELECT state || ' ' || epoch || ' ' || COALESCE(owner, '-') || ' ' || signals || ' ' || CASE WHEN lease_until IS NULL THEN 0 ELSE 1 END FROM gorgon_run WHERE id = $1", p.id),
		p.list("SELECT key || ' ' || seq || ' ' || state || ' ' || attempts || CASE WHEN reverted_at IS NULL THEN '' ELSE ' undone' END || CASE WHEN undo_error IS NULL THEN '' ELSE ' not undone' END"+
			" FROM gorgon_run_step WHERE run_id = $1 ORDER BY key", p.id),
		p.list("SELECT word FROM word WHERE word LIKE $1 || '/%' ORDER BY word", p.word()),
		p.list("SELECT id FROM gorgon_event WHERE run_id = $1 ORDER BY id", p.id),
	}, "\n")
}

func (p *protocol) list(sql, arg string) (s string) {
	rows, err := p.d.Query(context.Background(), db.Statement{SQL: sql, Args: []any{arg}})
	if err != nil {
		p.rt.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		s += string(rows.Value(0)) + ", "
	}
	if err := rows.Err(); err != nil {
		p.rt.Fatal(err)
	}
	return s
}

func (p *protocol) query(sql string) string {
	var s string
	if _, err := db.QueryRow(context.Background(), p.d, db.Statement{SQL: sql, Args: []any{p.id}}, &s); err != nil {
		p.rt.Fatal(err)
	}
	return s
}

func (p *protocol) count(sql, arg string) (n int) {
	if _, err := db.QueryRow(context.Background(), p.d, db.Statement{SQL: sql, Args: []any{arg}}, &n); err != nil {
		p.rt.Fatal(err)
	}
	return n
}

func (p *protocol) want(name, got, want string) {
	if got != want {
		p.rt.Fatalf("%s: got %s, want %s (fails %v, steps %v)", name, got, want, p.fail, p.steps)
	}
}
