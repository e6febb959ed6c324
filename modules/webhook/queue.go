package webhook

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/module"
)

// Enqueue queues an event for all webhooks that want it. An event that is heard twice is queued once.
func (m *Module) Enqueue(ctx context.Context, e event.Message) error {
	all, err := m.Webhooks.List(ctx, module.Filter{"enabled": true})
	if err != nil {
		return err
	}
	var ids []string
	for _, w := range all {
		if w.wants(e.Name) {
			ids = append(ids, w.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err = m.queue(ctx, e, ids...)
	return err
}

// PingTopic is the topic of the event that tries a webhook out.
const PingTopic = event.Topic[event.ID]("webhook.ping")

// Ping queues an event for one webhook that means nothing, whatever events it wants.
func (m *Module) Ping(ctx context.Context, webhook string) (Delivery, error) {
	if _, err := m.Webhooks.Retrieve(ctx, webhook); err != nil {
		return Delivery{}, err
	}
	e, err := PingTopic.Message(event.ID{ID: webhook})
	if err != nil {
		return Delivery{}, err
	}
	ids, err := m.queue(ctx, e, webhook)
	if err != nil {
		return Delivery{}, err
	}
	if err := m.resume(ctx, webhook); err != nil {
		return Delivery{}, err
	}
	return m.Deliveries.Retrieve(ctx, ids[0])
}

// queue adds deliveries that are not there yet, and returns their ids.
func (m *Module) queue(ctx context.Context, e event.Message, webhooks ...string) (ids []string, err error) {
	payload, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	var sql strings.Builder
	sql.WriteString("INSERT INTO gorgon_webhook_delivery (id, webhook_id, event_id, event_name, payload, state, tries, next_at, expires_at, created_at, updated_at) VALUES ")
	var args []any
	now := db.Now()
	for i, w := range webhooks {
		if i > 0 {
			sql.WriteByte(',')
		}
		row := []any{id.New("whd"), w, e.ID, e.Name, string(payload), DeliveryPending, 0, now, now.Add(m.Config.Expiry), now, now}
		for j := range row {
			sql.WriteString([]string{"($", ",$"}[min(j, 1)])
			sql.WriteString(strconv.Itoa(len(args) + j + 1))
		}
		sql.WriteByte(')')
		ids, args = append(ids, row[0].(string)), append(args, row...)
	}
	sql.WriteString(" ON CONFLICT (webhook_id, event_id) DO NOTHING")
	d, err := m.Deliveries.Entity().DB()
	if err != nil {
		return nil, err
	}
	_, err = d.Exec(ctx, db.Statement{SQL: sql.String(), Args: args})
	m.wake(ctx)
	return ids, err
}

// Retry makes a delivery anew, at once and with all its attempts, whatever came of it. An unknown one is fault.NotFound.
func (m *Module) Retry(ctx context.Context, webhook, delivery string) (Delivery, error) {
	n, err := m.again(ctx, module.Filter{"id": delivery, "webhook_id": webhook})
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "Webhook delivery with id: %s was not found", delivery)
	}
	if err == nil {
		err = m.resume(ctx, webhook)
	}
	if err != nil {
		return Delivery{}, err
	}
	return m.Deliveries.Retrieve(ctx, delivery)
}

// Replay makes anew the deliveries of a webhook that were given up, or, with all, those that were delivered too, of events since a moment. It returns how many.
func (m *Module) Replay(ctx context.Context, webhook string, since time.Time, all bool) (int64, error) {
	if _, err := m.Webhooks.Retrieve(ctx, webhook); err != nil {
		return 0, err
	}
	states := []string{DeliveryFailed}
	if all {
		states = []string{DeliveryFailed, DeliveryDelivered}
	}
	n, err := m.again(ctx, module.Filter{"webhook_id": webhook, "state": states, "created_at": map[string]any{"$gte": since}})
	if err != nil || n == 0 {
		return n, err
	}
	return n, m.resume(ctx, webhook)
}

func (m *Module) again(ctx context.Context, where module.Filter) (int64, error) {
	now := db.Now()
	return m.Deliveries.Update(ctx, where, module.Set{"state": DeliveryPending, "tries": 0, "next_at": now, "expires_at": now.Add(m.Config.Expiry), "claimed_by": nil, "delivered_at": nil})
}

// resume ends the pause of a webhook. One that is removed is fault.NotFound.
func (m *Module) resume(ctx context.Context, webhook string) error {
	_, err := m.Webhooks.UpdateOne(ctx, webhook, module.Set{"failures": 0, "paused_until": nil})
	m.wake(ctx)
	return err
}

// wake makes Run look for deliveries after the commit.
func (m *Module) wake(ctx context.Context) {
	ring := func() {
		select {
		case m.bell <- struct{}{}:
		default:
		}
	}
	if d, err := m.Deliveries.Entity().DB(); err == nil {
		d.AfterCommit(ctx, ring)
	}
}

// A turn is a webhook for which something is due.
type turn struct {
	id    string
	probe bool // it was paused: one delivery tries whether it is back
}

// due finds the webhooks that something is to be sent to.
func (m *Module) due(ctx context.Context, d *db.DB) (list []turn, err error) {
	now := d.Dialect().Now()
	rows, err := d.Query(ctx, db.Statement{SQL: "SELECT id, CASE WHEN failures >= $1 THEN 1 ELSE 0 END FROM gorgon_webhook w WHERE deleted_at IS NULL AND enabled" +
		" AND (paused_until IS NULL OR paused_until <= " + now + ") AND EXISTS (SELECT 1 FROM gorgon_webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.next_at <= " +
		now + ") ORDER BY id", Args: []any{m.Config.Failures}})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t turn
		if err := db.Scan(rows, &t.id, &t.probe); err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, rows.Err()
}

// lease is for how many seconds a delivery is one process's business: enough for its request and what has to be written down.
func (m *Module) lease() float64 { return (2*m.Config.Timeout + time.Second).Seconds() }

// claim takes up to n deliveries of a webhook: if it was paused one, and only if no other process tries it.
func (m *Module) claim(ctx context.Context, d *db.DB, t turn, n int) ([]Delivery, error) {
	k := d.Dialect()
	if t.probe {
		n = 1
		got, err := d.Exec(ctx, db.Statement{SQL: "UPDATE gorgon_webhook SET paused_until = " + k.NowPlus("$1") + " WHERE id = $2 AND (paused_until IS NULL OR paused_until <= " + k.Now() + ")",
			Args: []any{m.lease(), t.id}})
		if err != nil || got == 0 {
			return nil, err
		}
	}
	rows, err := d.Query(ctx, db.Statement{SQL: "UPDATE gorgon_webhook_delivery SET claimed_by = $1, next_at = " + k.NowPlus("$2") + ", tries = tries + 1 WHERE id IN" +
		" (SELECT id FROM gorgon_webhook_delivery WHERE webhook_id = $3 AND state = 'pending' AND next_at <= " + k.Now() + " ORDER BY next_at, id LIMIT " + strconv.Itoa(n) +
		" " + k.SkipLocked() + ") RETURNING id", Args: []any{id.New("claim"), m.lease(), t.id}})
	if err != nil {
		return nil, err
	}
	var ids []string
	for rows.Next() {
		ids = append(ids, string(rows.Value(0)))
	}
	rows.Close()
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return nil, err
	}
	return m.Deliveries.List(ctx, module.Filter{"id": ids})
}

