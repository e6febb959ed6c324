package workflow

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

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
