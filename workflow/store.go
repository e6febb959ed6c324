package workflow

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the tables of runs that outlive their process: gorgon_run, gorgon_run_step, gorgon_run_signal and gorgon_lock.
func Migrations() db.MigrationSet {
	return db.MigrationFiles("gorgon/workflow", migrations)
}

// The states of a run.
const (
	StateInvoking     = "invoking"
	StateCompensating = "compensating"
	StateDone         = "done"
	StateReverted     = "reverted" // failed, and undone
	StateFailed       = "failed"   // failed, and some step could not be undone
	StateBlocked      = "blocked"  // cannot go on until somebody looks at it
)

// errLost is why a process stops executing a run that another one has claimed since.
var errLost = errors.New("workflow: another process has taken over the run")

func stmt(sql string, args ...any) db.Statement { return db.Statement{SQL: sql, Args: args} }

// create makes the row of a run. With held it belongs to this process, else to the first that claims it. It reports false if a run with its
// idempotency key exists.
func (r *run) create(ctx context.Context, locked bool) (bool, error) {
	e, now := r.engine, db.Now()
	in, err := encode(r.input)
	if err != nil {
		return false, fmt.Errorf("workflow: input of %s: %w", r.def.name, err)
	}
	lease, epoch := "NULL", 0
	args := []any{r.ID(), r.def.name, r.transactionID(), r.def.version, in, nullable(r.idem), e.me, r.wake, nullInt(r.def.retention), now, now, r.carried(ctx)}
	if locked {
		lease, epoch = e.DB.Dialect().NowPlus("$13"), 1
		args = append(args, e.Lease.Seconds())
	}
	n, err := e.DB.Exec(ctx, stmt(`INSERT INTO gorgon_run (id, workflow_id, transaction_id, version, state, input, idem_key, owner, wake_at, retention, created_at, updated_at, trace, epoch, lease_until)
		VALUES ($1, $2, $3, $4, 'invoking', $5, $6, $7, $8, $9, $10, $11, $12, `+strconv.Itoa(epoch)+`, `+lease+`)
		ON CONFLICT (workflow_id, idem_key) WHERE idem_key IS NOT NULL DO NOTHING`, args...))
	r.epoch = int64(epoch)
	return n == 1, err
}

func itoa(n int) string { return strconv.Itoa(n) }

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func nullInt(d time.Duration) any {
	if d == 0 {
		return nil
	}
	return int(d.Seconds())
}

