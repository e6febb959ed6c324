// Package fault has the one error type of Gorgon. A fault says what kind of failure it is, in words that are safe to show
// to a caller; what must stay private is its cause, which is logged and never sent.
package fault

import (
	"errors"
	"fmt"
	"net/http"
)

// A Kind classifies a failure. It decides the HTTP status and the "type" that clients see.
type Kind uint8

// The kinds, with Medusa's names for them on the wire.
const (
	Unknown         Kind = iota // unknown_error, 500
	Invalid                     // invalid_data, 400
	InvalidArgument             // invalid_argument, 400
	NotAllowed                  // not_allowed, 400
	NotFound                    // not_found, 404
	Duplicate                   // duplicate_error, 422
	Conflict                    // conflict, 409
	Unauthorized                // unauthorized, 401
	Forbidden                   // forbidden, 403
	PaymentFailed               // payment_authorization_error, 422
	PaymentPending              // payment_requires_more_error, 422
	TooLarge                    // unknown_error, 413: Medusa's type for an oversized body
	Unsupported                 // unknown_error, 415
	TooManyRequests             // too_many_requests, 429
	Unavailable                 // unavailable, 503
)

type face struct {
	name   string
	status int
}

func (k Kind) face() face {
	switch k {
	case Invalid:
		return face{"invalid_data", http.StatusBadRequest}
	case InvalidArgument:
		return face{"invalid_argument", http.StatusBadRequest}
	case NotAllowed:
		return face{"not_allowed", http.StatusBadRequest}
	case NotFound:
		return face{"not_found", http.StatusNotFound}
	case Duplicate:
		return face{"duplicate_error", http.StatusUnprocessableEntity}
	case Conflict:
		return face{"conflict", http.StatusConflict}
	case Unauthorized:
		return face{"unauthorized", http.StatusUnauthorized}
	case Forbidden:
		return face{"forbidden", http.StatusForbidden}
	case PaymentFailed:
		return face{"payment_authorization_error", http.StatusUnprocessableEntity}
	case PaymentPending:
		return face{"payment_requires_more_error", http.StatusUnprocessableEntity}
	case TooLarge:
		return face{"unknown_error", http.StatusRequestEntityTooLarge}
	case Unsupported:
		return face{"unknown_error", http.StatusUnsupportedMediaType}
	case TooManyRequests:
		return face{"too_many_requests", http.StatusTooManyRequests}
	case Unavailable:
		return face{"unavailable", http.StatusServiceUnavailable}
	}
	return face{"unknown_error", http.StatusInternalServerError}
}

// String is the kind's name on the wire, such as "invalid_data".
func (k Kind) String() string { return k.face().name }

// Status is the HTTP status that answers this kind.
func (k Kind) Status() int { return k.face().status }

// An Error is a failure with words for the caller and, apart from them, a cause for the log.
type Error struct {
	Kind    Kind
	Message string // shown to callers
	Code    string // optional machine-readable detail, such as "insufficient_inventory"
	Cause   error  // logged, never shown
}

// New returns a fault whose message is formatted like fmt.Sprintf. Nothing in the message may be private.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns a fault with a cause that is kept for the log.
func Wrap(cause error, kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// WithCode returns a copy of the fault that carries a machine-readable code.
func (e *Error) WithCode(code string) *Error {
	c := *e
	c.Code = code
	return &c
}

// Error has the cause in it and is meant for logs; callers are shown Message.
func (e *Error) Error() string {
	switch {
	case e.Cause == nil:
		return e.Message
	case e.Message == "":
		return e.Cause.Error()
	}
	return e.Message + ": " + e.Cause.Error()
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether target is a fault of the same kind without words of its own, so that
// errors.Is(err, fault.New(fault.NotFound, "")) asks for the kind alone.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && (t.Message == "" || t.Message == e.Message)
}

// KindOf returns the kind of the first fault in err's chain, or Unknown.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Unknown
}

// Message returns the words that may be shown for err: those of its fault, or Medusa's general apology.
func Message(err error) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind != Unknown {
		return e.Message
	}
	return "An unknown error occurred."
}
