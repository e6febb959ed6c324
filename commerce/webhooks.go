package commerce

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/flow/crudflow"
	"github.com/gorgon-commerce/gorgon/flow/webhookflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/webhook"
)

// webhookConfig reads what is allowed beyond https and public addresses.
func webhookConfig(cfg gorgon.Config) webhook.Config {
	return webhook.Config{
		AllowHTTP:    cfg.Getenv("WEBHOOKS_ALLOW_HTTP") == "true",
		AllowPrivate: cfg.Getenv("WEBHOOKS_ALLOW_PRIVATE") == "true",
		UserAgent:    "Gorgon/" + gorgon.Version,
		Log:          cfg.Log,
	}
}

// webhooksCmd is the command webhooks.
type webhooksCmd struct {
	List       listWebhooks    `cmd:"" help:"List webhooks."`
	Create     createWebhook   `cmd:"" help:"Call a URL for events, such as order.placed, order.* or *; prints the secret that signs."`
	Update     updateWebhook   `cmd:"" help:"Change a webhook."`
	Delete     deleteWebhook   `cmd:"" help:"Remove a webhook, and cancel what it was to be sent."`
	Ping       pingWebhook     `cmd:"" help:"Send a webhook an event that means nothing."`
	Rotate     rotateWebhook   `cmd:"" name:"rotate-secret" help:"Give a webhook a new secret, and print it."`
	Deliveries listDeliveries  `cmd:"" help:"List what a webhook was sent, the newest first."`
	Retry      retryDeliveries `cmd:"" help:"Send again: one delivery, or all that were given up."`

	shop *Shop
}

func (c *webhooksCmd) open(ctx context.Context) (*webhookflow.Flows, context.Context, error) {
	return c.shop.WebhookFlows, c.shop.App.Context(ctx), c.shop.App.Open(ctx)
}

// columns writes lines whose cells are separated by tabs.
func columns(out io.Writer, lines []string) error {
	t := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, l := range lines {
		fmt.Fprintln(t, l)
	}
	return t.Flush()
}

type listWebhooks struct{}

// Run implements kong's command.
func (listWebhooks) Run(ctx context.Context, c *webhooksCmd, out io.Writer) error {
	f, ctx, err := c.open(ctx)
	if err != nil {
		return err
	}
	list, err := f.Table.List(ctx, nil, module.FindOptions{Order: []string{"created_at"}})
	lines := []string{"ID\tSTATE\tEVENTS\tURL"}
	for _, w := range list {
		lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%s", w.ID, state(w), strings.Join(w.Events, " "), w.URL))
	}
	if err != nil {
		return err
	}
	return columns(out, lines)
}

func state(w webhook.Webhook) string {
	switch {
	case !w.Enabled:
		return "off"
	case w.PausedUntil != nil && w.PausedUntil.After(time.Now()):
		return "paused until " + w.PausedUntil.Format(db.TimeLayout)
	}
	return "on"
}

type createWebhook struct {
	URL         string   `arg:"" help:"Where events are sent."`
	Events      []string `arg:"" help:"Topics or patterns."`
	Description string   `short:"d" help:"What it is for."`
}

// Run implements kong's command.
func (n *createWebhook) Run(ctx context.Context, c *webhooksCmd, out io.Writer) error {
	f, ctx, err := c.open(ctx)
	if err != nil {
		return err
	}
	w := webhook.Webhook{URL: n.URL, Events: n.Events, Enabled: true}
	if n.Description != "" {
		w.Description = &n.Description
	}
	w, err = f.Add(ctx, w)
	if err != nil {
		return err
	}
	return columns(out, []string{"ID:\t" + w.ID, "Secret:\t" + w.Secret})
}

type updateWebhook struct {
	ID      string   `arg:""`
	URL     string   `help:"Where events are sent."`
	Events  []string `help:"Topics or patterns, separated by commas."`
	Enabled *bool    `negatable:"" help:"Whether it is called."`
}

