package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/record"
	flow "github.com/gorgon-commerce/gorgon/flow/webhook"
	"github.com/gorgon-commerce/gorgon/internal/jstime"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/webhook"
	"github.com/gorgon-commerce/gorgon/route"
)

// A NewWebhook is a URL that is to be told of events: topics, or patterns such as "order.*".
type NewWebhook struct {
	URL         string             `json:"url"`
	Events      []string           `json:"events"`
	Description module.Opt[string] `json:"description"`
	Enabled     module.Opt[bool]   `json:"enabled" valid:"notnull"`
	Metadata    Metadata           `json:"metadata"`
}

// A WebhookPatch changes a webhook.
type WebhookPatch struct {
	ID          string               `path:"id"`
	URL         module.Opt[string]   `json:"url" valid:"notnull"`
	Events      module.Opt[[]string] `json:"events" valid:"notnull"`
	Description module.Opt[string]   `json:"description"`
	Enabled     module.Opt[bool]     `json:"enabled" valid:"notnull"`
	Metadata    Metadata             `json:"metadata"`
}

// A SecretRotation gives a webhook a new secret. The old one goes on signing for some seconds, a day if it is not said.
type SecretRotation struct {
	ID      string              `path:"id"`
	Overlap module.Opt[float64] `json:"expire_in" valid:"notnull"`
}

// A WebhookReplay asks for deliveries to be made anew: those that were given up, or all, of events since a moment.
type WebhookReplay struct {
	ID    string                `path:"id"`
	Since module.Opt[time.Time] `json:"since" valid:"notnull"`
	All   bool                  `json:"all" valid:"optional"`
}

// A Replayed tells how many deliveries are made anew.
type Replayed struct {
	Count int64 `json:"count"`
}

// A DeliveryRetry asks for one delivery to be made anew.
type DeliveryRetry struct {
	WebhookID string `path:"webhook_id"`
	ID        string `path:"id"`
}

// A webhookAPI is /admin/webhooks.
type webhookAPI struct{ flows *flow.Flows }

// secrets are what nobody can ask for.
func secrets(path string) bool {
	return slices.Contains([]string{"secret", "former_secret", "former_until", "claimed_by"}, path[strings.LastIndexByte(path, '.')+1:])
}

// Webhooks is /admin/webhooks. Medusa has nothing of the kind.
func Webhooks(flows *flow.Flows) []route.Route {
	w := webhookAPI{flows}
	hooks := resource.Resource{
		Path: "/admin/webhooks", Entity: "webhook", One: "webhook", Many: "webhooks", Singular: true, Deny: secrets, Limit: 20, Order: "-created_at",
		Fields:        "id url description events enabled failures paused_until metadata created_at updated_at",
		Filters:       times(text("q"), list("id"), list("url"), resource.Filter{Name: "enabled", Kind: resource.Flag}),
		MissingUpdate: "Webhook with id: %s was not found",
		Create:        resource.Answer(w.create),
		Update:        resource.Do(w.update),
		Delete:        w.delete,
		Actions:       []resource.Action{resource.Post("/{id}/rotate-secret", resource.Answer(w.rotate))},
	}
	deliveries := resource.Resource{
		Path: "/admin/webhooks/{webhook_id}/deliveries", Entity: "webhook_delivery", One: "delivery", Many: "deliveries", Deny: secrets, Limit: 20, Order: "-created_at",
		Fields:  "id webhook_id event_id event_name state tries next_at expires_at delivered_at last_status last_error created_at updated_at",
		Filters: times(list("id"), list("event_id"), list("event_name"), list("state")),
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["webhook_id"] = route.From(ctx).Param("webhook_id")
			return nil
		},
	}
	one := deliveries
	one.Many, one.Singular, one.Filters = "", true, nil
	one.Fields += " payload *attempts"
	one.Actions = []resource.Action{resource.Post("/{id}/retry", resource.Do(w.retry))}
	return append(slices.Concat(hooks.Routes(), deliveries.Routes(), one.Routes()),
		route.Post("/admin/webhooks/{id}/ping", w.ping), route.Post("/admin/webhooks/{id}/replay", w.replay))
}

// create answers with the secret, which can be seen only then.
func (w webhookAPI) create(ctx context.Context, in NewWebhook) (jstime.Value, error) {
	hook := webhook.Webhook{URL: in.URL, Events: in.Events, Description: in.Description.Ptr(), Enabled: in.Enabled.Or(true), Metadata: in.Metadata.Value}
	out, err := w.flows.Add(ctx, hook)
	return jstime.Of(out), err
}

func (w webhookAPI) update(ctx context.Context, in WebhookPatch) (string, error) {
	_, err := w.flows.Update.Run(ctx, record.Patch{ID: in.ID, Set: module.SetOf(in)})
	return in.ID, err
}

func (w webhookAPI) delete(ctx context.Context, id string) error {
	_, err := w.flows.Delete.Run(ctx, []string{id})
	return err
}

func (w webhookAPI) rotate(ctx context.Context, in SecretRotation) (jstime.Value, error) {
	overlap := 24 * time.Hour
	if in.Overlap.Set {
		overlap = time.Duration(in.Overlap.Value * float64(time.Second))
	}
	hook, err := w.flows.Rotate.Run(ctx, flow.Rotation{ID: in.ID, Overlap: overlap})
	hook.FormerSecret = nil // is known
	return jstime.Of(hook), err
}

// A pinged delivery is the answer to a ping.
type pinged struct {
	Delivery jstime.Value `json:"delivery"`
}

// A WebhookPing names the webhook that is to be tried out.
type WebhookPing struct {
	ID string `path:"id"`
}

func (w webhookAPI) ping(ctx context.Context, in WebhookPing) (pinged, error) {
	d, err := w.flows.Ping.Run(ctx, in.ID)
	return pinged{jstime.Of(d)}, err
}

func (w webhookAPI) retry(ctx context.Context, in DeliveryRetry) (string, error) {
	_, err := w.flows.Retry.Run(ctx, flow.Retry{WebhookID: in.WebhookID, DeliveryID: in.ID})
	return in.ID, err
}

func (w webhookAPI) replay(ctx context.Context, in WebhookReplay) (Replayed, error) {
	n, err := w.flows.Replay.Run(ctx, flow.Replay{WebhookID: in.ID, Since: in.Since.Value, All: in.All})
	return Replayed{n}, err
}
