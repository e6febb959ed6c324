package workflow

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
)

// An Engine gives workflows a database: transactions to those that are atomic, and an outbox to their events.
type Engine struct {
	DB  *db.DB
	Bus *event.Bus // may be nil: events are dropped
	Log *slog.Logger

	locks     locks
	workflows map[string]Any
}

// NewEngine returns an engine over a database, whose events go to bus.
func NewEngine(d *db.DB, bus *event.Bus, log *slog.Logger) *Engine {
	return &Engine{DB: d, Bus: bus, Log: log, workflows: map[string]Any{}}
}

// Bind makes workflows run on the engine. Two of the same name are an error, which names both places.
func (e *Engine) Bind(list ...Any) error {
	var errs []error
	for _, w := range list {
		d := w.base()
		if old, ok := e.workflows[d.name]; ok && old != w {
			errs = append(errs, fmt.Errorf("workflow: %q is defined twice, at %s and at %s", d.name, old.base().origin, d.origin))
			continue
		}
		d.engine, e.workflows[d.name] = e, w
	}
	return errors.Join(errs...)
}

// errNested is the error of External steps that would have to run in a transaction of the caller's.
var errNested = errors.New("workflow: an external step cannot run inside a transaction that the workflow has not begun")
