package route

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// DefaultBodyLimit is what a body may have in bytes unless told otherwise: Express' 100 kB.
const DefaultBodyLimit = 100 << 10

// A Request is what the router knows of a request beyond net/http. It travels in the context.
type Request struct {
	id       string
	router   *Router
	pattern  string   // of the route
	names    []string // of the parameters
	params   [8]string
	body     schema.Value
	raw      []byte
	rawQuery string
	header   http.Header
	remote   string
	store    bool // under /store, where ?locale= is not a filter
	locale   string
	key      string
	channels []string
	actor    *Actor
	proofs   proofs
	refused  bool // already answered

	additional *schema.Schema // of additional_data, if not the route's own
}

type requestKey struct{}

// RequestFromContext returns the request of a context, nil outside of one.
func RequestFromContext(ctx context.Context) *Request {
	req, _ := ctx.Value(requestKey{}).(*Request)
	return req
}

// ID names the request in logs.
func (q *Request) ID() string { return q.id }

// Param returns a segment of the path by its name in the pattern, unescaped.
func (q *Request) Param(name string) string {
	for i, n := range q.names {
		if n == name {
			return q.params[i]
		}
	}
	return ""
}

// ClientIP is the address that the request comes from: what the nearest proxy says in X-Forwarded-For, else the other end of the connection.
func (q *Request) ClientIP() string {
	if list := q.header.Get("X-Forwarded-For"); list != "" {
		return strings.TrimSpace(list[strings.LastIndexByte(list, ',')+1:])
	}
	host, _, err := net.SplitHostPort(q.remote)
	if err != nil {
		return q.remote
	}
	return host
}

// Body is the parsed body: an empty object when there was none, or none of a type that is parsed.
func (q *Request) Body() schema.Value { return q.body }

// RawBody is the body as it came, when it was of a type that is parsed.
func (q *Request) RawBody() []byte { return q.raw }

// Query is the parsed query string.
func (q *Request) Query() (schema.Value, error) {
	v, err := schema.ParseQuery(q.rawQuery)
	if err == nil && q.store && v.Get("locale").Exists() {
		v = v.Without("locale")
	}
	return v, err
}

// Header is what the client sent along.
func (q *Request) Header() http.Header { return q.header }

// Locale is the language a store request asks for, such as "en-US"; "" when it does not.
func (q *Request) Locale() string { return q.locale }

// requestOf finds the router's request in the context. Without a router it reads the body itself.
func requestOf(w http.ResponseWriter, r *http.Request) (*Request, *http.Request, bool) {
	if req := RequestFromContext(r.Context()); req != nil {
		return req, r, true
	}
	req := &Request{rawQuery: r.URL.RawQuery, header: r.Header, remote: r.RemoteAddr}
	if err := req.read(r, DefaultBodyLimit); err != nil {
		req.refuse(w, r, err)
		return nil, r, false
	}
	if pattern := r.Pattern; pattern != "" {
		_, pattern, _ = strings.Cut(pattern, " ")
		req.names = paramNames(pattern)
		for i, n := range req.names[:min(len(req.names), len(req.params))] {
			req.params[i] = r.PathValue(n)
		}
	}
	return req, r.WithContext(context.WithValue(r.Context(), requestKey{}, req)), true
}

// read parses the body when it is JSONAppender, a form or plain text. The body can be read once more afterwards.
func (q *Request) read(r *http.Request, limit int64) error {
	q.body = schema.ObjectValue()
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 && len(r.TransferEncoding) == 0 {
		return nil
	}
	media, charset := contentType(r.Header.Get("Content-Type"))
	switch media {
	case "application/json", "application/x-www-form-urlencoded", "text/plain":
	default:
		return nil
	}
	if err := checkCharset(media, charset); err != nil {
		return err
	}
	raw, err := readAll(r, limit)
	if err != nil {
		return err
	}
	q.raw = raw
	r.Body = io.NopCloser(bytes.NewReader(raw))
	switch media {
	case "application/json":
		q.body, err = schema.ParseBody(raw)
	case "text/plain":
		q.body = schema.StringValue(decodeText(raw, charset))
		err = schema.CheckText(q.body.Text())
	default:
		q.body, err = schema.ParseForm(string(raw))
	}
	return err
}

// checkText refuses text in the query and the headers that no database can store. Headers that are
// not UTF-8 are in Latin-1, which is what HTTP says of them.
func (q *Request) checkText() error {
	if err := schema.CheckQuery(q.rawQuery); err != nil {
		return err
	}
	for _, values := range q.header {
		for i, v := range values {
			if !utf8.ValidString(v) {
				values[i] = latin1([]byte(v))
			}
			if err := schema.CheckText(values[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func contentType(header string) (media, charset string) {
	media, params, err := mime.ParseMediaType(header)
	if err != nil && media == "" {
		media, _, _ = strings.Cut(header, ";")
		return strings.ToLower(strings.TrimSpace(media)), ""
	}
	return media, strings.ToLower(params["charset"])
}

func checkCharset(media, charset string) error {
	switch charset {
	case "", "utf-8", "utf8":
		return nil
	case "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252":
		if media == "text/plain" {
			return nil
		}
	}
	return fault.New(fault.Unsupported, "unsupported charset %q", strings.ToUpper(charset))
}

func decodeText(raw []byte, charset string) string {
	if charset == "" || strings.HasPrefix(charset, "utf") {
		return strings.ToValidUTF8(string(raw), "\ufffd")
	}
	return latin1(raw)
}

func latin1(raw []byte) string {
	out := make([]byte, 0, len(raw))
	for _, c := range raw {
		out = utf8.AppendRune(out, rune(c))
	}
	return string(out)
}

func readAll(r *http.Request, limit int64) ([]byte, error) {
	tooLarge := fault.New(fault.TooLarge, "request entity too large")
	src, err := inflate(r)
	if err != nil {
		return nil, err
	}
	if src == r.Body && r.ContentLength > limit {
		return nil, tooLarge
	}
	var buf bytes.Buffer
	if n := r.ContentLength; src == r.Body && n > 0 {
		buf.Grow(int(n) + bytes.MinRead)
	}
	if _, err := buf.ReadFrom(io.LimitReader(src, limit+1)); err != nil {
		if errors.Is(err, context.Canceled) {
			return nil, err
		}
		return nil, fault.Wrap(err, fault.Invalid, "request aborted")
	}
	if int64(buf.Len()) > limit {
		return nil, tooLarge
	}
	return buf.Bytes(), nil
}

func inflate(r *http.Request) (io.Reader, error) {
	encoding := strings.ToLower(r.Header.Get("Content-Encoding"))
	var src io.Reader
	var err error
	switch encoding {
	case "", "identity":
		return r.Body, nil
	case "gzip":
		src, err = gzip.NewReader(r.Body)
	case "deflate":
		src, err = zlib.NewReader(r.Body)
	default:
		return nil, fault.New(fault.Unsupported, "unsupported content encoding %q", encoding)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "incorrect header check")
	}
	return src, nil
}

// log is where the request's failures go.
func (q *Request) log() *slog.Logger {
	if q.router != nil {
		return q.router.log
	}
	return slog.Default()
}
