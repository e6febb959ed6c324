// Package job runs functions by the clock, each tick once however many processes there are.
package job

import (
	"context"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

// A Job is a function with a schedule. Cron and Every make them.
type Job struct {
	Name string // unique in a program
	Spec string // the schedule as text

	schedule cron.Schedule
	run      func(context.Context) error
	err      error // what is wrong with the schedule
	overlap  bool
	catchUp  bool
	timeout  time.Duration
}

// An Option changes a job.
type Option func(*Job)

// Overlap lets a tick begin while the one before is still running. Without it, such a tick is skipped.
func Overlap() Option { return func(j *Job) { j.overlap = true } }

// CatchUp runs a job once as soon as a process starts, if ticks were missed while none was there. Without it they are skipped.
func CatchUp() Option { return func(j *Job) { j.catchUp = true } }

// Timeout cancels the context of a tick that takes longer than d.
func Timeout(d time.Duration) Option { return func(j *Job) { j.timeout = d } }

// Cron makes a job that runs when a line of five cron fields says, such as "*/5 * * * *", in UTC unless it begins with "TZ=Europe/Berlin ".
// "@hourly", "@daily", "@every 90s" and the like are understood too. A mistake in the line is reported by Err, and when a scheduler starts.
func Cron(name, spec string, fn func(context.Context) error, opts ...Option) Job {
	s, err := parse(spec)
	if err != nil {
		err = fmt.Errorf("job: schedule %q of %s: %w", spec, name, err)
	}
	return build(name, spec, s, err, fn, opts)
}

// Every makes a job that runs at all whole multiples of an interval of at least one second.
func Every(name string, interval time.Duration, fn func(context.Context) error, opts ...Option) Job {
	var err error
	if interval < time.Second {
		err = fmt.Errorf("job: the interval of %s is %v, and must be a second at least", name, interval)
	}
	return build(name, "@every "+interval.String(), every(interval), err, fn, opts)
}

func build(name, spec string, s cron.Schedule, err error, fn func(context.Context) error, opts []Option) Job {
	j := Job{Name: name, Spec: spec, schedule: s, run: fn, err: err}
	for _, o := range opts {
		o(&j)
	}
	return j
}

// Err reports what is wrong with the job's schedule.
func (j Job) Err() error { return j.err }

// Next returns the first tick after t.
func (j Job) Next(t time.Time) time.Time { return j.schedule.Next(t.UTC()) }

// Run runs the job now, whatever its schedule says.
func (j Job) Run(ctx context.Context) error { return j.run(ctx) }

func parse(spec string) (cron.Schedule, error) {
	p := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	return p.Parse(spec)
}

// every ticks at multiples of an interval since the epoch, so that all processes agree.
type every time.Duration

// Next implements cron.Schedule.
func (e every) Next(t time.Time) time.Time {
	d := time.Duration(e)
	return t.Truncate(d).Add(d)
}
