// Package webhookflow has the workflows of webhooks, and hands them the events.
package webhookflow

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/crudflow"
	"github.com/gorgon-commerce/gorgon/modules/webhook"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A RotateSecretInput gives a webhook a new secret. For as long as Overlap the old one signs, too.
type RotateSecretInput struct {
	ID      string        `json:"id"`
	Overlap time.Duration `json:"overlap"`
}

// A RetryInput makes one delivery anew.
type RetryInput struct {
	WebhookID  string `json:"webhook_id"`
	DeliveryID string `json:"delivery_id"`
}

// A ReplayInput makes anew what was given up since a moment; with All also what was delivered.
type ReplayInput struct {
	WebhookID string    `json:"webhook_id"`
	Since     time.Time `json:"since"`
	All       bool      `json:"all"`
}

// Flows are the workflows of webhooks.
type Flows struct {
	*crudflow.Flows[webhook.Webhook]
	Webhooks *webhook.Module

	RotateSecret *workflow.Workflow[RotateSecretInput, webhook.Webhook]
	Ping         *workflow.Workflow[string, webhook.Delivery]
	Retry        *workflow.Workflow[RetryInput, webhook.Delivery]
	Replay       *workflow.Workflow[ReplayInput, int64]
}

// New returns the workflows of a module's webhooks.
func New(m *webhook.Module) *Flows {
	f := &Flows{Webhooks: m, Flows: crudflow.New(&crudflow.Flows[webhook.Webhook]{Name: "webhooks", Table: m.Webhooks, CreateRecords: m.Create, DeleteRecords: m.Delete,
		UpdateRecord: func(ctx context.Context, p crudflow.UpdateInput) (webhook.Webhook, error) {
			return m.Update(ctx, p.ID, p.Set)
		}})}
	f.RotateSecret = step("rotate-webhook-secret", func(ctx context.Context, in RotateSecretInput) (webhook.Webhook, error) {
		return m.RotateSecret(ctx, in.ID, in.Overlap)
	})
	f.Ping = step("ping-webhook", m.Ping)
	f.Retry = step("retry-webhook-delivery", func(ctx context.Context, in RetryInput) (webhook.Delivery, error) {
		return m.Retry(ctx, in.WebhookID, in.DeliveryID)
	})
	f.Replay = step("replay-webhook", func(ctx context.Context, in ReplayInput) (int64, error) {
		return m.Replay(ctx, in.WebhookID, in.Since, in.All)
	})
	return f
}

// step is a workflow of a single step.
func step[In, Out any](name string, fn func(context.Context, In) (Out, error)) *workflow.Workflow[In, Out] {
	return workflow.New(name, func(ctx workflow.Context, in In) (Out, error) { return workflow.Step(ctx, name, fn, in) }, workflow.Atomic())
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return append(f.Flows.Workflows(), f.RotateSecret, f.Ping, f.Retry, f.Replay)
}

// Add creates one webhook, and returns it with its secret.
func (f *Flows) Add(ctx context.Context, w webhook.Webhook) (webhook.Webhook, error) {
	list, err := f.Create.Run(ctx, crudflow.CreateInput[webhook.Webhook]{Records: []webhook.Webhook{w}})
	if err != nil {
		return w, err
	}
	return list[0], nil
}

// Subscriptions hand all events to the webhooks that want them.
func (f *Flows) Subscriptions() []event.Subscription {
	return []event.Subscription{event.OnAny(f.Webhooks.Enqueue, event.WithName("webhooks"))}
}
