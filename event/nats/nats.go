// Package nats carries events to other systems over a NATS JetStream stream.
//
// An event's subject is the transport's Subject, a dot and the event's topic: gorgon.order.placed. Its payload is the whole [event.Message] as JSON, and the
// header Nats-Msg-Id has the event's id, by which the server drops what comes twice.
package nats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A Transport publishes events to a stream, which it makes if there is none of its name.
type Transport struct {
	// Stream is the stream's name, "GORGON" if it is left out.
	Stream string
	// Subject is what subjects begin with, "gorgon" if it is left out.
	Subject string
	// Window is for how long the stream, if it is made, recognises an event that comes twice: an hour if it is left out.
	Window time.Duration
	// Options are added to those of the connection: credentials, TLS.
	Options []nats.Option

	url  string
	mu   sync.Mutex
	conn *nats.Conn
	js   jetstream.JetStream
}

// New returns a transport to the server, or the servers, of a URL such as "nats://user:password@host:4222". It connects with the first event.
func New(url string) *Transport {
	return &Transport{Stream: "GORGON", Subject: "gorgon", Window: time.Hour, url: url}
}

// patience is how long one answer of the server may take.
const patience = 5 * time.Second

// Publish implements event.Transport. It sends all at once and waits for the server's word about each. An event is taken only right behind the one before it, so
// that one that is refused does not end up behind those after it; from there on they are sent one by one.
func (t *Transport) Publish(ctx context.Context, batch []event.Message) error {
	js, err := t.open(ctx)
	if err != nil {
		return fmt.Errorf("event/nats: %w", err)
	}
	taken := 0
	if len(batch) > 1 {
		taken = t.sendAll(ctx, js, batch)
	}
	for _, m := range batch[taken:] {
		if err := t.send(ctx, js, m); err != nil {
			return fmt.Errorf("event/nats: %s: %w", m.ID, err)
		}
	}
	return nil
}

// sendAll sends events in one go, and returns how many of them, from the first on, are known to be in the stream.
func (t *Transport) sendAll(ctx context.Context, js jetstream.JetStream, batch []event.Message) (taken int) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answers := make([]jetstream.PubAckFuture, 0, len(batch))
	for i, m := range batch {
		msg, opts, err := t.packed(m)
		if i > 0 {
			opts = append(opts, jetstream.WithExpectLastMsgID(batch[i-1].ID))
		}
		if err != nil {
			break
		}
		answer, err := js.PublishMsgAsync(msg, append(opts, jetstream.WithRetryAttempts(0))...)
		if err != nil {
			break
		}
		answers = append(answers, answer)
	}
	for _, answer := range answers {
		select {
		case <-answer.Ok():
			taken++
		case <-answer.Err():
			return taken
		case <-ctx.Done():
			return taken
		}
	}
	return taken
}

func (t *Transport) packed(m event.Message) (*nats.Msg, []jetstream.PublishOpt, error) {
	body, err := json.Marshal(m)
	return &nats.Msg{Subject: t.Subject + "." + subject(m.Name), Data: body}, []jetstream.PublishOpt{jetstream.WithMsgID(m.ID), jetstream.WithExpectStream(t.Stream)}, err
}

func (t *Transport) send(ctx context.Context, js jetstream.JetStream, m event.Message) error {
	msg, opts, err := t.packed(m)
	if err != nil {
		return errors.Join(event.ErrPermanent, err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err = js.PublishMsg(ctx, msg, opts...)
	if errors.Is(err, nats.ErrMaxPayload) || tooLarge(err) {
		err = errors.Join(event.ErrPermanent, err)
	}
	return err
}

// tooLarge reports whether the stream has a limit for messages that this one is beyond.
func tooLarge(err error) bool {
	var refused *jetstream.APIError
	return errors.As(err, &refused) && refused.ErrorCode == 10054
}

// subject makes a topic a part of a subject: what has a meaning there becomes "_".
func subject(topic string) string {
	tokens := strings.Split(topic, ".")
	for i, s := range tokens {
		tokens[i] = strings.Map(func(r rune) rune {
			if r <= ' ' || r == '*' || r == '>' {
				return '_'
			}
			return r
		}, s)
		if s == "" {
			tokens[i] = "_"
		}
	}
	return strings.Join(tokens, ".")
}

// open connects, if that was not done, and makes sure that there is a stream.
func (t *Transport) open(ctx context.Context) (jetstream.JetStream, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.js != nil {
		return t.js, nil
	}
	if t.conn == nil {
		// Nothing is kept for a server that is away: the outbox does that.
		conn, err := nats.Connect(t.url, append([]nats.Option{nats.Name("gorgon"), nats.Timeout(patience), nats.MaxReconnects(-1),
			nats.ReconnectWait(100 * time.Millisecond), nats.ReconnectBufSize(-1)}, t.Options...)...)
		if err != nil {
			return nil, err
		}
		t.conn = conn
	}
	js, err := jetstream.New(t.conn)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err = js.Stream(ctx, t.Stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: t.Stream, Subjects: []string{t.Subject + ".>"}, Duplicates: t.Window})
	}
	if err == nil {
		t.js = js
	}
	return t.js, err
}

// Close implements event.Transport.
func (t *Transport) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn != nil {
		t.conn.Close()
	}
	t.conn, t.js = nil, nil
	return nil
}
