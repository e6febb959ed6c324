package telemetry_test

import (
	"context"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/examples/telemetry"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	cfg := telemetry.Config(spans, sdkmetric.NewManualReader())
	cfg.DatabaseURL, cfg.Getenv = "sqlite::memory:", func(string) string { return "" }
	app := gorgon.New(cfg)
	t.Cleanup(app.Close)
	if _, err := app.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := cfg.TracerProvider.(*sdktrace.TracerProvider).ForceFlush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(spans.GetSpans()) == 0 {
		t.Error("nothing was told")
	}
}
