package workflow

import (
	"errors"
	"fmt"
	"runtime"
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

// Each runs fn for every element of a list, as Parallel does, and returns the results in the order of the list.
func Each[T, Out any](ctx Context, list []T, fn func(Context, T) (Out, error)) ([]Out, error) {
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
type Hook[T any] struct {
	handlers atomic.Pointer[[]func(Context, T) error]
}

// Handle adds a handler, whose steps become part of the run and are undone with it. Handlers run in the order in which they were added, each
// only if those before it succeed. Handle when the program is put together, not when it runs.
func (h *Hook[T]) Handle(fn func(Context, T) error) {
	for {
		old := h.handlers.Load()
		var list []func(Context, T) error
		if old != nil {
			list = append(list, *old...)
		}
		list = append(list, fn)
		if h.handlers.CompareAndSwap(old, &list) {
			return
		}
	}
}

// Handled reports whether there is a handler.
func (h *Hook[T]) Handled() bool { return h.handlers.Load() != nil }

// Run calls the handlers.
func (h *Hook[T]) Run(ctx Context, v T) error {
	list := h.handlers.Load()
	if list == nil {
		return nil
	}
	b := ctx.branch()
	for _, fn := range *list {
		if err := fn(b.child("hook"), v); err != nil {
			return err
		}
	}
	return nil
}

// A HookOf is a place in a workflow where one other may give an answer. The zero HookOf has no handler.
type HookOf[In, Out any] struct {
	handler atomic.Pointer[handler[In, Out]]
}

type handler[In, Out any] struct {
	fn     func(Context, In) (Out, error)
	origin string
}

// Handle sets the handler, whose steps become part of the run and are undone with it. A second one panics and names both places, because only
// one can answer.
func (h *HookOf[In, Out]) Handle(fn func(Context, In) (Out, error)) {
	mine := &handler[In, Out]{fn, caller()}
	if !h.handler.CompareAndSwap(nil, mine) {
		panic(fmt.Sprintf("workflow: a hook for one handler is handled twice, at %s and at %s", h.handler.Load().origin, mine.origin))
	}
}

// Handled reports whether there is a handler.
func (h *HookOf[In, Out]) Handled() bool { return h.handler.Load() != nil }

// Run asks the handler. Without one, the answer is the zero value.
func (h *HookOf[In, Out]) Run(ctx Context, in In) (out Out, err error) {
	if x := h.handler.Load(); x != nil {
		return x.fn(ctx.branch().child("hook"), in)
	}
	return out, nil
}

// caller is the place that called the function that calls it.
func caller() string {
	_, file, line, _ := runtime.Caller(2)
	return fmt.Sprintf("%s:%d", file, line)
}