// save writes records of operations.
func (r *run) save(ctx context.Context, list ...*record) error {
	for len(list) > 0 {
		n := min(len(list), 100)
		s, err := r.saving(list[:n])
		if err != nil {
			return err
		}
		if _, err := r.engine.DB.Exec(ctx, s); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

const stepColumns = 16

func (r *run) saving(list []*record) (db.Statement, error) {
	var sql strings.Builder
	sql.WriteString("INSERT INTO gorgon_run_step (run_id, key, name, kind, branch, pos, seq, state, attempts, due_at, output, undo, error, undo_error, started_at, ended_at) VALUES ")
	args := make([]any, 0, stepColumns*len(list))
	for i, rec := range list {
		out, err := encode(rec.out)
		undoing, err2 := encode(rec.undoing)
		if err := errors.Join(err, err2); err != nil {
			return db.Statement{}, fmt.Errorf("workflow: result of step %s: %w", rec.key, err)
		}
		if i > 0 {
			sql.WriteByte(',')
		}
		for j := range stepColumns {
			sql.WriteString([]string{",", "("}[b2i(j == 0)] + "$" + strconv.Itoa(stepColumns*i+j+1))
		}
		sql.WriteByte(')')
		if rec.started.IsZero() {
			rec.started = db.Now()
		}
		args = append(args, r.id, rec.key, rec.name, rec.kind, rec.prefix, rec.pos, rec.seq, string(rec.state), rec.attempts, moment(rec.due), out, undoing,
			encodeError(rec.err), encodeError(rec.undoErr), rec.started, moment(rec.ended))
	}
	sql.WriteString(` ON CONFLICT (run_id, key) DO UPDATE SET seq = excluded.seq, state = excluded.state, attempts = excluded.attempts, due_at = excluded.due_at,
		output = excluded.output, undo = excluded.undo, error = excluded.error, undo_error = excluded.undo_error, ended_at = excluded.ended_at`)
	return db.Statement{SQL: sql.String(), Args: args}, nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Truncate(time.Millisecond)
}

// fence makes sure, until the transaction in ctx ends, that no other process has claimed the run. It is the last statement before each
// commit; set is more of its SET clause, whose placeholders begin at $1.
func (r *run) fence(ctx context.Context, set string, args ...any) error {
	n := len(args)
	sql := "UPDATE gorgon_run SET " + set + "claims = 0, updated_at = $" + strconv.Itoa(n+1) + " WHERE id = $" + strconv.Itoa(n+2) + " AND epoch = $" + strconv.Itoa(n+3)
	affected, err := r.engine.DB.Exec(ctx, stmt(sql, append(args, db.Now(), r.id, r.epoch)...))
	if err == nil && affected != 1 {
		err = errLost
	}
	return err
}

// forward is fence for what must not happen any more once the run is cancelled.
func (r *run) forward(ctx context.Context) error {
	n, err := r.engine.DB.Exec(ctx, stmt("UPDATE gorgon_run SET claims = 0, updated_at = $1 WHERE id = $2 AND epoch = $3 AND cancel_at IS NULL", db.Now(), r.id, r.epoch))
	if err != nil || n == 1 {
		return err
	}
	if err := r.fence(ctx, ""); err != nil {
		return err
	}
	return ErrCanceled
}

// load reads what a run has done so far.
func (r *run) load(ctx context.Context) error {
	rows, err := r.engine.DB.Query(ctx, stmt(`SELECT key, name, kind, branch, pos, seq, state, attempts, due_at, output, undo, error, started_at, ended_at,
		CASE WHEN reverted_at IS NULL THEN 0 ELSE 1 END FROM gorgon_run_step WHERE run_id = $1 ORDER BY seq`, r.id))
	if err != nil {
		return err
	}
	defer rows.Close()
	r.past = history{at: map[place]*record{}, last: map[string]int{}}
	for rows.Next() {
		rec := &record{run: r}
		var due, ended *time.Time
		var out, undoing, failure []byte
		if err := db.Scan(rows, &rec.key, &rec.name, &rec.kind, &rec.prefix, &rec.pos, &rec.seq, (*string)(&rec.state), &rec.attempts, &due,
			&out, &undoing, &failure, &rec.started, &ended, &rec.reverted); err != nil {
			return err
		}
		if due != nil {
			rec.due = *due
		}
		if ended != nil {
			rec.ended = *ended
		}
		rec.out, rec.err = raw(out), decodeError(failure)
		if undoing != nil {
			rec.undoing = raw(undoing)
		}
		rec.external = rec.kind == kindExternal
		r.past.add(rec)
		r.seq = max(r.seq, rec.seq+1)
	}
	return rows.Err()
}

func raw(b []byte) any {
	if b == nil {
		return json.RawMessage("null")
	}
	return json.RawMessage(b)
}

// A history is what a run did before this process took it up.
type history struct {
	at   map[place]*record
	last map[string]int // the last position of each branch
}

type place struct {
	prefix string
	pos    int
}

func (h *history) add(rec *record) {
	h.at[place{rec.prefix, rec.pos}] = rec
	h.last[rec.prefix] = max(h.last[rec.prefix], rec.pos)
}

// park gives the run up until it is woken: by a signal, or at a moment unless that is zero. A signal that has come since the run was taken
// up wakes it at once.
func (r *run) park(ctx context.Context, until time.Time) error {
	return r.inTx(ctx, func(ctx context.Context) error {
		if err := r.setAside(ctx, until); err != nil {
			return err
		}
		return r.engine.show(ctx, r.id)
	})
}

func (r *run) setAside(ctx context.Context, until time.Time) error {
	k := r.engine.DB.Dialect()
	return r.fence(ctx, "wake_at = CASE WHEN signals <> $1 OR cancel_at IS NOT NULL THEN "+k.Now()+" ELSE "+cast(k, "$2")+" END, lease_until = NULL, owner = NULL, ", r.signals, moment(until))
}

// cast gives a placeholder the type of a moment.
func cast(k db.Dialect, placeholder string) string {
	if k == db.Postgres {
		return placeholder + "::timestamptz"
	}
	return placeholder
}

// release gives the run up so that another process goes on with it.
func (r *run) release(ctx context.Context) error {
	return r.fence(ctx, "wake_at = "+r.engine.DB.Dialect().Now()+", lease_until = NULL, owner = NULL, ")
}

// end writes the outcome of a run. One that nobody wants to look up afterwards is removed.
func (r *run) end(ctx context.Context, state string, out any, cause error) error {
	keep := r.def.retention
	if keep == 0 && (r.parked || r.started) {
		keep = time.Hour // for those who wait for the result
	}
	if state == StateFailed {
		keep = max(keep, 30*24*time.Hour)
	}
	if keep == 0 {
		if err := r.fence(ctx, ""); err != nil {
			return err
		}
		if _, err := r.engine.DB.Exec(ctx, stmt("DELETE FROM gorgon_run WHERE id = $1", r.id)); err != nil {
			return err
		}
		return r.engine.hide(ctx, r.id)
	}
	output, err := encode(out)
	if err != nil {
		return fmt.Errorf("workflow: result of %s: %w", r.def.name, err)
	}
	if r.kept {
		if _, err := r.engine.DB.Exec(ctx, stmt("DELETE FROM gorgon_lock WHERE run_id = $1", r.id)); err != nil {
			return err
		}
	}
	idem := ""
	if state != StateDone && !r.def.keepFailures {
		idem = "idem_key = NULL, "
	}
	k := r.engine.DB.Dialect()
	err = r.fence(ctx, "state = $1, output = $2, error = COALESCE("+jsonCast(k, "$3")+", error), retention_until = "+k.NowPlus("$4")+", wake_at = NULL, lease_until = NULL, owner = NULL, "+idem,
		state, output, encodeError(cause), keep.Seconds())
	if err != nil {
		return err
	}
	if r.def.retention == 0 && state != StateFailed {
		return r.engine.hide(ctx, r.id)
	}
	return r.engine.show(ctx, r.id)
}

func jsonCast(k db.Dialect, placeholder string) string {
	if k == db.Postgres {
		return placeholder + "::json"
	}
	return placeholder
}
