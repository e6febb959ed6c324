package event

import (
	"context"
	"embed"
	"strconv"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the tables of events: gorgon_event, the outbox, and gorgon_event_retry.
func Migrations() db.MigrationSet {
	return db.MigrationFiles("gorgon/event", migrations)
}

// channel is where processes tell each other that there are events.
const channel = "gorgon_event"

// Emit writes an event of a topic to the outbox of b, in the transaction of ctx if there is one.
//
// In workflows use workflow.Emit, whose events exist only if the whole run succeeds.
func Emit[T any](ctx context.Context, b *Bus, topic Topic[T], data ...T) error {
	list := make([]Message, len(data))
	for i, d := range data {
		m, err := topic.Message(d)
		if err != nil {
			return err
		}
		list[i] = m
	}
	return b.Emit(ctx, list...)
}

// Emit writes events to the outbox, in the transaction of ctx if there is one. They are handed out after its commit.
func (b *Bus) Emit(ctx context.Context, list ...Message) error {
	if b.Telemetry != nil {
		b.stamp(ctx, list)
	}
	for len(list) > 0 {
		n := min(len(list), 1000)
		if _, err := b.DB.Exec(ctx, insert(list[:n])); err != nil {
			return err
		}
		list = list[n:]
	}
	b.DB.AfterCommit(ctx, b.wake)
	return nil
}

func insert(list []Message) db.Statement {
	var sql strings.Builder
	sql.WriteString("INSERT INTO gorgon_event (id, name, data, metadata, run_id, created_at) VALUES ")
	args := make([]any, 0, 6*len(list))
	for i, m := range list {
		for j := range 6 {
			sql.WriteString([]string{"(", ",", ",", ",", ",", ","}[j])
			sql.WriteByte('$')
			sql.WriteString(strconv.Itoa(6*i + j + 1))
		}
		sql.WriteByte(')')
		if i < len(list)-1 {
			sql.WriteByte(',')
		}
		args = append(args, m.ID, m.Name, string(m.Data), optional(m.Metadata), text(m.RunID), m.CreatedAt)
	}
	return db.Statement{SQL: sql.String(), Args: args}
}

func optional(b []byte) any {
	if b == nil {
		return nil
	}
	return string(b)
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
