package gorgon_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/workflow"
)

const paid = event.Topic[event.ID]("order.paid")

// A plant is a program with a workflow that waits, one that fails badly, a subscriber that cannot handle anything, and two jobs; each call is a process of its own.
type plant struct {
	t      *testing.T
	url    string
	mended bool
}

func (p *plant) app() *gorgon.App {
	app := gorgon.New(gorgon.Config{DatabaseURL: p.url, JWTSecret: "test", CookieSecret: "test", Log: slog.New(slog.DiscardHandler), Getenv: func(string) string { return "" }})
	app.Use(gorgon.Plugin{Name: "plant",
		Workflows: []workflow.AnyWorkflow{workflow.New("approve", approve, workflow.Durable(), workflow.Retention(time.Hour)), workflow.New("charge", p.charge, workflow.Durable())},
		Subscriptions: []event.Subscription{event.On(paid, func(context.Context, event.ID) error {
			if p.mended {
				return nil
			}
			return errors.New("the mail server is away\nfor long")
		}, event.WithName("mailer"), event.MaxAttempts(1))},
		Jobs: []job.Job{job.Cron("sweep", "0 3 * * *", func(context.Context) error { return nil }), job.Cron("broken", "0 4 * * *", func(context.Context) error { return errors.New("no broom") })},
	})
	return app
}

func approve(ctx workflow.Context, order string) (string, error) {
	if _, err := workflow.Step(ctx, "reserve", echo, order, workflow.Undo(forget)); err != nil {
		return "", err
	}
	by, err := workflow.Await[string](ctx, "approval", time.Hour)
	if err != nil {
		return "", err
	}
	return by, workflow.Emit(ctx, paid, event.ID{ID: order})
}

func (p *plant) charge(ctx workflow.Context, order string) (string, error) {
	if _, err := workflow.Step(ctx, "hold", echo, order, workflow.Undo(func(context.Context, string) error { return errors.New("the bank is closed") })); err != nil {
		return "", err
	}
	return workflow.Step(ctx, "capture", func(context.Context, string) (string, error) {
		if p.mended {
			return "captured", nil
		}
		return "", errors.New("declined")
	}, order, workflow.Retry(2, time.Millisecond))
}

func echo(_ context.Context, s string) (string, error) { return s, nil }

func forget(context.Context, string) error { return nil }

// run runs one command, and returns what it ends with and prints.
func (p *plant) run(args ...string) (code int, stdout, stderr string) {
	p.t.Helper()
	var out, bad bytes.Buffer
	code = p.app().Run(p.t.Context(), args, &out, &bad)
	return code, out.String(), bad.String()
}

// want runs a command that has to succeed, and compares what it prints with a text in which times, durations and ids are replaced.
func (p *plant) want(want string, args ...string) {
	p.t.Helper()
	code, out, bad := p.run(args...)
	if got := plain(out); code != 0 || got != strings.TrimSpace(want) {
		p.t.Errorf("%s: %d %s\ngot\n%s\nwant\n%s", strings.Join(args, " "), code, bad, got, want)
	}
}

// fails runs a command that has to fail with a code and some words.
func (p *plant) fails(code int, words string, args ...string) {
	p.t.Helper()
	got, out, bad := p.run(args...)
	if got != code || !strings.Contains(bad, words) {
		p.t.Errorf("%s: %d, %s%s; want %d, %s", strings.Join(args, " "), got, out, bad, code, words)
	}
}

