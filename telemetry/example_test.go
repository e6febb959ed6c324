package telemetry_test

import (
	"context"
	"fmt"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/gorgon-commerce/gorgon/telemetry"
)

func ExampleTelemetry_TraceParent() {
	spans := tracetest.NewInMemoryExporter()
	t, err := telemetry.New(sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)), nil)
	if err != nil {
		panic(err)
	}
	ctx, first := t.Start(context.Background(), telemetry.HTTPRequest, "POST /orders")
	parent := t.TraceParent(ctx) // is stored with what is to be done later
	first.End(nil)

	ctx = t.ContinueTrace(context.Background(), parent) // maybe in another process
	_, second := t.Start(ctx, telemetry.EventDelivery, "deliver order.placed", attribute.String("subscriber", "mail"))
	second.End(nil)

	list := spans.GetSpans()
	fmt.Println(list[0].Name, list[1].Name, list[0].SpanContext.TraceID() == list[1].SpanContext.TraceID())
	// Output: POST /orders deliver order.placed true
}

func TestOff(t *testing.T) {
	t.Parallel()
	off, err := telemetry.New(nil, nil)
	if off != nil || err != nil {
		t.Fatal(off, err)
	}
	var none *telemetry.Span
	none.SetName("x")
	none.AddAttributes()
	none.AddLabels()
	none.End(nil)
}
