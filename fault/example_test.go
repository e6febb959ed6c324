package fault_test

import (
	"errors"
	"fmt"

	"github.com/gorgon-commerce/gorgon/fault"
)

// A fault says what kind of failure it is; the kind decides the status of the answer.
func ExampleNew() {
	err := error(fault.New(fault.NotFound, "There is no book %q", "Emma"))
	kind := fault.KindOf(err)
	fmt.Println(err, kind, kind.Status())
	// Output: There is no book "Emma" not_found 404
}

// A cause is for the log: callers see the words alone.
func ExampleWrap() {
	cause := errors.New("dial tcp 10.0.0.7:443: connection refused")
	err := fault.Wrap(cause, fault.Unavailable, "Payments are closed for the moment")
	fmt.Println(fault.Message(err))
	fmt.Println(errors.Is(err, cause))
	// Output:
	// Payments are closed for the moment
	// true
}

// An error of another kind has no words for callers.
func ExampleMessage() {
	err := errors.New("pq: password authentication failed")
	fmt.Println(fault.KindOf(err), fault.KindOf(err).Status(), fault.Message(err))
	// Output: unknown_error 500 An unknown error occurred.
}
