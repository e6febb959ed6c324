// Package origin remembers where in a program something was declared, so that mistakes can be told with both their places.
package origin

import (
	"fmt"
	"runtime"
	"strings"
)

// A Place is where something was declared. The zero Place is unknown.
type Place struct{ frames *[16]uintptr }

// Caller is the place that calls the function that calls Caller, or one further out: the first that is not in a package which declares on behalf of others.
func Caller() Place {
	var frames [16]uintptr
	runtime.Callers(3, frames[:])
	return Place{&frames}
}

// declaring are the packages whose functions declare what their callers ask for.
var declaring = []string{"/route.", "/api/resource.", "/link.", "/module.", "/workflow.", "/job.", "/event.", "/provider."}

const framework = "github.com/gorgon-commerce/gorgon"

// String is the place as file:line.
func (p Place) String() string {
	if p.frames == nil {
		return "an unknown place"
	}
	frames := runtime.CallersFrames(p.frames[:])
	for {
		f, more := frames.Next()
		if !declares(f.Function) || !more {
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
	}
}

func declares(function string) bool {
	name, ours := strings.CutPrefix(function, framework)
	if ours && strings.HasPrefix(name, "/modules/") && strings.HasSuffix(name, ".Provide") {
		return true
	}
	for _, p := range declaring {
		if ours && strings.HasPrefix(name, p) {
			return true
		}
	}
	return strings.HasPrefix(function, "slices.")
}
