package job

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/id"
)

// A State says what became of a tick.
type State string

// The states. A tick whose process died stays Running.
const (
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
	Skipped State = "skipped" // the tick before it was still running
)

// A Tick is one run of a job.
type Tick struct {
	ID           string // "jobrun_…"
	Job          string
	ScheduledFor time.Time
	State        State
	StartedAt    time.Time
	EndedAt      *time.Time
	Error        string
}

// note begins the record of a tick, and drops old ones.
func (s *Scheduler) note(ctx context.Context, job string, at time.Time, state State) error {
	now := db.Now()
	var ended any
	if state == Skipped {
		ended = now
	}
	_, err := s.DB.Exec(ctx, db.Statement{SQL: "INSERT INTO gorgon_job_run (id, job, scheduled_for, state, started_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6)",
		Args: []any{id.New("jobrun"), job, at, string(state), now, ended}})
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, db.Statement{SQL: "DELETE FROM gorgon_job_run WHERE job = $1 AND scheduled_for <= (SELECT scheduled_for FROM gorgon_job_run" +
		" WHERE job = $2 ORDER BY scheduled_for DESC LIMIT 1 OFFSET $3)", Args: []any{job, job, s.Keep}})
	return err
}

// History lists the ticks of a job, or of all jobs if the name is empty, the newest first.
func (s *Scheduler) History(ctx context.Context, job string, limit int) (list []Tick, err error) {
	rows, err := s.DB.Query(ctx, db.Statement{SQL: `SELECT id, job, scheduled_for, state, started_at, ended_at, COALESCE(error, '') FROM gorgon_job_run
		WHERE job = $1 OR '' = $2 ORDER BY scheduled_for DESC LIMIT $3`, Args: []any{job, job, limit}})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t Tick
		if err := db.Scan(rows, &t.ID, &t.Job, &t.ScheduledFor, (*string)(&t.State), &t.StartedAt, &t.EndedAt, &t.Error); err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, rows.Err()
}
