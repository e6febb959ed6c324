// Package webhook tells other programs of events by HTTP: each subscription is a URL with the events it wants, each delivery a request that is made until it
// is answered, and logged.
package webhook

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/event/signature"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
)

// A Webhook is a URL that is told of some events.
type Webhook struct {
	module.Model        `model:"prefix=whk"`
	URL                 string     `json:"url"`
	Description         *string    `json:"description"`
	Events              []string   `json:"events" model:"notnull"` // topics, or patterns as event.MatchTopic has them
	Enabled             bool       `json:"enabled" model:"default=true"`
	Secret              string     `json:"secret"`
	FormerSecret        *string    `json:"former_secret"`              // signs too
	FormerUntil         *time.Time `json:"former_until"`               // until then
	ConsecutiveFailures int        `json:"failures" model:"default=0"` // attempts that failed since the last one that did not
	PausedUntil         *time.Time `json:"paused_until"`               // nothing is sent before
	Metadata            module.Map `json:"metadata"`
}

// WithoutSecrets is the webhook without its secrets.
func (w Webhook) WithoutSecrets() Webhook {
	w.Secret, w.FormerSecret, w.FormerUntil = "", nil, nil
	return w
}

// secrets are those that sign at a moment.
func (w Webhook) secrets(now time.Time) []string {
	if w.FormerSecret != nil && w.FormerUntil != nil && now.Before(*w.FormerUntil) {
		return []string{w.Secret, *w.FormerSecret}
	}
	return []string{w.Secret}
}

func (w Webhook) wants(topic string) bool {
	return slices.ContainsFunc(w.Events, func(p string) bool { return event.MatchTopic(p, topic) })
}

// The states of a delivery.
const (
	DeliveryPending   = "pending"
	DeliveryDelivered = "delivered"
	DeliveryFailed    = "failed"   // given up
	DeliveryCanceled  = "canceled" // the webhook was removed
)

// A Delivery is one event on its way to one webhook.
type Delivery struct {
	module.Model `model:"prefix=whd"`
	WebhookID    string      `json:"webhook_id"`
	EventID      string      `json:"event_id"`
	EventName    string      `json:"event_name"`
	Payload      module.JSON `json:"payload" model:"type=json,notnull"` // the event.Message that is sent
	State        string      `json:"state" model:"enum=pending|delivered|failed|canceled,default=pending"`
	Tries        int         `json:"tries" model:"default=0"`
	NextAt       *time.Time  `json:"next_at"`    // when it is tried, if it is pending
	ExpiresAt    time.Time   `json:"expires_at"` // when it is given up
	ClaimedBy    *string     `json:"claimed_by"`
	DeliveredAt  *time.Time  `json:"delivered_at"`
	LastStatus   *int        `json:"last_status"` // of HTTP
	LastError    *string     `json:"last_error"`
	Attempts     []Attempt   `json:"attempts,omitempty" rel:"has=delivery_id,cascade"`
}

// Indexes let a webhook hear of an event once, and find what is due.
func (Delivery) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_gorgon_webhook_delivery_event", Columns: []string{"webhook_id", "event_id"}, Unique: true},
		{Name: "IDX_gorgon_webhook_delivery_due", Columns: []string{"webhook_id", "next_at"}, Where: "state = 'pending'"},
		{Name: "IDX_gorgon_webhook_delivery_created_at", Columns: []string{"created_at"}},
	}
}

// An Attempt is one request of a delivery.
type Attempt struct {
	module.Model `model:"prefix=wha"`
	DeliveryID   string    `json:"delivery_id" model:"index"`
	Delivery     *Delivery `json:"delivery,omitempty" rel:"belongs=delivery_id,ondelete=cascade"`
	Number       int       `json:"number"`
	Milliseconds int       `json:"milliseconds"`
	Status       *int      `json:"status"`   // nil if there was no answer
	Response     *string   `json:"response"` // the beginning of its body
	Error        *string   `json:"error"`    // nil if it was delivered
}

// A Config says how webhooks are called. The zero value is for the open internet: https, public addresses, retries over two days.
type Config struct {
	AllowHTTP    bool // URLs without TLS
	AllowPrivate bool // targets at addresses that are not public: this machine, the local network

	Timeout   time.Duration   // of a request with its answer, 10 seconds
	Backoff   []time.Duration // the pauses before the second attempt, the third, …; after the last of them a delivery is given up
	Expiry    time.Duration   // after which a delivery is given up though attempts are left, 3 days
	Retention time.Duration   // for how long deliveries that have ended are kept, 30 days
	Failures  int             // attempts in a row that have to fail before a webhook is paused, 5
	Pause     time.Duration   // of a webhook: 30 seconds, twice as long after each attempt that fails then, 64 times at most
	Poll      time.Duration   // how often it is looked for what is due, 1 second
	UserAgent string          // the User-Agent of requests
	TLS       *tls.Config     // for targets with certificates of a private authority
	Log       *slog.Logger
}

