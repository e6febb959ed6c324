package route_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

func nothing(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }

func extended(context.Context, struct {
	AdditionalData map[string]any `json:"additional_data" valid:"nullish"`
}) (struct{}, error) {
	return struct{}{}, nil
}

// Mistakes in a program's routes are told at its start, all at once, with the places where they were made.
func TestMistakes(t *testing.T) {
	t.Parallel()
	type extra struct {
		Brand string `json:"brand"`
	}
	_, err := route.NewRouter(route.Config{AdditionalData: []route.AdditionalDataSchema{
		route.AdditionalData[extra]("POST", "/nowhere"),
		route.AdditionalData[extra]("GET", "/a/{id}"),
		route.AdditionalData[extra]("POST", "/b"),
		route.AdditionalData[extra]("POST", "/b"),
	}}, []route.Route{
		route.Get("/a/{id}", nothing),
		route.Get("/a/:other", nothing),
		route.Post("/a/{id}", nothing),
		route.Post("/b", extended),
		route.Get("c", nothing),
		route.Get("/d/{x}/{x}", nothing),
	})
	if err == nil {
		t.Fatal("nothing was wrong")
	}
	wrong := strings.Split(err.Error(), "\n")
	for i, want := range []string{
		"GET /a/:other at ", `GET "c" at `, `"/d/{x}/{x}" at `, "POST /nowhere at ", "GET /a/{id} at ", "POST /b is described twice",
	} {
		if i >= len(wrong) || !strings.Contains(wrong[i], want) || !strings.Contains(wrong[i], "more_test.go:") {
			t.Errorf("want %q with its place in\n%s", want, err)
		}
	}
	if n := strings.Count(wrong[0], "more_test.go:"); n != 2 {
		t.Errorf("%d places are named in %s", n, wrong[0])
	}
}

func TestAdditionalData(t *testing.T) {
	t.Parallel()
	type extra struct {
		Brand string `json:"brand"`
	}
	h, err := route.NewRouter(route.Config{AdditionalData: []route.AdditionalDataSchema{route.AdditionalData[extra]("POST", "/b")}}, []route.Route{route.Post("/b", extended)})
	if err != nil {
		t.Fatal(err)
	}
	c := routetest.NewForHandler(t, h)
	for body, want := range map[string]string{
		`{}`:                       "",
		`{"additional_data":null}`: "",
		`{"additional_data":{"brand":"x","more":1}}`: "",
		`{"additional_data":{}}`:                     "Field 'additional_data, brand' is required",
		`{"additional_data":{"brand":1},"x":1}`:      "Expected type: 'string' for field 'additional_data, brand', got: '1'; Unrecognized fields: 'x'",
	} {
		if want == "" {
			c.Post("/b", body).Want(200, "{}")
			continue
		}
		c.Post("/b", body).Want(400, `{"type":"invalid_data","message":"Invalid request: `+want+`"}`)
	}
}

func TestErrorHandler(t *testing.T) {
	t.Parallel()
	fail := func(context.Context, struct{}) (struct{}, error) { return struct{}{}, errors.New("private") }
	h, err := route.NewRouter(route.Config{Errors: func(w http.ResponseWriter, r *http.Request, _ error) bool {
		if r.URL.Path == "/ours" {
			w.WriteHeader(http.StatusTeapot)
		}
		return r.URL.Path == "/ours"
	}}, []route.Route{route.Get("/ours", fail), route.Get("/theirs", fail)})
	if err != nil {
		t.Fatal(err)
	}
	c := routetest.NewForHandler(t, h)
	c.Get("/ours").Want(http.StatusTeapot, "")
	c.Get("/theirs").Want(500, `{"code":"unknown_error","type":"unknown_error","message":"An unknown error occurred."}`)
}

func TestEvents(t *testing.T) {
	t.Parallel()
	stream := func(context.Context, struct{}) (route.Events, error) {
		return func(yield func(route.Event) bool) {
			_ = yield(route.Event{ID: "1\n2", Name: "news", Retry: time.Second, Data: "two\r\nlines"}) && yield(route.Event{Data: map[string]int{"n": 1}})
		}, nil
	}
	got := routetest.New(t, route.Get("/events", stream)).Get("/events").
		Want(200, "id: 1 2\nevent: news\nretry: 1000\ndata: two\ndata: lines\n\ndata: {\"n\":1}")
	if kind := got.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("got %s", kind)
	}
}

// A stream without end does not keep the server from stopping.
func TestEventsEndWithServer(t *testing.T) {
	t.Parallel()
	stream := func(ctx context.Context, _ struct{}) (route.Events, error) {
		return func(yield func(route.Event) bool) {
			if yield(route.Event{Data: 1}) {
				<-ctx.Done()
			}
		}, nil
	}
	h, err := route.NewRouter(route.Config{}, []route.Route{route.Get("/events", stream)})
	if err != nil {
		t.Fatal(err)
	}
	ln := httptest.NewUnstartedServer(nil).Listener
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- (&route.Server{Handler: h, ShutdownTimeout: time.Hour}).Serve(ctx, ln) }()
	res, err := http.Get("http://" + ln.Addr().String() + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	stop()
	if b, err := io.ReadAll(res.Body); err != nil || string(b) != "data: 1\n\n" {
		t.Errorf("%q %v", b, err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
