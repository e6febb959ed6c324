// Package telemetry tells OpenTelemetry what the parts of a shop do: spans, durations with their counts, and depths of queues. It knows OpenTelemetry's API alone; who wants to see something
// brings providers. Without any there is no Telemetry, and nothing is spent on it.
package telemetry

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/gorgon-commerce/gorgon/fault"
)

const scope = "github.com/gorgon-commerce/gorgon"

// An Activity is a kind of thing that a shop does.
type Activity uint8

// The activities.
const (
	HTTPRequest         Activity = iota // answers an HTTP request
	DatabaseStatement                   // runs SQL
	DatabaseTransaction                 // runs a database transaction
	WorkflowRun                         // executes a run of a workflow, as far as it goes
	WorkflowStep                        // tries a step of a run
	Compensation                        // takes a step back
	EventDelivery                       // hands an event to a subscriber
	JobRun                              // runs a job once
	activities
)

type face struct {
	metric, text string
	kind         trace.SpanKind
}

func (a Activity) face() face {
	return [activities]face{
		{"http.server.request.duration", "how long requests took", trace.SpanKindServer},
		{"db.client.operation.duration", "how long statements took", trace.SpanKindClient},
		{"gorgon.db.transaction.duration", "how long transactions took", trace.SpanKindInternal},
		{"gorgon.workflow.run.duration", "how long runs were executed without a wait", trace.SpanKindInternal},
		{"gorgon.workflow.step.duration", "how long attempts of steps took", trace.SpanKindInternal},
		{"gorgon.workflow.undo.duration", "how long steps took to be undone", trace.SpanKindInternal},
		{"gorgon.event.delivery.duration", "how long subscribers took to handle an event", trace.SpanKindConsumer},
		{"gorgon.job.tick.duration", "how long jobs took", trace.SpanKindInternal},
	}[a]
}

// A Telemetry makes spans and measures. Whoever has one that may be nil asks before every use, so that nothing is made for nothing.
type Telemetry struct {
	tracer    trace.Tracer
	meter     metric.Meter
	durations [activities]metric.Float64Histogram
	requests  metric.Int64UpDownCounter // that are being answered
	carrier   propagation.TraceContext
}

// New returns a Telemetry that tells two providers, either of which may be nil. Without both it returns nil.
func New(traces trace.TracerProvider, metrics metric.MeterProvider) (*Telemetry, error) {
	if traces == nil && metrics == nil {
		return nil, nil
	}
	if traces == nil {
		traces = tracenoop.NewTracerProvider()
	}
	if metrics == nil {
		metrics = metricnoop.NewMeterProvider()
	}
	t := &Telemetry{tracer: traces.Tracer(scope), meter: metrics.Meter(scope)}
	var errs []error
	for a := range activities {
		var err error
		f := a.face()
		t.durations[a], err = t.meter.Float64Histogram(f.metric, metric.WithUnit("s"), metric.WithDescription(f.text),
			metric.WithExplicitBucketBoundaries(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60))
		errs = append(errs, err)
	}
	var err error
	t.requests, err = t.meter.Int64UpDownCounter("http.server.active_requests", metric.WithUnit("{request}"), metric.WithDescription("requests that are being answered"))
	return t, errors.Join(append(errs, err)...)
}

// A Span is an activity under way. A nil one takes everything and does nothing.
type Span struct {
	t        *Telemetry
	ctx      context.Context
	activity Activity
	span     trace.Span
	labels   []attribute.KeyValue
	first    metric.MeasurementOption // the labels that it has begun with
	began    time.Time
}

// Start begins an activity, whose span the returned context carries. Labels are put on the span and on its duration, so they have few values.
func (t *Telemetry) Start(ctx context.Context, a Activity, name string, labels ...attribute.KeyValue) (context.Context, *Span) {
	s := &Span{t: t, activity: a, labels: labels, began: time.Now()}
	s.ctx, s.span = t.tracer.Start(ctx, name, trace.WithSpanKind(a.face().kind), trace.WithAttributes(labels...), trace.WithTimestamp(s.began))
	if a == HTTPRequest {
		s.first = metric.WithAttributes(labels...)
		t.requests.Add(s.ctx, 1, s.first)
	}
	return s.ctx, s
}

