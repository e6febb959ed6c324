// Package job runs functions by the clock, each tick once however many processes there are.
package job

import (
	"context"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/gorgon-commerce/gorgon/internal/origin"
)

// A Job is a function with a schedule. Cron and Every make them.
type Job struct {
	Name     string // unique in a program
	Schedule string // the schedule as text

	schedule cron.Schedule
	run      func(context.Context) error
	err      error // what is wrong with the schedule
	overlap  bool
	missed   missed
	times    int
	timeout  time.Duration
	at       origin.Place
}

// missed says what becomes of ticks that were due while no process was there.
type missed uint8

const (
	forget missed = iota
	once
	each
)

// An Option changes a job.
type Option func(*Job)

// AllowOverlap lets a tick begin while the one before is still running. Without it, such a tick is skipped.
func AllowOverlap() Option { return func(j *Job) { j.overlap = true } }

// CatchUp runs a job once as soon as a process starts, if ticks were missed while none was there. Without it they are skipped.
func CatchUp() Option { return func(j *Job) { j.missed = once } }

// CatchUpAll runs a job once for every tick that was missed, one after the other and the oldest first: for jobs that do the work of a
// certain hour or day, which [ScheduledFor] tells. Ticks are not skipped because the one before them still runs; they wait.
func CatchUpAll() Option { return func(j *Job) { j.missed = each } }

// MaxRuns ends a job after n ticks, counted over all processes and starts.
func MaxRuns(n int) Option {
	return func(j *Job) {
		if j.times = n; n < 1 {
			j.err = fmt.Errorf("job: %s is to run %d times, and must at least once", j.Name, n)
		}
	}
}

// Timeout cancels the context of a tick that takes longer than d.
func Timeout(d time.Duration) Option { return func(j *Job) { j.timeout = d } }

// TimeZone reads the cron line of a job in a time zone, such as "Europe/Berlin", instead of UTC. A tick in the hour that is left out in spring
// does not happen; one in the hour that comes twice in autumn happens once.
func TimeZone(zone string) Option {
	return func(j *Job) {
		s, ok := j.schedule.(*cron.SpecSchedule)
		loc, err := time.LoadLocation(zone)
		switch {
		case j.err != nil:
		case err != nil:
			j.err = fmt.Errorf("job: time zone of %s: %w", j.Name, err)
		case !ok:
			j.err = fmt.Errorf("job: the intervals of %s have no time zone", j.Name)
		default:
			s.Location, j.Schedule = loc, "TZ="+zone+" "+j.Schedule
		}
	}
}

type tickKey struct{}

// ScheduledFor is the moment that the tick which ctx belongs to was due. Outside of ticks it is zero.
func ScheduledFor(ctx context.Context) time.Time {
	at, _ := ctx.Value(tickKey{}).(time.Time)
	return at
}

// Cron makes a job that runs when a line of five cron fields says, such as "*/5 * * * *", in UTC unless there is
// In, or it begins with "TZ=Europe/Berlin ".
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
	j := Job{Name: name, Schedule: spec, schedule: s, run: fn, err: err, at: origin.Caller()}
	for _, o := range opts {
		o(&j)
	}
	return j
}

// Err reports what is wrong with the job's schedule.
func (j Job) Err() error { return j.err }

// Next returns the first tick after t.
func (j Job) Next(t time.Time) time.Time {
	at := j.schedule.Next(t.UTC())
	if s, ok := j.schedule.(*cron.SpecSchedule); ok && repeated(s, at) {
		at = s.Next(at)
	}
	return at
}

// anyHour is how a cron schedule says that its hours are not named.
const anyHour = 1 << 63

// repeated reports whether a moment is the second of its hour on the clock, as clocks go back, for schedules that name hours.
func repeated(s *cron.SpecSchedule, at time.Time) bool {
	if s.Hour&anyHour != 0 || s.Location == time.Local {
		return false
	}
	return at.In(s.Location).Hour() == at.Add(-time.Hour).In(s.Location).Hour()
}

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
