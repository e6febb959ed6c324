package job

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/telemetry"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the tables of jobs: gorgon_job, a row for each, and gorgon_job_run, their history.
func Migrations() db.MigrationSet {
	return db.MigrationFiles("gorgon/job", migrations)
}

// A Scheduler runs jobs when their time comes. Any number of processes may run the same jobs: each tick happens in one of them, and
// once. A tick whose process dies is not repeated; the history says that it was lost.
type Scheduler struct {
	DB        *db.DB
	Log       *slog.Logger
	Telemetry *telemetry.Telemetry // is told of ticks; may be nil

	// Lease is how long a job counts as running after its process fell silent, 30 seconds.
	Lease time.Duration
	// MaxDelay is how late a tick may be and still count; later, only jobs that CatchUp do. One minute.
	MaxDelay time.Duration
	// HistoryLimit is how many ticks of each job the history has, 100.
	HistoryLimit int

	jobs []Job
	me   string
	work sync.WaitGroup
}

// NewScheduler returns a scheduler that keeps its state in d.
func NewScheduler(d *db.DB, log *slog.Logger) *Scheduler {
	return &Scheduler{DB: d, Log: log, Lease: 30 * time.Second, MaxDelay: time.Minute, HistoryLimit: 100, me: id.New("scheduler")}
}

// Add adds jobs, before Run. It reports wrong schedules, and names that are taken.
func (s *Scheduler) Add(list ...Job) error {
	var errs []error
	for _, j := range list {
		if old := s.job(j.Name); old != nil {
			errs = append(errs, fmt.Errorf("job: there are two jobs with the name %s, at %s and at %s", j.Name, old.at, j.at))
			continue
		}
		if j.err != nil {
			errs = append(errs, j.err)
			continue
		}
		s.jobs = append(s.jobs, j)
	}
	return errors.Join(errs...)
}

// Jobs lists the jobs.
func (s *Scheduler) Jobs() []Job { return s.jobs }

func (s *Scheduler) job(name string) *Job {
	for i := range s.jobs {
		if s.jobs[i].Name == name {
			return &s.jobs[i]
		}
	}
	return nil
}

// Trigger runs a job now and waits for its end, whether or not Run is at work, and returns what has become of it with the job's error. It does not count among the job's MaxRuns. An
// unknown name is fault.NotFound, and a job that is running and may not overlap fault.Conflict.
func (s *Scheduler) Trigger(ctx context.Context, name string) (Run, error) {
	j := s.job(name)
	if j == nil {
		return Run{}, fault.New(fault.NotFound, "Job %s was not found", name)
	}
	at := db.Now()
	if err := s.known(ctx, j, at); err != nil {
		return Run{}, err
	}
	token := s.me + "/now/" + at.Format(db.TimeLayout)
	n, err := s.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_job SET running_by = $1, running_until = " + s.DB.Dialect().NowPlus("$2") + " WHERE name = $3 AND " + s.free(j),
		Args: []any{token, s.Lease.Seconds(), j.Name}})
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "Job %s is running", name)
	}
	if err != nil {
		return Run{}, err
	}
	return s.hold(ctx, j, at, token)
}

// free is the condition that a job may begin.
func (s *Scheduler) free(j *Job) string {
	if j.overlap {
		return "1 = 1"
	}
	return "(running_until IS NULL OR running_until < " + s.DB.Dialect().Now() + ")"
}