// WithContext returns ctx as a part of the span. What is begun with it is the span's child.
func (s *Span) WithContext(ctx context.Context) context.Context {
	if s == nil {
		return ctx
	}
	return trace.ContextWithSpan(ctx, s.span)
}

// SetName renames the span.
func (s *Span) SetName(name string) {
	if s != nil {
		s.span.SetName(name)
	}
}

// AddAttributes adds what is worth knowing about this one.
func (s *Span) AddAttributes(details ...attribute.KeyValue) {
	if s != nil {
		s.span.SetAttributes(details...)
	}
}

// AddLabels adds labels.
func (s *Span) AddLabels(labels ...attribute.KeyValue) {
	if s != nil {
		s.labels = append(s.labels, labels...)
		s.span.SetAttributes(labels...)
	}
}

// End ends the activity, which may have failed.
func (s *Span) End(err error) {
	if s == nil {
		return
	}
	if err != nil {
		s.AddLabels(attribute.String("error.type", kind(err)))
		s.span.SetStatus(codes.Error, err.Error())
	}
	if s.activity == HTTPRequest {
		s.t.requests.Add(s.ctx, -1, s.first)
	}
	s.t.durations[s.activity].Record(s.ctx, time.Since(s.began).Seconds(), metric.WithAttributes(s.labels...))
	s.span.End()
}

// kind is what sort of error it is.
func kind(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return fault.KindOf(err).String()
}

// TraceParent returns what a later activity, maybe in another process, needs to belong to the trace of ctx: a W3C traceparent, or nothing if there is no trace.
func (t *Telemetry) TraceParent(ctx context.Context) string {
	m := propagation.MapCarrier{}
	t.carrier.Inject(ctx, m)
	return m["traceparent"]
}

// ContinueTrace returns ctx as a part of the trace that parent, from TraceParent, belongs to.
func (t *Telemetry) ContinueTrace(ctx context.Context, parent string) context.Context {
	if parent == "" {
		return ctx
	}
	return t.carrier.Extract(ctx, propagation.MapCarrier{"traceparent": parent})
}

// ContinueTraceHeader returns ctx as a part of the trace that the headers of a request name.
func (t *Telemetry) ContinueTraceHeader(ctx context.Context, header map[string][]string) context.Context {
	return t.carrier.Extract(ctx, propagation.HeaderCarrier(header))
}

// A Gauge is something that has a depth, or with LabelName several, which is read when metrics are collected.
type Gauge struct {
	Name, Unit, Description string
	Monotonic               bool // it only grows
	Read                    func(ctx context.Context) (float64, error)

	LabelName string // the label that tells the depths of ReadEach apart, which takes the place of Read
	ReadEach  func(ctx context.Context) (map[string]float64, error)
}

func (g Gauge) instrument(m metric.Meter) (metric.Float64Observable, error) {
	if g.Monotonic {
		return m.Float64ObservableCounter(g.Name, metric.WithUnit(g.Unit), metric.WithDescription(g.Description))
	}
	return m.Float64ObservableGauge(g.Name, metric.WithUnit(g.Unit), metric.WithDescription(g.Description))
}

func (g Gauge) observe(ctx context.Context, o metric.Observer, to metric.Float64Observable) error {
	if g.ReadEach == nil {
		v, err := g.Read(ctx)
		if err == nil {
			o.ObserveFloat64(to, v)
		}
		return err
	}
	each, err := g.ReadEach(ctx)
	for label, v := range each {
		o.ObserveFloat64(to, v, metric.WithAttributes(attribute.String(g.LabelName, label)))
	}
	return err
}

// RegisterGauges has gauges read whenever metrics are collected, until the returned stop is called. One that cannot be read is left out.
func (t *Telemetry) RegisterGauges(gauges ...Gauge) (stop func(), err error) {
	list := make([]metric.Observable, len(gauges))
	instruments := make([]metric.Float64Observable, len(gauges))
	for i, g := range gauges {
		if instruments[i], err = g.instrument(t.meter); err != nil {
			return nil, err
		}
		list[i] = instruments[i]
	}
	r, err := t.meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		var errs []error
		for i, g := range gauges {
			errs = append(errs, g.observe(ctx, o, instruments[i]))
		}
		return errors.Join(errs...)
	}, list...)
	if err != nil {
		return nil, err
	}
	return func() { _ = r.Unregister() }, nil // it only fails when done twice
}
