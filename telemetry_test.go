package gorgon_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A mill is a program whose request runs a workflow, which starts another that goes on in the background, and tells something that a subscriber hears.
type mill struct {
	app     *gorgon.App
	spans   *tracetest.InMemoryExporter
	metrics *sdkmetric.ManualReader
	log     bytes.Buffer
	heard   chan string
}

const ground = event.Topic[event.ID]("corn.ground")

func newMill(t *testing.T, url string) *mill {
	t.Helper()
	m := &mill{spans: tracetest.NewInMemoryExporter(), metrics: sdkmetric.NewManualReader(), heard: make(chan string, 9)}
	m.app = gorgon.New(gorgon.Config{DatabaseURL: url, JWTSecret: "test", CookieSecret: "test", Getenv: func(string) string { return "" },
		Log:            slog.New(slog.NewJSONHandler(&m.log, nil)),
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSyncer(m.spans)), MeterProvider: sdkmetric.NewMeterProvider(sdkmetric.WithReader(m.metrics))})
	m.app.Use(m.plugin())
	t.Cleanup(m.app.Close)
	if _, err := m.app.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := m.app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *mill) plugin() gorgon.Plugin {
	later := workflow.New("sift", func(ctx workflow.Context, s string) (string, error) {
		s, err := workflow.Step(ctx, "shake", echo, s)
		if err == nil {
			err = workflow.Emit(ctx, ground, event.ID{ID: s})
		}
		return s, err
	})
	bag := workflow.New("bag", func(ctx workflow.Context, s string) (string, error) { return workflow.Step(ctx, "tie", echo, s) })
	pack := workflow.New("pack", func(ctx workflow.Context, s string) (string, error) {
		if _, err := workflow.Step(ctx, "fold", echo, s, workflow.Undo(forget)); err != nil {
			return "", err
		}
		return bag.Run(ctx, s)
	})
	grind := workflow.New("grind", func(ctx workflow.Context, s string) (string, error) {
		if _, err := workflow.Step(ctx, "weigh", echo, s, workflow.Undo(forget)); err != nil {
			return "", err
		}
		if s == "stone" {
			if _, err := pack.Run(ctx, s); err != nil {
				return "", err
			}
			return workflow.Step(ctx, "mill", func(context.Context, string) (string, error) { return "", fault.New(fault.Invalid, "too hard") }, s)
		}
		if _, err := pack.Run(ctx, s); err != nil {
			return "", err
		}
		return later.Start(ctx, s)
	})
	return gorgon.Plugin{Name: "mill", Workflows: []workflow.AnyWorkflow{later, grind, pack, bag},
		Routes: []route.Route{
			route.Post("/grind/{what}", func(ctx context.Context, in struct {
				What string `path:"what"`
			}) (string, error) {
				return grind.Run(ctx, in.What)
			}),
			route.Get("/broken", func(ctx context.Context, _ struct{}) (string, error) { return "", errors.New("gear") }),
		},
		Subscriptions: []event.Subscription{event.On(ground, func(ctx context.Context, v event.ID) error {
			slog.New(m.app.Log().Handler()).InfoContext(ctx, "heard")
			m.heard <- v.ID
			return nil
		}, event.WithName("baker"))},
		Jobs: []job.Job{job.Cron("clean", "0 3 * * *", func(ctx context.Context) error {
			_, err := m.app.DB().Exec(ctx, db.Statement{SQL: "DELETE FROM gorgon_run WHERE id = 'none'"})
			return err
		})},
	}
}

func (m *mill) call(method, path string, header ...string) int {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	m.app.Router().ServeHTTP(w, r)
	return w.Code
}

// ended waits for a span with a name.
func (m *mill) ended(t *testing.T, name string) tracetest.SpanStub {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		for _, s := range m.spans.GetSpans() {
			if s.Name == name {
				return s
			}
		}
		if time.Now().After(end) {
			t.Fatalf("no span %q among %v", name, names(m.spans.GetSpans()))
		}
	}
}

func names(spans tracetest.SpanStubs) (out []string) {
	for _, s := range spans {
		out = append(out, s.Name)
	}
	return out
}

func eachMill(t *testing.T, fn func(t *testing.T, m *mill)) {
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "mill.db") },
		"postgres": func(t *testing.T) string { return dbtest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn(t, newMill(t, url(t)))
		})
	}
}

// One trace spans the request, the workflow, the run that it starts, the event that this tells, and the subscriber.
func TestTrace(t *testing.T) {
	t.Parallel()
	eachMill(t, func(t *testing.T, m *mill) {
		const trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
		if code := m.call(http.MethodPost, "/grind/corn", "traceparent", "00-"+trace+"-"+parent+"-01"); code != 200 {
			t.Fatal(code)
		}
		<-m.heard
		parents := map[string]string{}
		for _, name := range []string{"POST /grind/{what}", "workflow grind", "step weigh", "workflow pack", "step fold", "workflow bag", "step tie", "step start-sift", "INSERT gorgon_run", "workflow sift", "step shake", "INSERT gorgon_event", "deliver corn.ground"} {
			s := m.ended(t, name)
			if s.SpanContext.TraceID().String() != trace {
				t.Errorf("%s is in another trace", name)
			}
			parents[s.SpanContext.SpanID().String()] = name
		}
		parents[parent] = "the caller"
		for _, s := range m.spans.GetSpans() {
			if s.Name == "transaction" { // as if it were what it is in
				parents[s.SpanContext.SpanID().String()] = parents[s.Parent.SpanID().String()]
			}
		}
		for _, want := range [][2]string{{"POST /grind/{what}", "the caller"}, {"workflow grind", "POST /grind/{what}"}, {"step weigh", "workflow grind"}, {"workflow pack", "workflow grind"}, {"step fold", "workflow pack"}, {"workflow bag", "workflow pack"}, {"step tie", "workflow bag"},
			{"workflow sift", "step start-sift"}, {"step start-sift", "workflow grind"}, {"step shake", "workflow sift"}} {
			if got := parents[m.ended(t, want[0]).Parent.SpanID().String()]; got != want[1] {
				t.Errorf("the parent of %s is %q, not %s", want[0], got, want[1])
			}
		}
		delivered := m.ended(t, "deliver corn.ground").SpanContext
		if line := m.log.String(); !strings.Contains(line, fmt.Sprintf(`"msg":"heard","trace_id":"%s","span_id":"%s"`, trace, delivered.SpanID())) {
			t.Error(line)
		}
	})
}