// Run runs jobs until ctx ends, and then waits for the ticks that are running, whose contexts have ended too.
func (s *Scheduler) Run(ctx context.Context) error {
	defer s.work.Wait()
	if err := s.enter(ctx); err != nil {
		return err
	}
	for {
		pause, err := s.round(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("jobs wait: their table cannot be used", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// enter makes the rows of jobs that are new or whose schedule has changed.
func (s *Scheduler) enter(ctx context.Context) error {
	now := db.Now()
	for i := range s.jobs {
		if err := s.known(ctx, &s.jobs[i], now); err != nil {
			return err
		}
	}
	return nil
}

// known makes the row of a job.
func (s *Scheduler) known(ctx context.Context, j *Job, now time.Time) error {
	_, err := s.DB.Exec(ctx, db.Statement{SQL: `INSERT INTO gorgon_job (name, spec, next_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, next_at = excluded.next_at WHERE gorgon_job.spec <> excluded.spec`,
		Args: []any{j.Name, j.Schedule, j.Next(now)}})
	return err
}

// round starts what is due and returns how long there is nothing to do, 5 seconds at most.
func (s *Scheduler) round(ctx context.Context) (pause time.Duration, err error) {
	pause = 5 * time.Second
	rows, err := s.DB.Query(ctx, db.Statement{SQL: "SELECT name, next_at, runs FROM gorgon_job"})
	if err != nil {
		return pause, err
	}
	list, err := states(rows)
	for i := range s.jobs {
		j := &s.jobs[i]
		r, ok := list[j.Name]
		if !ok || j.over(r.runs) {
			continue
		}
		if now := time.Now(); !r.next.After(now) {
			err = errors.Join(err, s.due(ctx, j, r, now))
			r.next = j.Next(now)
			if j.missed == each {
				r.next = now.Add(100 * time.Millisecond) // there may be more
			}
		}
		pause = min(pause, max(time.Until(r.next), 0)+time.Millisecond)
	}
	return pause, err
}

// A row is what the table has of a job.
type row struct {
	next time.Time
	runs int
}

func states(rows db.Rows) (map[string]row, error) {
	defer rows.Close()
	list := map[string]row{}
	for rows.Next() {
		var name string
		var r row
		if err := db.Scan(rows, &name, &r.next, &r.runs); err != nil {
			return nil, err
		}
		list[name] = r
	}
	return list, rows.Err()
}

// over reports whether a job has run as often as it was to.
func (j *Job) over(runs int) bool { return j.times > 0 && runs >= j.times }

// due takes a tick, unless another process was faster, and starts it.
func (s *Scheduler) due(ctx context.Context, j *Job, r row, now time.Time) error {
	at, next := r.next, j.Next(now)
	if j.missed == each {
		next = j.Next(at)
	}
	if late := now.Sub(at); late > s.MaxDelay && j.missed == forget {
		_, err := s.move(ctx, j, at, next)
		return err
	}
	token := s.me + "/" + at.Format(db.TimeLayout)
	n, err := s.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_job SET next_at = $1, running_by = $2, runs = runs + 1, running_until = " + s.DB.Dialect().NowPlus("$3") +
		" WHERE name = $4 AND next_at = $5 AND runs = $6 AND " + s.free(j), Args: []any{next, token, s.Lease.Seconds(), j.Name, at, r.runs}})
	switch {
	case err != nil:
		return err
	case n == 0 && j.missed == each && !j.overlap: // it waits its turn
		return nil
	case n == 0: // it still runs, or another process was faster
		return s.skip(ctx, j, at, next)
	}
	if !j.overlap {
		if err := s.lose(ctx, j.Name); err != nil {
			s.Log.Warn("what became of a job's last tick cannot be noted", "job", j.Name, "error", err)
		}
	}
	s.begin(ctx, j, at, token)
	return nil
}

// begin runs a tick that this process has taken.
func (s *Scheduler) begin(ctx context.Context, j *Job, at time.Time, token string) {
	s.work.Go(func() {
		if _, err := s.hold(ctx, j, at, token); err != nil {
			s.Log.ErrorContext(ctx, "a job has failed", "job", j.Name, "error", err)
		}
	})
}

// hold runs a tick and keeps the job from others meanwhile.
func (s *Scheduler) hold(ctx context.Context, j *Job, at time.Time, token string) (Run, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() {
		if err := s.heartbeat(ctx, j.Name, token); err != nil && !j.overlap { // those that overlap take the row from each other
			stop(err)
		}
	}()
	defer s.release(context.WithoutCancel(ctx), j.Name, token)
	return s.tick(ctx, j, at)
}

func (s *Scheduler) move(ctx context.Context, j *Job, at, next time.Time) (bool, error) {
	n, err := s.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_job SET next_at = $1 WHERE name = $2 AND next_at = $3", Args: []any{next, j.Name, at}})
	return n > 0, err
}

// skip passes over a tick because the one before it still runs.
func (s *Scheduler) skip(ctx context.Context, j *Job, at, next time.Time) error {
	moved, err := s.move(ctx, j, at, next)
	if !moved || err != nil {
		return err
	}
	s.Log.Warn("a job is skipped because it still runs", "job", j.Name)
	_, err = s.note(ctx, j.Name, at, StateSkipped)
	return err
}

// errLost ends a tick that has been silent for so long that another process may have begun the next.
var errLost = errors.New("job: another process has taken over")

// heartbeat says that a tick still runs, until it has ended or was taken for dead.
func (s *Scheduler) heartbeat(ctx context.Context, name, token string) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(s.Lease / 3):
		}
		held, err := s.alive(ctx, name, token)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			s.Log.Warn("a running job cannot say that it still runs", "job", name, "error", err)
		case !held:
			s.Log.Warn("a job was so slow that another process has taken over", "job", name)
			return errLost
		}
	}
}

