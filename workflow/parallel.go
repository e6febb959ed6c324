package workflow

import (
	"errors"
	"strconv"
	"sync"
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
