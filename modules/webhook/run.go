package webhook

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
)

const (
	perTarget = 4  // requests to one webhook at a time, by one process
	perShop   = 64 // to all
)

// A runner is one Run of a module.
type runner struct {
	*Module
	db     *db.DB
	client *http.Client
	tidied time.Time
	work   sync.WaitGroup

	mu    sync.Mutex
	under map[string]int // requests under way, by webhook
	total int
}

// Run delivers what is due until ctx ends. Any number of processes share the work. What is under way when ctx ends is broken off and made again.
func (m *Module) Run(ctx context.Context) error {
	d, err := m.Deliveries.Entity().DB()
	if err != nil {
		return err
	}
	r := &runner{Module: m, db: d, client: newClient(m.Config), under: map[string]int{}}
	defer r.client.CloseIdleConnections()
	defer r.work.Wait()
	for ctx.Err() == nil {
		if err := r.turn(ctx); err != nil && ctx.Err() == nil {
			m.Config.Log.Error("webhooks wait: their deliveries cannot be read", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-m.bell:
		case <-time.After(m.Config.Poll):
		}
	}
	return nil
}

// turn begins as many deliveries as may be under way.
func (r *runner) turn(ctx context.Context) error {
	if time.Since(r.tidied) > 10*time.Minute {
		r.tidied = time.Now()
		if err := r.tidy(ctx); err != nil {
			return err
		}
	}
	list, err := r.due(ctx, r.db)
	if err != nil {
		return err
	}
	for _, t := range list {
		n := r.room(t.id)
		if n == 0 {
			continue
		}
		found, err := r.claim(ctx, r.db, t, n)
		if err != nil {
			return err
		}
		for _, d := range found {
			r.begin(t.id, 1)
			r.work.Go(func() { r.deliver(ctx, d, t.probe) })
		}
	}
	return nil
}

func (r *runner) room(webhook string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(0, min(perTarget-r.under[webhook], perShop-r.total))
}

func (r *runner) begin(webhook string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.under[webhook] += n
	r.total += n
	if r.under[webhook] == 0 {
		delete(r.under, webhook)
	}
}

// deliver makes one attempt.
func (r *runner) deliver(ctx context.Context, d Delivery, probe bool) {
	defer r.wake(context.Background()) // there may be more
	defer r.begin(d.WebhookID, -1)
	saving, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*r.Config.Timeout)
	defer cancel()
	w, err := r.Webhooks.Retrieve(ctx, d.WebhookID)
	if err != nil { // it was removed, or cannot be read now
		_ = r.release(saving, d)
		return
	}
	a := r.send(ctx, r.client, w, d)
	if a.Error != nil && ctx.Err() != nil {
		err = r.release(saving, d)
	} else {
		err = r.settle(saving, d, a, probe)
	}
	if err != nil {
		r.Config.Log.Error("a webhook's delivery is not noted, and will be made again", "webhook", d.WebhookID, "delivery", d.ID, "error", err)
	} else if a.Error != nil {
		r.Config.Log.Warn("a webhook was not delivered", "webhook", d.WebhookID, "delivery", d.ID, "event", d.EventName, "try", d.Tries, "error", *a.Error)
	}
}