// alive prolongs the lease of a tick, and reports whether it still has it.
func (s *Scheduler) alive(ctx context.Context, name, token string) (bool, error) {
	rows, err := s.DB.QueryUrgent(ctx, db.Statement{SQL: "UPDATE gorgon_job SET running_until = " + s.DB.Dialect().NowPlus("$1") + " WHERE name = $2 AND running_by = $3 RETURNING name",
		Args: []any{s.Lease.Seconds(), name, token}})
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

func (s *Scheduler) release(ctx context.Context, name, token string) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := s.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_job SET running_by = NULL, running_until = NULL WHERE name = $1 AND running_by = $2", Args: []any{name, token}})
	if err != nil {
		s.Log.Warn("a job that has ended cannot say so", "job", name, "error", err)
	}
}

// tick runs a job once and keeps its history.
func (s *Scheduler) tick(ctx context.Context, j *Job, at time.Time) (Run, error) {
	t, err := s.note(ctx, j.Name, at, StateRunning)
	if err != nil {
		return t, err
	}
	ctx, span := s.observe(ctx, j, at)
	err = j.once(context.WithValue(ctx, tickKey{}, at))
	span.End(err)
	now := db.Now()
	t.State, t.EndedAt = StateDone, &now
	if err != nil {
		t.State, t.Error = StateFailed, err.Error()
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, noted := s.DB.Exec(end, db.Statement{SQL: "UPDATE gorgon_job_run SET state = $1, ended_at = $2, error = $3 WHERE id = $4",
		Args: []any{string(t.State), now, optional(t.Error), t.ID}})
	return t, errors.Join(err, noted)
}

// observe begins a tick.
func (s *Scheduler) observe(ctx context.Context, j *Job, at time.Time) (context.Context, *telemetry.Span) {
	if s.Telemetry == nil {
		return ctx, nil
	}
	ctx, span := s.Telemetry.Start(ctx, telemetry.JobRun, "job "+j.Name, attribute.String("gorgon.job.name", j.Name))
	span.AddAttributes(attribute.String("gorgon.job.scheduled_for", at.Format(db.TimeLayout)))
	return ctx, span
}

func optional(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// once runs a job. A panic is an error.
func (j *Job) once(ctx context.Context) (err error) {
	if j.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, j.timeout)
		defer cancel()
	}
	defer func() {
		if p := recover(); p != nil {
			stack := make([]byte, 8192)
			err = fmt.Errorf("job: panic in %s: %v\n%s", j.Name, p, stack[:runtime.Stack(stack, false)])
		}
	}()
	return j.run(ctx)
}
