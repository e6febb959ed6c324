package adminapi

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/crudflow"
	"github.com/gorgon-commerce/gorgon/flow/webhookflow"
	"github.com/gorgon-commerce/gorgon/internal/jstime"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/webhook"
	"github.com/gorgon-commerce/gorgon/route"
)

// A CreateWebhookRequest is a URL that is to be told of events: topics, or patterns such as "order.*".
type CreateWebhookRequest struct {
	URL         string             `json:"url"`
	Events      []string           `json:"events"`
	Description module.Opt[string] `json:"description"`
	Enabled     module.Opt[bool]   `json:"enabled" valid:"notnull"`
	Metadata    Metadata           `json:"metadata"`
}

// A UpdateWebhookRequest changes a webhook.
type UpdateWebhookRequest struct {
	ID          string               `path:"id"`
	URL         module.Opt[string]   `json:"url" valid:"notnull"`
	Events      module.Opt[[]string] `json:"events" valid:"notnull"`
	Description module.Opt[string]   `json:"description"`
	Enabled     module.Opt[bool]     `json:"enabled" valid:"notnull"`
	Metadata    Metadata             `json:"metadata"`
}

// A RotateSecretRequest gives a webhook a new secret. The old one goes on signing for some seconds, a day if it is not said.
type RotateSecretRequest struct {
	ID      string              `path:"id"`
	Overlap module.Opt[float64] `json:"expire_in" valid:"notnull"`
}

// A ReplayWebhookRequest asks for deliveries to be made anew: those that were given up, or all, of events since a moment.
type ReplayWebhookRequest struct {
	ID    string                `path:"id"`
	Since module.Opt[time.Time] `json:"since" valid:"notnull"`
	All   bool                  `json:"all" valid:"optional"`
}

// A ReplayResponse tells how many deliveries are made anew.
type ReplayResponse struct {
	Count int64 `json:"count"`
}

// A RetryDeliveryRequest asks for one delivery to be made anew.
type RetryDeliveryRequest struct {
	WebhookID string `path:"webhook_id"`
	ID        string `path:"id"`
}

// A webhookAPI is /admin/webhooks.
type webhookAPI struct{ flows *webhookflow.Flows }

// secrets are what nobody can ask for.
func secrets(path string) bool {
	return slices.Contains([]string{"secret", "former_secret", "former_until", "claimed_by"}, path[strings.LastIndexByte(path, '.')+1:])
}

// Webhooks is /admin/webhooks. Medusa has nothing of the kind.
func Webhooks(flows *webhookflow.Flows) []route.Route {
	w := webhookAPI{flows}
	hooks := resource.Resource{
		Path: "/admin/webhooks", Entity: "webhook", RecordKey: "webhook", ListKey: "webhooks", Retrievable: true, Deny: secrets, Limit: 20, Order: "-created_at",
		Fields:                "id url description events enabled failures paused_until metadata created_at updated_at",
		Filters:               times(text("q"), list("id"), list("url"), resource.Filter{Name: "enabled", Schema: resource.Flag}),
		UpdateNotFoundMessage: "Webhook with id: %s was not found",
		Create:                resource.DoAndRespond(w.create),
		Update:                resource.Do(w.update),
		Delete:                w.delete,
		Actions:               []resource.Action{resource.Post("/{id}/rotate-secret", resource.DoAndRespond(w.rotate))},
	}
	deliveries := resource.Resource{
		Path: "/admin/webhooks/{webhook_id}/deliveries", Entity: "webhook_delivery", RecordKey: "delivery", ListKey: "deliveries", Deny: secrets, Limit: 20, Order: "-created_at",
		Fields:  "id webhook_id event_id event_name state tries next_at expires_at delivered_at last_status last_error created_at updated_at",
		Filters: times(list("id"), list("event_id"), list("event_name"), list("state")),
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["webhook_id"] = route.RequestFromContext(ctx).Param("webhook_id")
			return nil
		},
	}
	one := deliveries
	one.ListKey, one.Retrievable, one.Filters = "", true, nil
	one.Fields += " payload *attempts"
	one.Actions = []resource.Action{resource.Post("/{id}/retry", resource.Do(w.retry))}
	return append(slices.Concat(hooks.Routes(), deliveries.Routes(), one.Routes()),
		route.Post("/admin/webhooks/{id}/ping", w.ping), route.Post("/admin/webhooks/{id}/replay", w.replay))
}

// create answers with the secret, which can be seen only then.
func (w webhookAPI) create(ctx context.Context, in CreateWebhookRequest) (jstime.Value, error) {
	hook := webhook.Webhook{URL: in.URL, Events: in.Events, Description: in.Description.Ptr(), Enabled: in.Enabled.Or(true), Metadata: in.Metadata.Value}
	out, err := w.flows.Add(ctx, hook)
	return jstime.Wrap(out), err
}

func (w webhookAPI) update(ctx context.Context, in UpdateWebhookRequest) (string, error) {
	_, err := w.flows.Update.Run(ctx, crudflow.UpdateInput{ID: in.ID, Set: module.SetFrom(in)})
	return in.ID, err
}

func (w webhookAPI) delete(ctx context.Context, id string) error {
	_, err := w.flows.Delete.Run(ctx, []string{id})
	return err
}

func (w webhookAPI) rotate(ctx context.Context, in RotateSecretRequest) (jstime.Value, error) {
	overlap := 24 * time.Hour
	if in.Overlap.Set {
		overlap = time.Duration(in.Overlap.Value * float64(time.Second))
	}
	hook, err := w.flows.RotateSecret.Run(ctx, webhookflow.RotateSecretInput{ID: in.ID, Overlap: overlap})
	hook.FormerSecret = nil // is known
	return jstime.Wrap(hook), err
}

// A pinged delivery is the answer to a ping.
type pinged struct {
	Delivery jstime.Value `json:"delivery"`
}

// A PingWebhookRequest names the webhook that is to be tried out.
type PingWebhookRequest struct {
	ID string `path:"id"`
}

func (w webhookAPI) ping(ctx context.Context, in PingWebhookRequest) (pinged, error) {
	d, err := w.flows.Ping.Run(ctx, in.ID)
	return pinged{jstime.Wrap(d)}, err
}

func (w webhookAPI) retry(ctx context.Context, in RetryDeliveryRequest) (string, error) {
	_, err := w.flows.Retry.Run(ctx, webhookflow.RetryInput{WebhookID: in.WebhookID, DeliveryID: in.ID})
	return in.ID, err
}

func (w webhookAPI) replay(ctx context.Context, in ReplayWebhookRequest) (ReplayResponse, error) {
	n, err := w.flows.Replay.Run(ctx, webhookflow.ReplayInput{WebhookID: in.ID, Since: in.Since.Value, All: in.All})
	return ReplayResponse{n}, err
}
