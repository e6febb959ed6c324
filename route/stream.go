package route

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Stream routes GET to a handler that sends events for as long as somebody hears them. Until it has opened the stream, an error that it returns is answered like any other; after that
// an error only ends the stream, for it is too late to answer. The context of the handler ends when the client goes or the server stops, and the stream ends when the handler returns.
func Stream[In any](pattern string, h func(context.Context, In, *Events) error, opts ...Option) Route {
	decode := Decode[In]()
	return build(Route{Method: http.MethodGet, Pattern: pattern, Query: decode.query(), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, r, ok := requestOf(w, r)
		if !ok {
			return
		}
		ctx, end := context.WithCancel(r.Context())
		defer end()
		if stopping, ok := ctx.Value(stoppingKey{}).(context.Context); ok {
			defer context.AfterFunc(stopping, end)()
		}
		out := &Events{w: w}
		in, err := decode.Read(req)
		if err == nil {
			err = h(ctx, in, out)
		}
		if err != nil && !out.open {
			req.Fail(w, r, err)
		}
	})}, opts)
}

type stoppingKey struct{}

// Events is a stream of server-sent events.
type Events struct {
	w    http.ResponseWriter
	open bool
	buf  bytes.Buffer
}

// Open sends the headers, so that the client knows that it hears.
func (e *Events) Open() error {
	if e.open {
		return nil
	}
	e.open = true
	h := e.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	h.Set("Connection", "keep-alive")
	h.Set("X-Accel-Buffering", "no")             // proxies
	_ = e.control().SetReadDeadline(time.Time{}) // not all writers can, and only those of servers need it
	e.w.WriteHeader(http.StatusOK)
	return e.control().Flush()
}

func (e *Events) control() *http.ResponseController { return http.NewResponseController(e.w) }

// Send sends one event with data as JSON, at once.
func (e *Events) Send(event string, data any) error {
	if err := e.Open(); err != nil {
		return err
	}
	e.buf.Reset()
	e.buf.WriteString("event: " + strings.NewReplacer("\r", "", "\n", "").Replace(event) + "\ndata: ")
	enc := json.NewEncoder(&e.buf) // ends with a line feed
	enc.SetEscapeHTML(false)
	if err := enc.Encode(data); err != nil {
		return err
	}
	e.buf.WriteByte('\n')
	if _, err := e.w.Write(e.buf.Bytes()); err != nil {
		return err
	}
	return e.control().Flush()
}