var changing = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z|(wf_exec|evt|jobrun|engine)_\w+|auto-\w+|\b\d+(\.\d+)?m?s\b`)

func plain(s string) string {
	s = changing.ReplaceAllStringFunc(s, func(m string) string {
		switch {
		case strings.HasPrefix(m, "auto-"):
			return "TX"
		case strings.Contains(m, "T") && strings.HasSuffix(m, "Z") && m[4] == '-':
			return "TIME"
		case strings.Contains(m, "_"):
			return "ID"
		}
		return "TOOK"
	})
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// each runs fn with a migrated plant on each database.
func eachPlant(t *testing.T, fn func(t *testing.T, p *plant)) {
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "plant.db") },
		"postgres": func(t *testing.T) string { return dbtest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &plant{t: t, url: url(t)}
			p.fails(1, "the database is not up to date: run db:migrate", "runs", "list")
			if code, _, bad := p.run("db:migrate"); code != 0 {
				t.Fatal(bad)
			}
			fn(t, p)
		})
	}
}

// serve lets a process work while fn runs.
func (p *plant) serve(fn func(app *gorgon.App)) {
	p.t.Helper()
	app := p.app()
	defer app.Close()
	if err := app.Start(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	fn(app)
}

func (p *plant) start(workflow, input string) (id string) {
	p.t.Helper()
	app := p.app()
	defer app.Close()
	if err := app.Open(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	id, err := app.Engine().StartJSON(p.t.Context(), workflow, []byte(input), "")
	if err != nil {
		p.t.Fatal(err)
	}
	return id
}

// until serves until a run is in a state.
func (p *plant) until(id, state string) {
	p.t.Helper()
	p.serve(func(app *gorgon.App) { untilState(p.t, app, id, state) })
}

func untilState(t *testing.T, app *gorgon.App, id, state string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		s, err := app.Engine().Snapshot(t.Context(), id)
		if err != nil || time.Now().After(end) {
			t.Fatal(s.State, err)
		}
		if s.State == state && (state != workflow.StateInvoking || len(s.Steps) == 2 && s.Waiting) {
			return
		}
	}
}

func TestRunsCommands(t *testing.T) {
	t.Parallel()
	eachPlant(t, func(t *testing.T, p *plant) {
		p.want("There are no such runs.", "runs", "list")
		id := p.start("approve", `"order_1"`)
		p.until(id, workflow.StateInvoking)
		p.want("ID WORKFLOW STATE BEGAN TRANSACTION ERROR\nID approve invoking TIME TX -", "runs", "list")
		p.want(`
Run ID
Workflow approve, version 0, transaction TX
State invoking, goes on at TIME
Began TIME
Input "order_1"

AFTER TOOK WHAT STEP
TOOK TOOK done reserve
TOOK waiting approval await, until TIME`, "runs", "show", id)
		p.want("Run ID was told approval.", "runs", "signal", id, "approval", `"ann"`)
		p.until(id, workflow.StateDone)
		p.want(`
Run ID
Workflow approve, version 0, transaction TX
State done after TOOK
Began TIME
Input "order_1"
Output "ann"

AFTER TOOK WHAT STEP
TOOK TOOK done reserve
TOOK TOOK done approval await`, "runs", "show", id)
		p.fails(1, "does not take signals", "runs", "signal", id, "approval")
		p.fails(1, "the payload is not JSON: {", "runs", "signal", id, "approval", "{")
		p.fails(1, "cannot be cancelled", "runs", "cancel", id)
		p.fails(1, "Run wf_exec_none was not found", "runs", "show", "wf_exec_none")
		p.fails(1, `There is no state "lost" of runs`, "runs", "list", "--state", "lost")
		p.fails(2, `did you mean "list"`, "runs", "lose")

		_, out, _ := p.run("runs", "show", id, "--json")
		var shown struct {
			ID, State string
			Output    string
			Steps     []struct{ Key, Kind, State string }
		}
		if err := json.Unmarshal([]byte(out), &shown); err != nil || shown.ID != id || shown.Output != "ann" || len(shown.Steps) != 2 || shown.Steps[1].Kind != "await" {
			t.Error(err, out)
		}

		id = p.start("approve", `"order_2"`)
		p.until(id, workflow.StateInvoking)
		p.want("Run ID ends.", "runs", "cancel", id)
		p.until(id, workflow.StateReverted)
		_, out, _ = p.run("runs", "show", id)
		if got := plain(out); !strings.Contains(got, "State reverted") || !strings.HasSuffix(got, "undone reserve") || !strings.Contains(got, "the run was cancelled") {
			t.Error(got)
		}
		_, help, _ := p.run("runs", "--help")
		if !strings.Contains(help, "Examples:") || !strings.Contains(help, "--from charge-card") {
			t.Error(help)
		}
	})
}

func TestRunsRetryCommand(t *testing.T) {
	t.Parallel()
	eachPlant(t, func(t *testing.T, p *plant) {
		id := p.start("charge", `"order_1"`)
		p.until(id, workflow.StateFailed)
		p.want("ID WORKFLOW STATE BEGAN TRANSACTION ERROR\nID charge failed TIME TX declined", "runs", "list", "--state", "failed", "-w", "charge")
		p.want(`
