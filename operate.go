package gorgon

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/workflow/timeline"
)

// operate opens the app for a command that looks after what is in the database.
func (a *App) operate(ctx context.Context) error {
	if err := a.Open(ctx); err != nil {
		return err
	}
	pending, err := db.PendingMigrations(ctx, a.db, a.migrations())
	if err == nil && len(pending) > 0 {
		err = fmt.Errorf("%w: run db:migrate", ErrPending)
	}
	return err
}

// printed are the flags of commands whose answer programs may read.
type printed struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// show writes v as JSON if that was asked for, else as text.
func (p printed) show(out io.Writer, v any, text func(io.Writer) error) error {
	if !p.JSON {
		return text(out)
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// table writes lines whose cells are separated by tabs.
func table(out io.Writer, none string, head string, n int, cells func(i int) string) error {
	if n == 0 {
		_, err := fmt.Fprintln(out, none)
		return err
	}
	t := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, head)
	for i := range n {
		fmt.Fprintln(t, cells(i))
	}
	return t.Flush()
}

// moment is a time as tables have it.
func moment(t *time.Time) string {
	if t == nil || t.IsZero() {
		return "-"
	}
	return t.UTC().Format(db.TimeLayout)
}

type runsCmd struct {
	List   runsListCmd   `cmd:"" help:"List runs, the newest first."`
	Show   runsShowCmd   `cmd:"" help:"Show one run: its steps, attempts, waits, errors, and what was undone."`
	Retry  runsRetryCmd  `cmd:"" help:"Take a failed or blocked run up again."`
	Cancel runsCancelCmd `cmd:"" help:"End a run; what it has done is undone."`
	Signal runsSignalCmd `cmd:"" help:"Give a run what it waits for."`
}

// Help implements kong's help.
func (runsCmd) Help() string {
	return `Examples:
  gorgon runs list --state failed
  gorgon runs show wf_exec_01JX…
  gorgon runs retry wf_exec_01JX… --from charge-card
  gorgon runs signal wf_exec_01JX… approved '{"by":"ann"}'

Runs are those that are recorded: started ones, durable ones, and those that had to wait. A running server does what is asked here.`
}

type runsListCmd struct {
	Workflow string `short:"w" help:"Only runs of this workflow."`
	State    string `short:"s" help:"Only runs in this state: invoking, compensating, done, reverted, failed or blocked."`
	Limit    int    `short:"n" default:"20" help:"At most so many."`
	printed
}

// Run implements kong's command.
func (c *runsListCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.operate(ctx); err != nil {
		return err
	}
	list, err := a.engine.ListRuns(ctx, c.Workflow, c.State, c.Limit)
	if err != nil {
		return err
	}
	runs := make([]timeline.Run, len(list))
	for i, s := range list {
		runs[i] = timeline.FromSnapshot(s)
	}
	return c.show(out, runs, func(w io.Writer) error {
		if len(list) == 0 {
			_, err := fmt.Fprintln(w, "There are no such runs.")
			return err
		}
		return timeline.WriteList(w, list)
	})
}

type runsShowCmd struct {
	ID string `arg:"" help:"The run's id."`
	printed
}

// Run implements kong's command.
func (c *runsShowCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.operate(ctx); err != nil {
		return err
	}
	s, err := a.engine.Snapshot(ctx, c.ID)
	if err != nil {
		return err
	}
	return c.show(out, timeline.FromSnapshot(s), func(w io.Writer) error { return timeline.Write(w, s) })
}

type runsRetryCmd struct {
	ID   string `arg:"" help:"The run's id."`
	From string `help:"The key of a step, as runs show has it: it and all after it are done again. Without it a blocked run goes on where it stopped, and of a failed one the rest is undone."`
}

// Run implements kong's command.
func (c *runsRetryCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.operate(ctx); err != nil {
		return err
	}
	return did(out, a.engine.RetryFrom(ctx, c.ID, c.From), "Run %s is taken up again.", c.ID)
}

// did says that something was done, unless it was not.
func did(out io.Writer, err error, format string, args ...any) error {
	if err == nil {
		_, err = fmt.Fprintf(out, format+"\n", args...)
	}
	return err
}

type runsCancelCmd struct {
	ID string `arg:"" help:"The run's id."`
}

// Run implements kong's command.
func (c *runsCancelCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.operate(ctx); err != nil {
		return err
	}
	return did(out, a.engine.Cancel(ctx, c.ID), "Run %s ends.", c.ID)
}

type runsSignalCmd struct {
	ID      string `arg:"" help:"The run's id."`
	Name    string `arg:"" help:"What it waits for."`
	Payload string `arg:"" optional:"" default:"null" help:"What it gets, as JSON."`
	Error   string `help:"Make the wait fail with these words instead."`
}

// Run implements kong's command.
func (c *runsSignalCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if !json.Valid([]byte(c.Payload)) {
		return fmt.Errorf("the payload is not JSON: %s", c.Payload)
	}
	if err := a.operate(ctx); err != nil {
		return err
	}
	var err error
	if c.Error != "" {
		err = a.engine.SignalError(ctx, c.ID, c.Name, errors.New(c.Error))
	} else {
		err = a.engine.Signal(ctx, c.ID, c.Name, json.RawMessage(c.Payload))
	}
	return did(out, err, "Run %s was told %s.", c.ID, c.Name)
}

type jobsCmd struct {
	List    jobsListCmd    `cmd:"" help:"List jobs, and how it stands with them."`
	History jobsHistoryCmd `cmd:"" help:"List what became of a job's ticks, the newest first."`
	Run     jobsRunCmd     `cmd:"" help:"Run a job now, in this process, and wait for its end."`
}

// Help implements kong's help.
func (jobsCmd) Help() string {
	return `Examples:
  gorgon jobs list
  gorgon jobs history publish-posts -n 5
  gorgon jobs run publish-posts

A job is known once a server of the program has begun to run jobs. jobs run ends with 1 when the job fails.`
}

type jobsListCmd struct{ printed }

// Run implements kong's command.
func (c *jobsListCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.operate(ctx); err != nil {
		return err
	}
	list, err := a.jobs.Statuses(ctx)
	if err != nil {
		return err
	}
	return c.show(out, append([]job.Status{}, list...), func(w io.Writer) error {
		return table(w, "No job is known yet.", "NAME\tSCHEDULE\tNEXT\tRUNNING\tRUNS\tLAST", len(list), func(i int) string {
			s, last := list[i], "-"
			if s.LastRun != nil {
				last = string(s.LastRun.State) + " " + moment(&s.LastRun.StartedAt)
			}
			running := map[bool]string{true: "yes", false: "no"}[s.Running]
			return fmt.Sprintf("%s\t%s\t%s\t%s\t%d\t%s", s.Name, s.Schedule, moment(&s.NextAt), running, s.Runs, last)
		})
	})
}

type jobsHistoryCmd struct {
	Name  string `arg:"" optional:"" help:"The job; without it, all."`
	Limit int    `short:"n" default:"20" help:"At most so many."`
	printed
}

// Run implements kong's command.
func (c *jobsHistoryCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.operate(ctx); err != nil {
		return err
	}
	list, err := a.jobs.History(ctx, c.Name, c.Limit)
	if err != nil {
		return err
	}
	return c.show(out, append([]job.Run{}, list...), func(w io.Writer) error {
		return table(w, "No job has run yet.", "JOB\tFOR\tSTATE\tBEGAN\tTOOK\tERROR", len(list), func(i int) string {
			t, duration := list[i], "-"
			if t.EndedAt != nil {
				duration = t.EndedAt.Sub(t.StartedAt).Round(time.Millisecond).String()
			}
			return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", t.Job, moment(&t.ScheduledFor), t.State, moment(&t.StartedAt), duration, firstLine(t.Error))
		})
	})
}

type jobsRunCmd struct {
	Name string `arg:"" help:"The job."`
	printed
}

// Run implements kong's command.
func (c *jobsRunCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.operate(ctx); err != nil {
		return err
	}
	t, err := a.jobs.Trigger(a.Context(ctx), c.Name)
	if t.EndedAt == nil {
		return err
	}
	shown := c.show(out, t, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "Job %s: %s after %s.\n", t.Job, t.State, t.EndedAt.Sub(t.StartedAt).Round(time.Millisecond))
		return err
	})
	return errors.Join(err, shown)
}

