package workflow

import "context"

// WorkOne claims one run and goes on with it in this goroutine. It reports whether there was one.
func (e *Engine) WorkOne(ctx context.Context) (bool, error) {
	list, err := e.claim(ctx, 1)
	for _, c := range list {
		e.advance(ctx, c)
	}
	return len(list) > 0, err
}

// Watched reports whether somebody is known to watch, here or elsewhere.
func (e *Engine) Watched() bool { return e.watch.on.Load() }