func (c Config) withDefaults() Config {
	for d, otherwise := range map[*time.Duration]time.Duration{&c.Timeout: 10 * time.Second, &c.Expiry: 72 * time.Hour,
		&c.Retention: 30 * 24 * time.Hour, &c.Pause: 30 * time.Second, &c.Poll: time.Second} {
		if *d == 0 {
			*d = otherwise
		}
	}
	if c.Backoff == nil {
		c.Backoff = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}
	}
	if c.Failures == 0 {
		c.Failures = 5
	}
	if c.UserAgent == "" {
		c.UserAgent = "Gorgon"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// A Module keeps webhooks and calls them.
type Module struct {
	Webhooks   *module.Table[Webhook]
	Deliveries *module.Table[Delivery]
	Attempts   *module.Table[Attempt]

	Config Config // may be changed before Run

	bell chan struct{}
}

// New returns a module without webhooks.
func New(cfg Config) *Module {
	return &Module{
		Webhooks:   module.NewTable[Webhook]("gorgon_webhook", "webhook", "webhooks"),
		Deliveries: module.NewTable[Delivery]("gorgon_webhook_delivery", "webhook_delivery", "webhook_deliveries"),
		Attempts:   module.NewTable[Attempt]("gorgon_webhook_attempt", "webhook_attempt", "webhook_attempts"),
		Config:     cfg.withDefaults(), bell: make(chan struct{}, 1),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{m.Webhooks, m.Deliveries, m.Attempts}
}

// Create saves webhooks, each with a secret unless it has one. A URL that cannot be called is fault.Invalid.
func (m *Module) Create(ctx context.Context, list []Webhook) ([]Webhook, error) {
	list = slices.Clone(list)
	for i := range list {
		w := &list[i]
		if err := m.check(w.URL, w.Events); err != nil {
			return nil, err
		}
		if w.Secret == "" {
			w.Secret = signature.NewSecret()
		}
	}
	return m.Webhooks.CreateMany(ctx, list)
}

// Update changes a webhook. What is switched on again, or gets another URL, is not paused any more.
func (m *Module) Update(ctx context.Context, id string, set module.Set) (Webhook, error) {
	w, err := m.Webhooks.Retrieve(ctx, id)
	if err != nil {
		return w, err
	}
	if v, ok := set["url"].(string); ok {
		w.URL = v
	}
	if v, ok := set["events"].([]string); ok {
		w.Events = v
	}
	if err := m.check(w.URL, w.Events); err != nil {
		return w, err
	}
	if set["url"] != nil || set["enabled"] == true {
		set["failures"], set["paused_until"] = 0, nil
	}
	w, err = m.Webhooks.Patch(ctx, id, set)
	m.wake(ctx)
	return w.WithoutSecrets(), err
}

// Delete removes webhooks and cancels what was to be delivered to them.
func (m *Module) Delete(ctx context.Context, ids []string) error {
	if err := m.Webhooks.SoftDelete(ctx, ids...); err != nil {
		return err
	}
	_, err := m.Deliveries.Update(ctx, module.Filter{"webhook_id": ids, "state": DeliveryPending}, canceled)
	return err
}

var canceled = module.Set{"state": DeliveryCanceled, "next_at": nil, "claimed_by": nil}

// RotateSecret gives a webhook a new secret. For as long as overlap the old one signs, too.
func (m *Module) RotateSecret(ctx context.Context, id string, overlap time.Duration) (Webhook, error) {
	w, err := m.Webhooks.Retrieve(ctx, id)
	if err != nil {
		return w, err
	}
	return m.Webhooks.UpdateOne(ctx, id, module.Set{"secret": signature.NewSecret(), "former_secret": w.Secret, "former_until": db.Now().Add(overlap)})
}

// check refuses what could never be delivered.
func (m *Module) check(target string, events []string) error {
	if len(events) == 0 || slices.Contains(events, "") {
		return fault.New(fault.Invalid, "A webhook needs the names of events, or \"*\" for all")
	}
	u, err := url.Parse(target)
	switch {
	case err != nil || u.Hostname() == "" || len(target) > 2000 || u.Scheme != "https" && u.Scheme != "http":
		return fault.New(fault.Invalid, "The URL of a webhook has to be like https://example.com/path")
	case u.Scheme == "http" && !m.Config.AllowHTTP:
		return fault.New(fault.Invalid, "The URL of a webhook has to begin with https://")
	case u.User != nil || u.Fragment != "":
		return fault.New(fault.Invalid, "The URL of a webhook cannot have a user, a password or a fragment: requests are signed")
	case m.Config.AllowPrivate:
		return nil
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if addr, err := netip.ParseAddr(host); err == nil && !public(addr) || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return fault.New(fault.Invalid, "The URL of a webhook cannot lead to a private address")
	}
	return nil
}