type eventsCmd struct {
	List  eventsListCmd  `cmd:"" help:"List events, the newest first."`
	Dead  eventsDeadCmd  `cmd:"" help:"List the events that a subscriber could not handle, and that were given up."`
	Retry eventsRetryCmd `cmd:"" help:"Hand an event out again to those who could not handle it."`
	Drop  eventsDropCmd  `cmd:"" help:"Give an event up for good for one subscriber."`
}

// Help implements kong's help.
func (eventsCmd) Help() string {
	return `Examples:
  gorgon events list --name order.placed
  gorgon events dead
  gorgon events retry evt_01JX…
  gorgon events retry --dead
  gorgon events drop evt_01JX… blog.(*Blog).unlink

A running server hands out what is asked for here.`
}

type eventsListCmd struct {
	Name  string `help:"Only events of this name."`
	Limit int    `short:"n" default:"20" help:"At most so many."`
	printed
}

// Run implements kong's command.
func (c *eventsListCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.operate(ctx); err != nil {
		return err
	}
	list, err := a.bus.ListEvents(ctx, c.Name, c.Limit)
	if err != nil {
		return err
	}
	return c.show(out, append([]event.OutboxEvent{}, list...), func(w io.Writer) error {
		return table(w, "There are no such events.", "ID\tNAME\tTOLD\tHANDED OUT\tDATA", len(list), func(i int) string {
			e := list[i]
			return fmt.Sprintf("%s\t%s\t%s\t%s\t%s", e.ID, e.Name, moment(&e.CreatedAt), moment(e.DoneAt), firstLine(string(e.Data)))
		})
	})
}

