package payment

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon/money"
)

// A WebhookParser is a provider that calls the shop when something has become of a session: a transfer has arrived, a buyer has agreed in the app of their bank.
// Its calls come to /hooks/payment/ and its id without "pp_".
type WebhookParser interface {
	// ParseWebhook reads a call. An error, which the caller gets, says that it is not the provider's.
	ParseWebhook(ctx context.Context, c WebhookRequest) (WebhookEvent, error)
}

// A WebhookRequest is what a provider sends.
type WebhookRequest struct {
	Header http.Header
	Body   []byte // as it came
}

// A WebhookEvent is what a call says. Authorized and SessionCaptured are acted upon; any other status is not.
type WebhookEvent struct {
	Status    string         `json:"status"`
	SessionID string         `json:"session_id"`
	Amount    *money.Decimal `json:"amount"` // that was captured; nil is all
}

// ParseWebhook has a provider read a call. It reports false for one that makes none.
func (m *Module) ParseWebhook(ctx context.Context, id string, c WebhookRequest) (n WebhookEvent, ok bool, err error) {
	p, err := m.Providers.Get(id)
	if err != nil {
		return n, false, nil
	}
	v, ok := p.(WebhookParser)
	if !ok {
		return n, false, nil
	}
	n, err = v.ParseWebhook(ctx, c)
	return n, true, err
}
