package workflow

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// Parallel runs arms side by side, or one after the other inside a transaction, where they share one connection. It waits for all and
// returns their errors joined; in a transaction the first error ends it.
func Parallel(ctx Context, arms ...func(Context) error) error {
	b := ctx.branch()
	b.block()
	at := b.key("parallel")
	list := make([]*branch, len(arms))
	for i := range arms {
		list[i] = b.under(at + "/" + strconv.Itoa(i))
	}
	if b.tx != nil || b.joined {
		for i, arm := range arms {
			if err := arm(list[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return together(arms, list)
}

func together(arms []func(Context) error, list []*branch) error {
	errs, panics := make([]error, len(arms)), make([]any, len(arms))
	var wg sync.WaitGroup
	for i, arm := range arms {
		wg.Go(func() {
			defer func() { panics[i] = recover() }()
			errs[i] = arm(list[i])
		})
	}
	wg.Wait()
	if p := worst(panics); p != nil {
		panic(p)
	}
	return errors.Join(errs...)
}

// worst picks what to do about arms that did not return: what is wrong goes before what waits, and of those that wait the first to go on
// says when.
func worst(panics []any) (p any) {
	var waits *interrupt
	for _, x := range panics {
		i, ok := x.(*interrupt)
		switch {
		case x == nil:
		case !ok || i.why != errSuspended:
			return x
		case waits == nil || waits.until.IsZero() || !i.until.IsZero() && i.until.Before(waits.until):
			waits = i
		}
	}
	if waits != nil {
		return waits
	}
	return nil
}

// ForEach runs fn for every element of a list, as Parallel does, and returns the results in the order of the list.
func ForEach[T, Out any](ctx Context, list []T, fn func(Context, T) (Out, error)) ([]Out, error) {
	out, arms := make([]Out, len(list)), make([]func(Context) error, len(list))
	for i, v := range list {
		arms[i] = func(ctx Context) (err error) {
			out[i], err = fn(ctx, v)
			return err
		}
	}
	return out, Parallel(ctx, arms...)
}

// A Hook is a place in a workflow where others add what they want to happen there. Any number of handlers may. The zero Hook has none.
type Hook[T any] struct{ handlers handlers }

// Handle adds a handler, whose steps become part of the run and are undone with it. Handlers run in the order in which they were added, each
// only if those before it succeed. Handle when the program is put together, not when it runs.
func (h *Hook[T]) Handle(fn func(Context, T) error) { h.handlers.add(handler{fn, caller()}) }

// HasHandlers reports whether there is a handler.
func (h *Hook[T]) HasHandlers() bool { return len(h.handlers.list()) > 0 }

// Run calls the handlers.
func (h *Hook[T]) Run(ctx Context, v T) error {
	for _, x := range h.handlers.list() {
		if err := x.fn.(func(Context, T) error)(ctx.branch().child("hook"), v); err != nil {
			return err
		}
	}
	return nil
}

// A HookWithResult is a place in a workflow where one other may give an answer. The zero HookWithResult has no handler.
type HookWithResult[In, Out any] struct{ handlers handlers }

// Handle sets the handler, whose steps become part of the run and are undone with it. A second one panics and names both places, because only
// one can answer.
func (h *HookWithResult[In, Out]) Handle(fn func(Context, In) (Out, error)) {
	if list := h.handlers.add(handler{fn, caller()}); len(list) > 1 {
		panic(fmt.Sprintf("workflow: a hook for one handler is handled twice, at %s and at %s", list[0].origin, list[1].origin))
	}
}

// HasHandlers reports whether there is a handler.
func (h *HookWithResult[In, Out]) HasHandlers() bool { return len(h.handlers.list()) > 0 }

// Run asks the handler. Without one, the answer is the zero value.
func (h *HookWithResult[In, Out]) Run(ctx Context, in In) (out Out, err error) {
	if list := h.handlers.list(); len(list) > 0 {
		return list[0].fn.(func(Context, In) (Out, error))(ctx.branch().child("hook"), in)
	}
	return out, nil
}

// handlers are those of a hook, without its types.
type handlers struct{ all atomic.Pointer[[]handler] }

type handler struct {
	fn     any // func(Context, In) error, or func(Context, In) (Out, error)
	origin string
}

func (h *handlers) list() []handler {
	if all := h.all.Load(); all != nil {
		return *all
	}
	return nil
}

// add returns the handlers that there are then.
func (h *handlers) add(x handler) []handler {
	for {
		old := h.all.Load()
		all := []handler{x}
		if old != nil {
			all = slices.Concat(*old, all)
		}
		if h.all.CompareAndSwap(old, &all) {
			return all
		}
	}
}

// caller is the place that called the function that calls it.
func caller() string {
	_, file, line, _ := runtime.Caller(2)
	return fmt.Sprintf("%s:%d", file, line)
}
