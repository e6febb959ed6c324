package event

import (
	"context"
	"encoding/json"

	"go.opentelemetry.io/otel/attribute"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/telemetry"
)

// traceparent is the key of an event's metadata under which the trace is that it was emitted in.
const traceparent = "traceparent"

// stamp notes the trace of ctx in events that do not have one.
func (b *Bus) stamp(ctx context.Context, list []Message) {
	parent := b.Telemetry.TraceParent(ctx)
	if parent == "" {
		return
	}
	for i := range list {
		m := map[string]json.RawMessage{}
		if len(list[i].Metadata) > 0 && json.Unmarshal(list[i].Metadata, &m) != nil || m[traceparent] != nil {
			continue
		}
		m[traceparent], _ = json.Marshal(parent)
		list[i].Metadata, _ = json.Marshal(m) // what was JSON
	}
}

// observe begins the delivery of an event, in the trace that it was emitted in.
func (b *Bus) observe(ctx context.Context, s *Subscription, it *item) (context.Context, *telemetry.Span) {
	if b.Telemetry == nil {
		return ctx, nil
	}
	var meta struct {
		Traceparent string `json:"traceparent"`
	}
	if len(it.Metadata) > 0 {
		_ = json.Unmarshal(it.Metadata, &meta) // metadata of another kind have no trace
	}
	ctx = b.Telemetry.ContinueTrace(ctx, meta.Traceparent)
	ctx, span := b.Telemetry.Start(ctx, telemetry.EventDelivery, "deliver "+it.Name, attribute.String("gorgon.event.name", it.Name), attribute.String("gorgon.event.subscriber", s.Name))
	span.AddAttributes(attribute.String("gorgon.event.id", it.ID), attribute.Int("gorgon.event.attempt", it.Attempt))
	return ctx, span
}

// Gauges are the depths of the outbox.
func (b *Bus) Gauges() []telemetry.Gauge {
	count := func(sql string) func(context.Context) (float64, error) {
		return func(ctx context.Context) (n float64, err error) {
			_, err = db.QueryRow(ctx, b.DB, db.Statement{SQL: sql}, &n)
			return n, err
		}
	}
	return []telemetry.Gauge{
		{Name: "gorgon.event.pending", Unit: "{event}", Description: "events that somebody has yet to hear", Read: count("SELECT count(*) FROM gorgon_event WHERE done_at IS NULL")},
		{Name: "gorgon.event.retries", Unit: "{letter}", Description: "events that are to be tried again", Read: count("SELECT count(*) FROM gorgon_event_retry WHERE next_at IS NOT NULL")},
		{Name: "gorgon.event.dead", Unit: "{letter}", Description: "events that were given up", Read: count("SELECT count(*) FROM gorgon_event_retry WHERE dead_at IS NOT NULL")},
	}
}
