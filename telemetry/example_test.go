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

func ExampleTelemetry_Carry() {
	spans := tracetest.NewInMemoryExporter()
	t, err := telemetry.New(sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)), nil)
	if err != nil {
		panic(err)
	}
	ctx, first := t.Begin(context.Background(), telemetry.Request, "POST /orders")
	parent := t.Carry(ctx) // is stored with what is to be done later
	first.End(nil)

	ctx = t.Continue(context.Background(), parent) // maybe in another process
	_, second := t.Begin(ctx, telemetry.Delivery, "deliver order.placed", attribute.String("subscriber", "mail"))
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
	none.Name("x")
	none.Note()
	none.Label()
	none.End(nil)
}
