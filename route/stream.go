package route

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Events is the Out of a route that streams server-sent events for as long as the sequence gives some. When the client leaves, or the server stops, the ctx of the
// handler ends and the sequence is not asked for more; a sequence that waits for something else has to wait for its ctx too.
type Events iter.Seq[Event]

// An Event is one message of a stream. All but Data may be left out.
type Event struct {
	ID    string
	Name  string        // message, for those who listen, if it has none
	Retry time.Duration // how long clients wait before they connect again
	Data  any           // a string is sent as it is, all else as JSONAppender
}

// write sends the events, each as soon as it is there.
func (e Events) write(w http.ResponseWriter, r *http.Request) error {
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{}) // that of the request's body would end the stream
	h := w.Header()
	h["Content-Type"] = []string{"text/event-stream"}
	h["Cache-Control"] = []string{"no-cache"}
	h["X-Accel-Buffering"] = []string{"no"} // proxies hold back what they buffer
	w.WriteHeader(http.StatusOK)
	if err := rc.Flush(); err != nil {
		return err
	}
	for event := range e {
		b, err := event.append(nil)
		if err != nil {
			return err
		}
		if _, err = w.Write(b); err != nil || r.Context().Err() != nil || rc.Flush() != nil {
			return nil // the client is gone
		}
	}
	return nil
}

// oneLine keeps what has to be one line from being more.
var oneLine = strings.NewReplacer("\r", " ", "\n", " ", "\x00", "")

// lines are what data may be split into.
var lines = strings.NewReplacer("\r\n", "\ndata: ", "\r", "\ndata: ", "\n", "\ndata: ")

func (e Event) append(b []byte) ([]byte, error) {
	for _, field := range []struct{ name, value string }{{"id: ", e.ID}, {"event: ", e.Name}} {
		if field.value != "" {
			b = append(append(append(b, field.name...), oneLine.Replace(field.value)...), '\n')
		}
	}
	if e.Retry > 0 {
		b = append(strconv.AppendInt(append(b, "retry: "...), e.Retry.Milliseconds(), 10), '\n')
	}
	text, ok := e.Data.(string)
	if !ok {
		data, err := json.Marshal(e.Data)
		if err != nil {
			return nil, err
		}
		text = string(data)
	}
	return append(append(append(b, "data: "...), lines.Replace(text)...), "\n\n"...), nil
}

type stopKey struct{}

// untilStop ends ctx when the server stops, for answers that would go on for ever.
func untilStop(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop, ok := ctx.Value(stopKey{}).(context.Context)
	if !ok {
		return ctx, cancel
	}
	forget := context.AfterFunc(stop, cancel)
	return ctx, func() { forget(); cancel() }
}