Run ID
Workflow charge, version 0, transaction TX
State failed after TOOK
Began TIME
Input "order_1"
Error declined; and could not be undone: hold: the bank is closed

AFTER TOOK WHAT STEP
TOOK TOOK done hold
TOOK TOOK failed capture 3 attempts, declined
not undone hold the bank is closed`, "runs", "show", id)
		p.fails(1, `has no step "nothing"`, "runs", "retry", id, "--from", "nothing")
		p.mended = true
		p.want("Run ID is taken up again.", "runs", "retry", id, "--from", "capture")
		p.until(id, workflow.StateDone)
		p.fails(1, "only failed and blocked runs can be retried", "runs", "retry", id, "--from", "capture")
		p.fails(1, "cannot be retried", "runs", "retry", id)
	})
}

func TestJobsCommands(t *testing.T) {
	t.Parallel()
	eachPlant(t, func(t *testing.T, p *plant) {
		p.want("No job is known yet.", "jobs", "list")
		p.want("No job has run yet.", "jobs", "history")
		p.want("Job sweep: done after TOOK.", "jobs", "run", "sweep")
		p.fails(1, "no broom", "jobs", "run", "broken")
		p.fails(1, "Job nothing was not found", "jobs", "run", "nothing")
		p.want("NAME SCHEDULE NEXT RUNNING RUNS LAST\nbroken 0 4 * * * TIME no 0 failed TIME\nsweep 0 3 * * * TIME no 0 done TIME", "jobs", "list")
		p.want("JOB FOR STATE BEGAN TOOK ERROR\nbroken TIME failed TIME TOOK no broom", "jobs", "history", "broken")
		_, out, _ := p.run("jobs", "history", "--json", "-n", "1")
		var list []job.Run
		if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 1 || list[0].Job != "broken" || list[0].State != job.StateFailed {
			t.Error(err, out)
		}
		p.fails(2, "expected", "jobs", "run")
	})
}

func TestEventsCommands(t *testing.T) {
	t.Parallel()
	eachPlant(t, func(t *testing.T, p *plant) {
		p.want("There are no such events.", "events", "list")
		p.want("There are none.", "events", "dead")
		var id string
		p.serve(func(app *gorgon.App) {
			if err := event.Emit(t.Context(), app.Bus(), paid, event.ID{ID: "order_1"}); err != nil {
				t.Fatal(err)
			}
			if err := app.Bus().WaitIdle(t.Context()); err != nil {
				t.Fatal(err)
			}
			list, err := app.Bus().FailedDeliveries(t.Context(), true, 10)
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			id = list[0].ID
		})
		p.want("ID NAME TOLD HANDED OUT DATA\nID order.paid TIME TIME {\"id\":\"order_1\"}", "events", "list", "--name", "order.paid")
		p.want("There are no such events.", "events", "list", "--name", "order.lost")
		p.want("ID NAME SUBSCRIBER ATTEMPTS NEXT ERROR\nID order.paid mailer 1 - the mail server is away", "events", "dead")
		_, out, _ := p.run("events", "dead", "--json")
		var letters []event.FailedDelivery
		if err := json.Unmarshal([]byte(out), &letters); err != nil || len(letters) != 1 || letters[0].ID != id || letters[0].Subscriber != "mailer" {
			t.Error(err, out)
		}
		p.fails(1, "has no letter for postman", "events", "retry", id, "postman")
		p.fails(1, "name one event, or say --dead", "events", "retry")
		p.want("1 letters are handed out again.", "events", "retry", "--dead")
		p.want("There are none.", "events", "dead")
		p.want("ID NAME SUBSCRIBER ATTEMPTS NEXT ERROR\nID order.paid mailer 0 TIME the mail server is away", "events", "dead", "--all")
		p.want("1 letters are handed out again.", "events", "retry", id)
		p.mended = true
		p.serve(func(app *gorgon.App) {
			for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				list, err := app.Bus().FailedDeliveries(t.Context(), false, 10)
				if err != nil || time.Now().After(end) {
					t.Fatal(list, err)
				}
				if len(list) == 0 {
					break
				}
			}
		})
		p.fails(1, "has no letter for mailer", "events", "drop", id, "mailer")
	})
}
