package db

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/gorgon-commerce/gorgon/telemetry"
)

// UseTelemetry has statements and transactions told to t, which may be nil. It must be called before the database is used.
func (d *DB) UseTelemetry(t *telemetry.Telemetry) { d.telemetry = t }

// span begins the span of statements that are sent together. Their text has no values in it.
func (d *DB) span(ctx context.Context, list ...Statement) (context.Context, *telemetry.Span) {
	name := summary(list[0].SQL)
	ctx, s := d.telemetry.Start(ctx, telemetry.DatabaseStatement, name, d.system(), attribute.String("db.query.summary", name))
	if len(list) > 1 {
		s.AddAttributes(attribute.Int("db.operation.batch.size", len(list)))
	}
	s.AddAttributes(attribute.String("db.query.text", list[0].SQL))
	return ctx, s
}

func (d *DB) system() attribute.KeyValue {
	return attribute.String("db.system.name", [...]string{SQLite: "sqlite", Postgres: "postgresql"}[d.dialect])
}

// summary is what a statement does, and to which table: "SELECT product", "INSERT gorgon_event".
func summary(sql string) string {
	verb := strings.ToUpper(firstWord(sql))
	if list := tablesOf(sql); len(list) > 0 {
		return verb + " " + list[0]
	}
	return verb
}

// transaction begins the span of a transaction.
func (d *DB) transaction(ctx context.Context) (context.Context, *telemetry.Span) {
	if d.telemetry == nil {
		return ctx, nil
	}
	return d.telemetry.Start(ctx, telemetry.DatabaseTransaction, "transaction", d.system())
}

// observed tells of the statements that a Runner is given.
type observed struct {
	d *DB
	r Runner
}

// Query implements Runner. The span ends with the rows.
func (o observed) Query(ctx context.Context, s Statement) (Rows, error) {
	ctx, span := o.d.span(ctx, s)
	rows, err := o.r.Query(ctx, s)
	if err != nil {
		span.End(err)
		return rows, err
	}
	return &spannedRows{rows, span}, nil
}

// Exec implements Runner.
func (o observed) Exec(ctx context.Context, s Statement) (int64, error) {
	ctx, span := o.d.span(ctx, s)
	n, err := o.r.Exec(ctx, s)
	span.End(err)
	return n, err
}

// Batch implements Runner.
func (o observed) Batch(ctx context.Context, list []Statement, read func(int, Rows) error) error {
	ctx, span := o.d.span(ctx, list...)
	err := o.r.Batch(ctx, list, read)
	span.End(err)
	return err
}

type spannedRows struct {
	Rows
	span *telemetry.Span
}

// Next implements Rows.
func (r *spannedRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.end()
	return false
}

// Close implements Rows.
func (r *spannedRows) Close() {
	r.Rows.Close()
	r.end()
}

func (r *spannedRows) end() {
	r.span.End(r.Err())
	r.span = nil
}

// usage is how a pool of connections is used.
type usage struct {
	max, used, idle int
	waits           int64 // how often somebody had to wait for a connection
	waited          time.Duration
}

// Gauges are how the connections are used.
func (d *DB) Gauges() []telemetry.Gauge {
	read := func(of func(usage) float64) func(context.Context) (float64, error) {
		return func(context.Context) (float64, error) { return of(d.pool.usage()), nil }
	}
	return []telemetry.Gauge{
		{Name: "db.client.connection.count", Unit: "{connection}", Description: "connections to the database, by their state", LabelName: "db.client.connection.state", ReadEach: func(context.Context) (map[string]float64, error) {
			u := d.pool.usage()
			return map[string]float64{"used": float64(u.used), "idle": float64(u.idle)}, nil
		}},
		{Name: "db.client.connection.max", Unit: "{connection}", Description: "how many connections there may be", Read: read(func(u usage) float64 { return float64(u.max) })},
		{Name: "gorgon.db.connection.waits", Unit: "{wait}", Description: "how often somebody had to wait for a connection", Monotonic: true, Read: read(func(u usage) float64 { return float64(u.waits) })},
		{Name: "gorgon.db.connection.wait_time", Unit: "s", Description: "how long all have waited for connections", Monotonic: true, Read: read(func(u usage) float64 { return u.waited.Seconds() })},
	}
}
