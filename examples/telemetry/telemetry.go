// Package telemetry shows how a shop tells OpenTelemetry what it does.
package telemetry

import (
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/gorgon-commerce/gorgon"
)

// Config is that of a shop that tells an exporter, such as OTLP's, what it does.
func Config(spans sdktrace.SpanExporter, metrics sdkmetric.Reader) gorgon.Config {
	return gorgon.Config{
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans)),
		MeterProvider:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(metrics)),
	}
}