// What fails says so in its span, with the kind of its error; a mistake of the client is no failure of the request.
func TestTraceOfFailures(t *testing.T) {
	t.Parallel()
	eachMill(t, func(t *testing.T, m *mill) {
		if code := m.call(http.MethodPost, "/grind/stone"); code != 400 {
			t.Fatal(code)
		}
		m.call(http.MethodGet, "/broken")
		for name, want := range map[string]codes.Code{"POST /grind/{what}": codes.Unset, "workflow grind": codes.Error, "step weigh": codes.Unset, "step mill": codes.Error, "undo weigh": codes.Unset, "GET /broken": codes.Error} {
			if s := m.ended(t, name); s.Status.Code != want {
				t.Errorf("%s: %v", name, s.Status)
			}
		}
		labels := fmt.Sprint(m.ended(t, "workflow grind").Attributes)
		if !strings.Contains(labels, "reverted") || !strings.Contains(labels, "invalid_data") {
			t.Error(labels)
		}
		if _, err := m.app.Jobs().Trigger(t.Context(), "clean"); err != nil {
			t.Fatal(err)
		}
		if tick, sql := m.ended(t, "job clean"), m.ended(t, "DELETE gorgon_run"); sql.Parent.SpanID() != tick.SpanContext.SpanID() {
			t.Error("the job's statement is not the job's")
		}
	})
}

// Durations are measured with labels of few values, and depths are read when metrics are collected.
func TestMetrics(t *testing.T) {
	t.Parallel()
	eachMill(t, func(t *testing.T, m *mill) {
		for range 3 {
			m.call(http.MethodPost, "/grind/corn")
			<-m.heard
		}
		m.call(http.MethodGet, "/nowhere/1")
		m.ended(t, "deliver corn.ground")
		if err := m.app.Bus().WaitIdle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := m.app.DB().Exec(t.Context(), db.Statement{SQL: "UPDATE gorgon_run SET state = 'blocked' WHERE id = (SELECT min(id) FROM gorgon_run)"}); err != nil {
			t.Fatal(err)
		}
		var data metricdata.ResourceMetrics
		if err := m.metrics.Collect(t.Context(), &data); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, scope := range data.ScopeMetrics {
			for _, x := range scope.Metrics {
				switch d := x.Data.(type) {
				case metricdata.Histogram[float64]:
					for _, p := range d.DataPoints {
						got[x.Name] += fmt.Sprintf("%s %d; ", p.Attributes.Encoded(encoder{}), p.Count)
					}
				case metricdata.Gauge[float64]:
					for _, p := range d.DataPoints {
						got[x.Name] += strings.TrimLeft(fmt.Sprintf("%s %v; ", p.Attributes.Encoded(encoder{}), p.Value), " ")
					}
				case metricdata.Sum[float64]:
					got[x.Name] = fmt.Sprint(d.IsMonotonic, len(d.DataPoints))
				case metricdata.Sum[int64]:
					for _, p := range d.DataPoints {
						got[x.Name] += fmt.Sprintf("%s %d; ", p.Attributes.Encoded(encoder{}), p.Value)
					}
				}
			}
		}
		for name, want := range map[string]string{
			"http.server.request.duration":   "http.request.method=POST http.response.status_code=200 http.route=/grind/{what} 3",
			"gorgon.workflow.step.duration":  "gorgon.workflow.name=grind gorgon.workflow.step=weigh 3",
			"gorgon.workflow.run.duration":   "gorgon.workflow.name=sift gorgon.workflow.outcome=done 3",
			"gorgon.event.delivery.duration": "gorgon.event.name=corn.ground gorgon.event.subscriber=baker 3",
			"gorgon.event.pending":           "0",
			"gorgon.event.dead":              "0",
			"gorgon.workflow.open":           "0",
			"gorgon.workflow.due":            "0",
			"gorgon.workflow.runs":           "gorgon.workflow.state=blocked 1; ",
			"http.server.active_requests":    "http.request.method=POST 0; ",
			"db.client.connection.count":     "db.client.connection.state=used ",
			"db.client.connection.max":       "",
			"gorgon.db.connection.waits":     "true 1",
			"gorgon.db.connection.wait_time": "true 1",
			"db.client.operation.duration":   "db.query.summary=INSERT gorgon_event",
			"gorgon.db.transaction.duration": "db.system.name=",
		} {
			if !strings.Contains(got[name], want) || got[name] == "" {
				t.Errorf("%s: got %q, want %q", name, got[name], want)
			}
		}
		if strings.Contains(got["http.server.request.duration"], "nowhere") {
			t.Error("paths that somebody makes up become labels")
		}
	})
}

// encoder writes labels in the order of their keys.
type encoder struct{}

func (encoder) Encode(list attribute.Iterator) string {
	var out []string
	for list.Next() {
		kv := list.Attribute()
		out = append(out, string(kv.Key)+"="+kv.Value.String())
	}
	return strings.Join(out, " ")
}

func (encoder) ID() attribute.EncoderID { return attribute.NewEncoderID() }