// settle writes down an attempt and what follows from it, unless the delivery is no longer what was claimed.
func (m *Module) settle(ctx context.Context, d Delivery, a Attempt, probe bool) error {
	_, err := module.InTx(ctx, m.Deliveries, func(ctx context.Context) (int, error) {
		n, err := m.Deliveries.Update(ctx, module.Filter{"id": d.ID, "claimed_by": *d.ClaimedBy}, m.outcome(d, a))
		if err != nil || n == 0 {
			return 0, err
		}
		if _, err := m.Attempts.Create(ctx, a); err != nil {
			return 0, err
		}
		return 0, m.judge(ctx, d.WebhookID, a.Error == nil, probe)
	})
	return err
}

// outcome is what becomes of a delivery after an attempt.
func (m *Module) outcome(d Delivery, a Attempt) module.Set {
	now := db.Now()
	set := module.Set{"claimed_by": nil, "last_status": a.Status, "last_error": a.Error, "next_at": nil}
	next := now
	if d.Tries <= len(m.Config.Backoff) {
		pause := m.Config.Backoff[max(d.Tries, 1)-1]
		next = now.Add(pause + time.Duration(rand.Float64()*float64(pause)/10))
	}
	switch {
	case a.Error == nil:
		set["state"], set["delivered_at"] = DeliveryDelivered, now
	case d.Tries > len(m.Config.Backoff) || next.After(d.ExpiresAt) || *a.Error == ErrPrivateAddress.Error():
		set["state"] = DeliveryFailed
	default:
		set["next_at"] = next
	}
	return set
}

