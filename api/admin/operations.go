package admin

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/route"
)

// Operations are the routes of those who look after a shop: events that could not be handed out, and jobs. Medusa has none of them. The bus and the scheduler are asked for when there
// are requests.
func Operations(bus func() *event.Bus, jobs func() *job.Scheduler) []route.Route {
	l, j := letters{bus}, jobRoutes{jobs}
	return []route.Route{
		route.Get("/admin/event-letters", l.list),
		route.Post("/admin/event-letters/{id}/retry", l.retry),
		route.Delete("/admin/event-letters/{id}", l.drop),
		route.Get("/admin/jobs", j.list),
		route.Get("/admin/jobs/{name}/runs", j.history),
		route.Post("/admin/jobs/{name}/run", j.run),
	}
}

// mostListed is how much one answer has.
const mostListed = 1000

func limit(asked, otherwise int) int {
	if asked <= 0 {
		return otherwise
	}
	return min(asked, mostListed)
}

type letters struct{ bus func() *event.Bus }

// A LetterList asks for letters: the dead ones only if State is "dead", and those that wait for another attempt too if it is "all", as it is by default.
type LetterList struct {
	State string `query:"state" valid:"optional"`
	Limit int    `query:"limit" valid:"optional"`
}

// Letters is the answer to LetterList, the newest first.
type Letters struct {
	Letters []event.Letter `json:"event_letters"`
	Limit   int            `json:"limit"`
}

func (x letters) list(ctx context.Context, in LetterList) (Letters, error) {
	if in.State != "" && in.State != "dead" && in.State != "all" {
		return Letters{}, fault.New(fault.Invalid, "Invalid request: Expected: 'dead, all' for field 'state', got: '%s'", in.State)
	}
	out := Letters{Limit: limit(in.Limit, 50)}
	list, err := x.bus().Letters(ctx, in.State == "dead", out.Limit)
	out.Letters = append([]event.Letter{}, list...)
	return out, err
}

// A LetterRetry asks that an event be handed out again: to one subscriber, or to all who have a letter of it.
type LetterRetry struct {
	ID         string `path:"id"`
	Subscriber string `json:"subscriber" valid:"optional"`
}

// LetterRetried is the answer to LetterRetry.
type LetterRetried struct {
	ID      string `json:"id"`
	Retried int    `json:"retried"`
}

func (x letters) retry(ctx context.Context, in LetterRetry) (LetterRetried, error) {
	if in.Subscriber == "" {
		n, err := x.bus().ReplayAll(ctx, in.ID)
		return LetterRetried{in.ID, n}, err
	}
	return LetterRetried{in.ID, 1}, x.bus().Replay(ctx, in.ID, in.Subscriber)
}

// A LetterDrop names a letter that is to be given up.
type LetterDrop struct {
	ID         string `path:"id"`
	Subscriber string `query:"subscriber"`
}

// LetterDropped is the answer to LetterDrop.
type LetterDropped struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Deleted bool   `json:"deleted"`
}

func (x letters) drop(ctx context.Context, in LetterDrop) (LetterDropped, error) {
	if in.Subscriber == "" {
		return LetterDropped{}, fault.New(fault.Invalid, "Invalid request: Field 'subscriber' is required")
	}
	return LetterDropped{in.ID, "event_letter", true}, x.bus().Drop(ctx, in.ID, in.Subscriber)
}

type jobRoutes struct{ jobs func() *job.Scheduler }

// Jobs is the answer of /admin/jobs.
type Jobs struct {
	Jobs []job.Status `json:"jobs"`
}

func (x jobRoutes) list(ctx context.Context, _ struct{}) (Jobs, error) {
	list, err := x.jobs().Statuses(ctx)
	return Jobs{append([]job.Status{}, list...)}, err
}

// A JobHistory asks what became of a job's ticks.
type JobHistory struct {
	Name  string `path:"name"`
	Limit int    `query:"limit" valid:"optional"`
}

// JobRuns is the answer to JobHistory, the newest first.
type JobRuns struct {
	Runs  []job.Tick `json:"job_runs"`
	Limit int        `json:"limit"`
}

func (x jobRoutes) history(ctx context.Context, in JobHistory) (JobRuns, error) {
	out := JobRuns{Limit: limit(in.Limit, 20)}
	list, err := x.jobs().History(ctx, in.Name, out.Limit)
	out.Runs = append([]job.Tick{}, list...)
	return out, err
}

// A JobRun asks that a job be run now.
type JobRun struct {
	Name string `path:"name"`
}

// JobRan is the answer to JobRun: what became of it.
type JobRan struct {
	Run job.Tick `json:"job_run"`
}

// run waits for the job's end, even if the client does not. That the job fails is not an error of the request.
func (x jobRoutes) run(ctx context.Context, in JobRun) (JobRan, error) {
	t, err := x.jobs().Trigger(context.WithoutCancel(ctx), in.Name)
	if t.State == job.Failed {
		err = nil
	}
	return JobRan{t}, err
}
