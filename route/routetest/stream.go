package routetest

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// A Stream is an answer that goes on: server-sent events.
type Stream struct {
	c     *Client
	w     *streamWriter
	in    *io.PipeReader
	lines *bufio.Scanner
	stop  context.CancelFunc
	ended chan struct{}
}

// An Event is one of a Stream.
type Event struct{ Type, Data string }

// OpenStream asks for a stream of events and returns when the handler has begun to answer. It is closed at the end of the test.
func (c *Client) OpenStream(path string) *Stream {
	c.t.Helper()
	ctx, stop := context.WithCancel(c.t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	for k, v := range c.header {
		r.Header[k] = v
	}
	in, out := io.Pipe()
	s := &Stream{c: c, w: &streamWriter{header: http.Header{}, out: out, begun: make(chan struct{})}, in: in, lines: bufio.NewScanner(in), stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		c.h.ServeHTTP(s.w, r)
		s.w.WriteHeader(http.StatusOK)
		out.Close()
	}()
	c.t.Cleanup(s.Close)
	select {
	case <-s.w.begun:
	case <-time.After(10 * time.Second):
		c.t.Fatalf("GET %s does not answer", path)
	}
	return s
}

// Status is what the stream began with.
func (s *Stream) Status() int { return s.w.status }

// Header is what the stream began with.
func (s *Stream) Header() http.Header { return s.w.header }

// Next waits for the next event, and reports false at the end of the stream.
func (s *Stream) Next() (e Event, ok bool) {
	s.c.t.Helper()
	late := time.AfterFunc(15*time.Second, s.Close)
	defer late.Stop()
	for s.lines.Scan() {
		name, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch name {
		case "event":
			e.Type = value
		case "data":
			e.Data = value
		case "":
			return e, true
		}
	}
	return e, false
}

// Close goes away as a client does, and waits until the handler has noticed.
func (s *Stream) Close() {
	s.stop()
	s.in.Close()
	select {
	case <-s.ended:
	case <-time.After(10 * time.Second):
		s.c.t.Errorf("the handler of a stream goes on though its client is gone")
	}
}

// A streamWriter hands on what is written.
type streamWriter struct {
	header http.Header
	status int
	out    *io.PipeWriter
	begun  chan struct{}
}

func (w *streamWriter) Header() http.Header { return w.header }

func (w *streamWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		close(w.begun)
	}
}

func (w *streamWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.out.Write(b)
}

func (w *streamWriter) Flush() {}
