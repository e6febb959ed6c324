package payment

import (
	"context"
	"net/http"

	"github.com/gorgon-commerce/gorgon/money"
)

// A Notifier is a provider that calls the shop when something has become of a session: a transfer has arrived, a buyer has agreed in the app of their bank.
// Its calls come to /hooks/payment/ and its id without "pp_".
type Notifier interface {
	// Heed reads a call. An error, which the caller gets, says that it is not the provider's.
	Heed(ctx context.Context, c Call) (Notice, error)
}

// A Call is what a provider sends.
type Call struct {
	Header http.Header
	Body   []byte // as it came
}

// A Notice is what a call says. Authorized and Captured are acted upon; any other status is not.
type Notice struct {
	Status    string         `json:"status"`
	SessionID string         `json:"session_id"`
	Amount    *money.Decimal `json:"amount"` // that was captured; nil is all
}

// Heed has a provider read a call. It reports false for one that makes none.
func (m *Module) Heed(ctx context.Context, id string, c Call) (n Notice, ok bool, err error) {
	p, err := m.Providers.Get(id)
	if err != nil {
		return n, false, nil
	}
	v, ok := p.(Notifier)
	if !ok {
		return n, false, nil
	}
	n, err = v.Heed(ctx, c)
	return n, true, err
}