// Run implements kong's command.
func (u *updateWebhook) Run(ctx context.Context, c *webhooksCmd, out io.Writer) error {
	f, ctx, err := c.open(ctx)
	if err != nil {
		return err
	}
	set := module.Set{}
	if u.URL != "" {
		set["url"] = u.URL
	}
	if u.Events != nil {
		set["events"] = u.Events
	}
	if u.Enabled != nil {
		set["enabled"] = *u.Enabled
	}
	if _, err := f.Update.Run(ctx, crudflow.UpdateInput{ID: u.ID, Set: set}); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "Changed.")
	return err
}

type deleteWebhook struct {
	ID string `arg:""`
}

// Run implements kong's command.
func (d *deleteWebhook) Run(ctx context.Context, c *webhooksCmd, out io.Writer) error {
	f, ctx, err := c.open(ctx)
	if err != nil {
		return err
	}
	if _, err := f.Table.Retrieve(ctx, d.ID); err != nil {
		return err
	}
	if _, err := f.Delete.Run(ctx, []string{d.ID}); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "Removed.")
	return err
}

type pingWebhook struct {
	ID string `arg:""`
}

// Run implements kong's command.
func (p *pingWebhook) Run(ctx context.Context, c *webhooksCmd, out io.Writer) error {
	f, ctx, err := c.open(ctx)
	if err != nil {
		return err
	}
	d, err := f.Ping.Run(ctx, p.ID)
	if err == nil {
		fmt.Fprintf(out, "%s will be sent by a running shop; see: webhooks deliveries %s\n", d.ID, p.ID)
	}
	return err
}

type rotateWebhook struct {
	ID      string        `arg:""`
	Overlap time.Duration `default:"24h" help:"For how long the old secret signs, too."`
}

// Run implements kong's command.
func (r *rotateWebhook) Run(ctx context.Context, c *webhooksCmd, out io.Writer) error {
	f, ctx, err := c.open(ctx)
	if err != nil {
		return err
	}
	w, err := f.RotateSecret.Run(ctx, webhookflow.RotateSecretInput{ID: r.ID, Overlap: r.Overlap})
	if err == nil {
		fmt.Fprintln(out, "Secret:", w.Secret)
	}
	return err
}

type listDeliveries struct {
	ID    string `arg:"" help:"The webhook."`
	State string `enum:"pending,delivered,failed,canceled,all" default:"all" help:"Only those that are: ${enum}."`
	Limit int    `default:"50" help:"How many."`
}

// Run implements kong's command.
func (l *listDeliveries) Run(ctx context.Context, c *webhooksCmd, out io.Writer) error {
	f, ctx, err := c.open(ctx)
	if err != nil {
		return err
	}
	where := module.Filter{"webhook_id": l.ID}
	if l.State != "all" {
		where["state"] = l.State
	}
	list, err := f.Webhooks.Deliveries.List(ctx, where, module.FindOptions{Order: []string{"-created_at"}, Take: l.Limit})
	if err != nil {
		return err
	}
	lines := []string{"ID\tAT\tEVENT\tSTATE\tTRIES\tERROR"}
	for _, d := range list {
		trouble := ""
		if d.LastError != nil {
			trouble = *d.LastError
		}
		lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%s\t%d\t%s", d.ID, d.CreatedAt.Format(db.TimeLayout), d.EventName, d.State, d.Tries, trouble))
	}
	return columns(out, lines)
}

type retryDeliveries struct {
	ID       string        `arg:"" help:"The webhook."`
	Delivery string        `arg:"" optional:"" help:"One delivery, whatever came of it. Without it: all that were given up."`
	Since    time.Duration `default:"72h" help:"Of events not older than that."`
	All      bool          `help:"Also those that were delivered."`
}

// Run implements kong's command.
func (r *retryDeliveries) Run(ctx context.Context, c *webhooksCmd, out io.Writer) error {
	f, ctx, err := c.open(ctx)
	if err != nil {
		return err
	}
	n := int64(1)
	if r.Delivery != "" {
		_, err = f.Retry.Run(ctx, webhookflow.RetryInput{WebhookID: r.ID, DeliveryID: r.Delivery})
	} else {
		n, err = f.Replay.Run(ctx, webhookflow.ReplayInput{WebhookID: r.ID, Since: time.Now().Add(-r.Since), All: r.All})
	}
	if err == nil {
		fmt.Fprintf(out, "%d will be sent again.\n", n)
	}
	return err
}