// judge pauses a webhook whose attempts fail, and goes on with one that is back.
func (m *Module) judge(ctx context.Context, webhook string, good, probe bool) error {
	list, err := m.Webhooks.List(ctx, module.Filter{"id": webhook}, module.FindOptions{Lock: true})
	if err != nil || len(list) == 0 {
		return err
	}
	w := list[0]
	switch {
	case good && w.ConsecutiveFailures == 0 && w.PausedUntil == nil:
		return nil
	case good:
		return m.resume(ctx, webhook)
	case !probe && w.PausedUntil != nil && w.PausedUntil.After(time.Now()): // it was sent before the pause began
		return nil
	}
	set := module.Set{"failures": w.ConsecutiveFailures + 1}
	if over := w.ConsecutiveFailures + 1 - m.Config.Failures; over >= 0 {
		set["paused_until"] = db.Now().Add(m.Config.Pause << min(over, 6))
	}
	_, err = m.Webhooks.Update(ctx, module.Filter{"id": webhook}, set)
	return err
}

// release gives back what was claimed and not sent.
func (m *Module) release(ctx context.Context, d Delivery) error {
	_, err := m.Deliveries.Update(ctx, module.Filter{"id": d.ID, "claimed_by": *d.ClaimedBy}, module.Set{"claimed_by": nil, "next_at": db.Now(), "tries": max(d.Tries-1, 0)})
	return err
}

// tidy gives up what is too old, cancels what no webhook is left for, and forgets what ended long ago.
func (m *Module) tidy(ctx context.Context) error {
	now := db.Now()
	old := "it could not be delivered in time"
	_, err := m.Deliveries.Update(ctx, module.Filter{"state": DeliveryPending, "expires_at": map[string]any{"$lt": now}},
		module.Set{"state": DeliveryFailed, "next_at": nil, "claimed_by": nil, "last_error": old})
	if err != nil {
		return err
	}
	deleted, err := m.Webhooks.List(ctx, module.Filter{"deleted_at": map[string]any{"$gt": now.Add(-m.Config.Expiry)}}, module.FindOptions{WithDeleted: true, Select: []string{"id"}})
	if err != nil {
		return err
	}
	if len(deleted) > 0 {
		if _, err := m.Deliveries.Update(ctx, module.Filter{"webhook_id": module.IDs(deleted), "state": DeliveryPending}, canceled); err != nil {
			return err
		}
	}
	_, err = m.Deliveries.DeleteWhere(ctx, module.Filter{"state": map[string]any{"$ne": DeliveryPending}, "updated_at": map[string]any{"$lt": now.Add(-m.Config.Retention)}})
	return err
}
