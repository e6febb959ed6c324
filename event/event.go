// Package event tells the rest of a program, and of the world, what has happened. An event is written to the database in the
// transaction of what it tells about, so it exists if and only if that was committed. A [Bus] then hands it to everybody who
// subscribed, at least once each.
package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/id"
)

// A Topic is the name of a kind of event, such as "product.created", whose data are a T.
type Topic[T any] string

// ID is the data of events that tell of one record.
type ID struct {
	ID string `json:"id"`
}

// IDs are the data of one event for each of these records.
func IDs(ids ...string) []ID {
	out := make([]ID, len(ids))
	for i, id := range ids {
		out[i].ID = id
	}
	return out
}

// Message makes an event of the topic. Data that JSON cannot express are an error.
func (t Topic[T]) Message(data T) (Message, error) {
	b, err := json.Marshal(data)
	if err != nil {
		return Message{}, fmt.Errorf("event: data of %s: %w", string(t), err)
	}
	return Message{ID: id.New("evt"), Name: string(t), Data: b, CreatedAt: db.Now()}, nil
}

// A Message is one event as it is stored and handed out. As JSON it is what other systems are sent.
type Message struct {
	ID        string          `json:"id"`                 // "evt_…"; the same for all subscribers and for every attempt
	Name      string          `json:"name"`               // the topic
	Data      json.RawMessage `json:"data"`               // what the topic's type says
	Metadata  json.RawMessage `json:"metadata,omitempty"` // a JSON object, or nil
	RunID     string          `json:"run_id,omitempty"`   // the workflow run that emitted it, if any
	CreatedAt time.Time       `json:"created_at"`
	Attempt   int             `json:"-"` // which attempt of the subscriber this is, from 1
}

// A Subscription is somebody who wants to hear of events. On and OnAny make them.
type Subscription struct {
	Topic       string // what it hears of: see MatchTopic
	Name        string // identifies the subscriber between runs of the program; retries are kept under it
	MaxAttempts int    // how often the handler is tried before the message is dead

	handle func(context.Context, Message) error
}

// AnyTopic is the topic of subscriptions that hear all events.
const AnyTopic = "*"

// An Option changes a subscription.
type Option func(*Subscription)

// WithName gives a subscriber a name of its own. Without it, it has that of its function, which changes when the function is
// renamed: retries that wait at that moment would no longer find it.
func WithName(name string) Option { return func(s *Subscription) { s.Name = name } }

// MaxAttempts sets how often the handler is tried, 8 by default, before the message becomes a dead letter.
func MaxAttempts(n int) Option { return func(s *Subscription) { s.MaxAttempts = max(n, 1) } }

// On subscribes fn to a topic. fn is called at least once for each event, some time after the commit, outside of any
// transaction; an error, or a panic, makes it be called again later, with growing pauses.
func On[T any](topic Topic[T], fn func(context.Context, T) error, opts ...Option) Subscription {
	s := Subscription{Topic: string(topic), Name: funcName(fn), MaxAttempts: 8, handle: func(ctx context.Context, m Message) error {
		var data T
		if err := json.Unmarshal(m.Data, &data); err != nil {
			return fmt.Errorf("event: data of %s %s: %w", m.Name, m.ID, err)
		}
		return fn(context.WithValue(ctx, messageKey{}, &m), data)
	}}
	return s.with(opts)
}

// OnAny subscribes fn to all events.
func OnAny(fn func(context.Context, Message) error, opts ...Option) Subscription {
	s := Subscription{Topic: AnyTopic, Name: funcName(fn), MaxAttempts: 8, handle: fn}
	return s.with(opts)
}

// OnName subscribes fn to topics that are known by their name only, or to all that a pattern such as "order.*" means.
func OnName(name string, fn func(context.Context, Message) error, opts ...Option) Subscription {
	s := OnAny(fn, opts...)
	s.Topic = name
	return s
}

func (s Subscription) with(opts []Option) Subscription {
	for _, o := range opts {
		o(&s)
	}
	return s
}

// hears reports whether the subscription is about events of that name.
func (s Subscription) hears(name string) bool { return MatchTopic(s.Topic, name) }

// MatchTopic reports whether a pattern means a topic: it is the topic itself, "*" for all, or the beginning of some, as in "order.*".
func MatchTopic(pattern, topic string) bool {
	start, wild := strings.CutSuffix(pattern, AnyTopic)
	return pattern == topic || wild && strings.HasPrefix(topic, start)
}

// Deliver calls the handler once. A panic comes back as an error.
func (s Subscription) Deliver(ctx context.Context, m Message) (err error) {
	defer func() {
		if p := recover(); p != nil {
			stack := make([]byte, 4096)
			err = fmt.Errorf("event: panic in %s: %v\n%s", s.Name, p, stack[:runtime.Stack(stack, false)])
		}
	}()
	return s.handle(ctx, m)
}

type messageKey struct{}

// MessageFromContext returns the message that a handler made by On is called for.
func MessageFromContext(ctx context.Context) (Message, bool) {
	m, ok := ctx.Value(messageKey{}).(*Message)
	if !ok {
		return Message{}, false
	}
	return *m, true
}

// ErrPermanent, returned or wrapped by a handler, makes the message a dead letter at once: trying again is of no use.
var ErrPermanent = errors.New("event: not to be tried again")

func funcName(fn any) string {
	f := runtime.FuncForPC(reflect.ValueOf(fn).Pointer())
	if f == nil {
		return "subscriber"
	}
	return strings.TrimSuffix(f.Name(), "-fm")
}