type eventsDeadCmd struct {
	All   bool `help:"Those that will be tried again too."`
	Limit int  `short:"n" default:"20" help:"At most so many."`
	printed
}

// Run implements kong's command.
func (c *eventsDeadCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.operate(ctx); err != nil {
		return err
	}
	list, err := a.bus.FailedDeliveries(ctx, !c.All, c.Limit)
	if err != nil {
		return err
	}
	return c.show(out, append([]event.FailedDelivery{}, list...), func(w io.Writer) error {
		return table(w, "There are none.", "ID\tNAME\tSUBSCRIBER\tATTEMPTS\tNEXT\tERROR", len(list), func(i int) string {
			l := list[i]
			return fmt.Sprintf("%s\t%s\t%s\t%d\t%s\t%s", l.ID, l.Name, l.Subscriber, l.Attempt, moment(l.NextAt), firstLine(l.Error))
		})
	})
}

type eventsRetryCmd struct {
	ID         string `arg:"" optional:"" help:"The event."`
	Subscriber string `arg:"" optional:"" help:"The subscriber; without it, all who could not handle the event."`
	Dead       bool   `help:"All dead letters, instead of one event's."`
}

// Run implements kong's command.
func (c *eventsRetryCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if (c.ID == "") != c.Dead {
		return errors.New("name one event, or say --dead for all dead letters")
	}
	if err := a.operate(ctx); err != nil {
		return err
	}
	n, err := c.retry(ctx, a.bus)
	return did(out, err, "%d letters are handed out again.", n)
}

func (c *eventsRetryCmd) retry(ctx context.Context, b *event.Bus) (n int, err error) {
	switch {
	case c.Dead:
		return b.ReplayDead(ctx)
	case c.Subscriber == "":
		return b.ReplayAll(ctx, c.ID)
	}
	return 1, b.Replay(ctx, c.ID, c.Subscriber)
}

type eventsDropCmd struct {
	ID         string `arg:"" help:"The event."`
	Subscriber string `arg:"" help:"The subscriber who will not get it."`
}

// Run implements kong's command.
func (c *eventsDropCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	if err := a.operate(ctx); err != nil {
		return err
	}
	return did(out, a.bus.DiscardFailed(ctx, c.ID, c.Subscriber), "%s will not get event %s.", c.Subscriber, c.ID)
}

// firstLine keeps a cell of a table to one line.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 100 {
		s = string(r[:100]) + " …"
	}
	return cmp.Or(s, "-")
}
