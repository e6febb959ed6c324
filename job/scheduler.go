package job

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the tables of jobs: gorgon_job, a row for each, and gorgon_job_run, their history.
func Migrations() db.Set {
	files, _ := fs.Sub(migrations, "migrations") // the name is valid
	return db.Set{Plugin: "gorgon/job", FS: files}
}

// A Scheduler runs jobs when their time comes. Any number of processes may run the same jobs: each tick happens in one of them, and
// once. A tick whose process dies is not repeated; the history says that it was lost.
type Scheduler struct {
	DB  *db.DB
	Log *slog.Logger

	// Lease is how long a job counts as running after its process fell silent, 30 seconds.
	Lease time.Duration
	// Late is how late a tick may be and still count; later, only jobs that CatchUp do. One minute.
	Late time.Duration
	// Keep is how many ticks of each job the history has, 100.
	Keep int

	jobs []Job
	me   string
	work sync.WaitGroup
}

// NewScheduler returns a scheduler that keeps its state in d.
func NewScheduler(d *db.DB, log *slog.Logger) *Scheduler {
	return &Scheduler{DB: d, Log: log, Lease: 30 * time.Second, Late: time.Minute, Keep: 100, me: id.New("scheduler")}
}

// Add adds jobs, before Run. It reports wrong schedules, and names that are taken.
func (s *Scheduler) Add(list ...Job) error {
	var errs []error
	for _, j := range list {
		if s.job(j.Name) != nil {
			errs = append(errs, fmt.Errorf("job: there are two jobs with the name %s", j.Name))
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

// Trigger runs a job now and waits for its end, whether or not Run is at work. An unknown name is fault.NotFound.
func (s *Scheduler) Trigger(ctx context.Context, name string) error {
	j := s.job(name)
	if j == nil {
		return fault.New(fault.NotFound, "Job %s was not found", name)
	}
	return s.tick(ctx, j, db.Now())
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
	for _, j := range s.jobs {
		_, err := s.DB.Exec(ctx, db.Statement{SQL: `INSERT INTO gorgon_job (name, spec, next_at) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, next_at = excluded.next_at WHERE gorgon_job.spec <> excluded.spec`,
			Args: []any{j.Name, j.Spec, j.Next(now)}})
		if err != nil {
			return err
		}
	}
	return nil
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
	if late := now.Sub(at); late > s.Late && j.missed == forget {
		_, err := s.move(ctx, j, at, next)
		return err
	}
	token := s.me + "/" + at.Format(db.TimeText)
	k := s.DB.Dialect()
	free := "(running_until IS NULL OR running_until < " + k.Now() + ")"
	if j.overlap {
		free = "1 = 1"
	}
	n, err := s.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_job SET next_at = $1, running_by = $2, runs = runs + 1, running_until = " + k.After("$3") +
		" WHERE name = $4 AND next_at = $5 AND runs = $6 AND " + free, Args: []any{next, token, s.Lease.Seconds(), j.Name, at, r.runs}})
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
		beat, stop := context.WithCancel(ctx)
		defer stop()
		go s.heartbeat(beat, j.Name, token)
		if err := s.tick(ctx, j, at); err != nil {
			s.Log.Error("a job has failed", "job", j.Name, "error", err)
		}
		stop()
		s.free(context.WithoutCancel(ctx), j.Name, token)
	})
}

func (s *Scheduler) move(ctx context.Context, j *Job, at, next time.Time) (bool, error) {
	n, err := s.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_job SET next_at = $1 WHERE name = $2 AND next_at = $3", Args: []any{next, j.Name, at}})
	return n > 0, err
}

// skip passes over a tick because the one before it still runs.
func (s *Scheduler) skip(ctx context.Context, j *Job, at, next time.Time) error {
	mine, err := s.move(ctx, j, at, next)
	if !mine || err != nil {
		return err
	}
	s.Log.Warn("a job is skipped because it still runs", "job", j.Name)
	return s.note(ctx, j.Name, at, Skipped)
}

func (s *Scheduler) heartbeat(ctx context.Context, name, token string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.Lease / 3):
		}
		_, err := s.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_job SET running_until = " + s.DB.Dialect().After("$1") + " WHERE name = $2 AND running_by = $3",
			Args: []any{s.Lease.Seconds(), name, token}})
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("a running job cannot say that it still runs", "job", name, "error", err)
		}
	}
}

func (s *Scheduler) free(ctx context.Context, name, token string) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := s.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_job SET running_by = NULL, running_until = NULL WHERE name = $1 AND running_by = $2", Args: []any{name, token}})
	if err != nil {
		s.Log.Warn("a job that has ended cannot say so", "job", name, "error", err)
	}
}

// tick runs a job once and keeps its history.
func (s *Scheduler) tick(ctx context.Context, j *Job, at time.Time) error {
	if err := s.note(ctx, j.Name, at, Running); err != nil {
		return err
	}
	err := j.once(context.WithValue(ctx, tickKey{}, at))
	state, why := Done, any(nil)
	if err != nil {
		state, why = Failed, err.Error()
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, noted := s.DB.Exec(end, db.Statement{SQL: "UPDATE gorgon_job_run SET state = $1, ended_at = $2, error = $3 WHERE job = $4 AND scheduled_for = $5",
		Args: []any{string(state), db.Now(), why, j.Name, at}})
	return errors.Join(err, noted)
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
