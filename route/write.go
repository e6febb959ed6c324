package route

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"hash/crc32"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// JSONAppender is what writes itself. An Out that has this method is not reflected upon.
type JSONAppender interface {
	// AppendJSON appends one JSONAppender value.
	AppendJSON(b []byte) []byte
}

// A RawResponse answer is written as it is. The zero Status means 200.
type RawResponse struct {
	Status      int
	ContentType string
	Header      http.Header
	Body        []byte
}

// A writer writes answers. Those without content are {}.
type writer struct {
	status int
	pool   sync.Pool
}

func newWriter() *writer {
	w := &writer{status: http.StatusOK}
	w.pool.New = func() any { return new(buffer) }
	return w
}

type buffer struct{ b []byte }

func (b *buffer) Write(p []byte) (int, error) { b.b = append(b.b, p...); return len(p), nil }

const keepBuffers = 1 << 20 // larger ones are left to the collector

func (o *writer) write(w http.ResponseWriter, r *http.Request, req *Request, out any) {
	switch out := out.(type) {
	case RawResponse:
		out.write(w, r)
		return
	case Events:
		if err := out.write(w, r); err != nil {
			req.note(r, http.StatusInternalServerError, err)
		}
		return
	}
	buf := o.pool.Get().(*buffer)
	buf.b = buf.b[:0]
	if err := buf.encode(out); err != nil {
		req.WriteError(w, r, err)
		return
	}
	send(w, r, o.status, jsonType, buf.b)
	if cap(buf.b) <= keepBuffers {
		o.pool.Put(buf)
	}
}

func (b *buffer) encode(out any) error {
	switch v := reflect.ValueOf(out); {
	case !v.IsValid(), (v.Kind() == reflect.Pointer || v.Kind() == reflect.Map || v.Kind() == reflect.Interface) && v.IsNil():
		b.b = append(b.b, "{}"...)
		return nil
	}
	if j, ok := out.(JSONAppender); ok {
		b.b = j.AppendJSON(b.b)
		return nil
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(out)
	b.b = bytes.TrimSuffix(b.b, []byte("\n"))
	return err
}

// WriteRaw answers with what a handler has made ready.
func WriteRaw(w http.ResponseWriter, r *http.Request, a RawResponse) { a.write(w, r) }

func (a RawResponse) write(w http.ResponseWriter, r *http.Request) {
	for k, v := range a.Header {
		w.Header()[k] = v
	}
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	send(w, r, a.Status, a.ContentType, a.Body)
}

const (
	jsonType = "application/json; charset=utf-8"
	htmlType = "text/html; charset=utf-8"
)

// send writes a whole answer with an ETag, or 304 when the client has it already.
func send(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	h := w.Header()
	if contentType != "" {
		h["Content-Type"] = []string{contentType}
	}
	if len(body) > 0 {
		tag := etag(body)
		if h.Get("Etag") == "" {
			h["Etag"] = []string{tag}
		}
		if status/100 == 2 && fresh(r, h.Get("Etag")) {
			h.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone
}

// castagnoli is the polynomial that processors know.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// etag is weak, like Express': equal content, not equal bytes, is promised.
func etag(body []byte) string {
	b := make([]byte, 0, 40)
	b = strconv.AppendInt(append(b, `W/"`...), int64(len(body)), 16)
	b = strconv.AppendUint(append(b, '-'), uint64(crc32.Checksum(body, castagnoli))<<32|uint64(crc32.ChecksumIEEE(body)), 36)
	return string(append(b, '"'))
}

func fresh(r *http.Request, tag string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || strings.Contains(r.Header.Get("Cache-Control"), "no-cache") {
		return false
	}
	for known := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if known = strings.TrimSpace(known); known == "*" || known != "" && strings.TrimPrefix(known, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// WriteError answers with an error. What is not a fault is logged and shown as "An unknown error occurred.".
func (q *Request) WriteError(w http.ResponseWriter, r *http.Request, err error) {
	if err == nil || q.refused {
		return
	}
	q.refused = true
	if q.router != nil && q.router.cfg.Errors != nil && q.router.cfg.Errors(w, r, err) {
		q.note(r, fault.KindOf(err).Status(), err)
		return
	}
	f, ok := errors.AsType[*fault.Error](err)
	kind := fault.Unknown
	if ok {
		kind = f.Kind
	}
	status := kind.Status()
	q.note(r, status, err)
	code := errorCode(kind)
	if ok && f.Code != "" {
		code = f.Code
	}
	send(w, r, status, jsonType, appendError(nil, code, kind.String(), fault.Message(err)))
}

func (q *Request) note(r *http.Request, status int, err error) {
	switch {
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		q.log().DebugContext(r.Context(), "request canceled", "request", q.id)
	case status >= http.StatusInternalServerError:
		q.log().ErrorContext(r.Context(), "request failed", "request", q.id, "method", r.Method, "path", r.URL.Path, "error", err)
	default:
		q.log().LogAttrs(r.Context(), slog.LevelDebug, "request refused", slog.String("request", q.id), slog.Int("status", status), slog.Any("error", err))
	}
}

func errorCode(k fault.Kind) string {
	switch k {
	case fault.Unknown:
		return "unknown_error"
	case fault.Duplicate:
		return "invalid_request_error"
	case fault.Conflict:
		return "invalid_state_error"
	}
	return ""
}

func appendError(b []byte, code, kind, message string) []byte {
	b = append(b, '{')
	if code != "" {
		b = append(schema.AppendString(append(b, `"code":`...), code), ',')
	}
	b = schema.AppendString(append(b, `"type":`...), kind)
	b = schema.AppendString(append(b, `,"message":`...), message)
	return append(b, '}')
}

// refuse answers a body that could not be read. Such answers have their keys the other way round.
func (q *Request) refuse(w http.ResponseWriter, r *http.Request, err error) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		q.WriteError(w, r, err)
		return
	}
	b := schema.AppendString([]byte(`{"message":`), f.Message)
	b = schema.AppendString(append(b, `,"type":`...), f.Kind.String())
	if f.Kind == fault.TooLarge {
		w.Header().Set("Connection", "close")
	}
	send(w, r, f.Kind.Status(), jsonType, append(b, '}'))
}

// unauthorized answers a request without login; it has a message and no type.
func unauthorized(w http.ResponseWriter, r *http.Request, message string) {
	send(w, r, http.StatusUnauthorized, jsonType, append(schema.AppendString([]byte(`{"message":`), message), '}'))
}
