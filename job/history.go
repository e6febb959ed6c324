package job

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/id"
)

// A State says what became of a tick.
type State string

// The states.
const (
	StateRunning State = "running"
	StateDone    State = "done"
	StateFailed  State = "failed"
	StateSkipped State = "skipped" // the tick before it was still running
	StateLost    State = "lost"    // its process has ended before it; known when the job runs the next time
)

// A Run is one run of a job.
type Run struct {
	ID           string     `json:"id"` // "jobrun_…"
	Job          string     `json:"job"`
	ScheduledFor time.Time  `json:"scheduled_for"`
	State        State      `json:"state"`
	StartedAt    time.Time  `json:"started_at"`
	EndedAt      *time.Time `json:"ended_at"`
	Error        string     `json:"error,omitempty"`
}

// note begins the record of a tick, and drops old ones.
func (s *Scheduler) note(ctx context.Context, job string, at time.Time, state State) (Run, error) {
	t := Run{ID: id.New("jobrun"), Job: job, ScheduledFor: at, State: state, StartedAt: db.Now()}
	var ended any
	if state == StateSkipped {
		ended, t.EndedAt = t.StartedAt, &t.StartedAt
	}
	_, err := s.DB.Exec(ctx, db.Statement{SQL: "INSERT INTO gorgon_job_run (id, job, scheduled_for, state, started_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6)",
		Args: []any{t.ID, job, at, string(state), t.StartedAt, ended}})
	if err != nil {
		return t, err
	}
	_, err = s.DB.Exec(ctx, db.Statement{SQL: "DELETE FROM gorgon_job_run WHERE job = $1 AND scheduled_for <= (SELECT scheduled_for FROM gorgon_job_run" +
		" WHERE job = $2 ORDER BY scheduled_for DESC LIMIT 1 OFFSET $3)", Args: []any{job, job, s.HistoryLimit}})
	return t, err
}

// A Status is how it stands with a job.
type Status struct {
	Name      string    `json:"name"`
	Schedule  string    `json:"schedule"`
	NextAt    time.Time `json:"next_at,omitzero"` // the next tick; zero when there will be none
	Running   bool      `json:"running"`
	RunningBy string    `json:"running_by,omitempty"` // the process that runs it
	Runs      int       `json:"runs"`                 // how many ticks were run so far
	Known     bool      `json:"known"`                // this program has the job; else only the database does
	LastRun   *Run      `json:"last_run"`             // the newest tick, nil before the first
}

// Statuses tells of all jobs that the database knows, by name. A job is known there once a process of its program has begun to run jobs.
func (s *Scheduler) Statuses(ctx context.Context) (list []Status, err error) {
	k := s.DB.Dialect()
	rows, err := s.DB.Query(ctx, db.Statement{SQL: "SELECT name, spec, next_at, COALESCE(running_by, ''), CASE WHEN running_until >= " + k.Now() +
		" THEN 1 ELSE 0 END, runs FROM gorgon_job ORDER BY name"})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x Status
		if err := db.Scan(rows, &x.Name, &x.Schedule, &x.NextAt, &x.RunningBy, &x.Running, &x.Runs); err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range list {
		x := &list[i]
		if j := s.job(x.Name); j != nil {
			if x.Known = true; j.over(x.Runs) {
				x.NextAt = time.Time{}
			}
		}
		last, err := s.History(ctx, x.Name, 1)
		if err != nil {
			return nil, err
		}
		if len(last) > 0 {
			x.LastRun = &last[0]
		}
	}
	return list, nil
}

// lose notes that ticks have ended with their processes, now that nobody runs the job.
func (s *Scheduler) lose(ctx context.Context, job string) error {
	_, err := s.DB.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_job_run SET state = $1, ended_at = $2, error = $3 WHERE job = $4 AND state = 'running'",
		Args: []any{string(StateLost), db.Now(), "the process has ended", job}})
	return err
}

// History lists the ticks of a job, or of all jobs if the name is empty, the newest first.
func (s *Scheduler) History(ctx context.Context, job string, limit int) (list []Run, err error) {
	rows, err := s.DB.Query(ctx, db.Statement{SQL: `SELECT id, job, scheduled_for, state, started_at, ended_at, COALESCE(error, '') FROM gorgon_job_run
		WHERE job = $1 OR '' = $2 ORDER BY scheduled_for DESC LIMIT $3`, Args: []any{job, job, limit}})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t Run
		if err := db.Scan(rows, &t.ID, &t.Job, &t.ScheduledFor, (*string)(&t.State), &t.StartedAt, &t.EndedAt, &t.Error); err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, rows.Err()
}
