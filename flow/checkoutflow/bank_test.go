package checkoutflow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/money"
)

// A vault is a bank that is reached over HTTP and outlives the processes of the shop. It does each request once per key. When it is moody it is slow,
// fails, does what it is asked but does not answer, or does it only later; and some cards it refuses.
type vault struct {
	*httptest.Server
	mu       sync.Mutex
	moody    bool
	accounts map[string]*account               // by session
	answers  map[string]payment.ProviderResult // by key
	requests int
}

// An account is what the bank knows of one session. Its card is good or not from the beginning.
type account struct {
	Bad, Authorized, Canceled bool
	Captured, Refunded        money.Decimal
	Captures                  int
}

// A letter is a request to the bank.
type letter struct {
	What, Key, Session string
	Amount             money.Decimal
}

func newVault(t testing.TB) *vault {
	v := &vault{accounts: map[string]*account{}, answers: map[string]payment.ProviderResult{}}
	v.Server = httptest.NewServer(v)
	t.Cleanup(v.Close)
	return v
}

// ServeHTTP implements http.Handler.
func (v *vault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var l letter
	if err := json.NewDecoder(r.Body).Decode(&l); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	mood := 100
	if v.mood() {
		mood = rand.IntN(30)
	}
	switch mood {
	case 0, 1:
		http.Error(w, "the bank is closed", http.StatusInternalServerError)
		return
	case 2, 3:
		time.AfterFunc(time.Duration(rand.IntN(300))*time.Millisecond, func() { _, _ = v.obey(l) })
		http.Error(w, "the bank takes its time", http.StatusGatewayTimeout)
		return
	case 4, 5, 6, 7:
		time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
	}
	a, err := v.obey(l)
	switch {
	case mood == 8 || mood == 9:
		panic(http.ErrAbortHandler) // done, and the line is dead
	case err != nil:
		http.Error(w, err.Error(), http.StatusPaymentRequired)
	default:
		_ = json.NewEncoder(w).Encode(a)
	}
}

func (v *vault) mood() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests++
	return v.moody
}

// obey does what is asked, once.
func (v *vault) obey(l letter) (payment.ProviderResult, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if a, ok := v.answers[l.Key]; ok {
		return a, nil
	}
	x := v.accounts[l.Session]
	if x == nil {
		x = &account{Bad: v.moody && rand.IntN(20) == 0}
		v.accounts[l.Session] = x
	}
	a := payment.ProviderResult{Status: payment.SessionAuthorized, Data: module.Map{"session": l.Session}}
	switch {
	case l.What == "authorize" && x.Bad:
		a.Status = payment.SessionFailed
	case l.What == "authorize" && x.Canceled:
		return a, errors.New("it was cancelled")
	case l.What == "authorize":
		x.Authorized = true
	case l.What == "cancel" && x.Captured.Sign() > 0:
		return a, errors.New("it was captured")
	case l.What == "cancel":
		x.Canceled, a.Status = true, payment.SessionCanceled
	case !x.Authorized || x.Canceled:
		return a, errors.New("it was not authorised")
	case l.What == "capture":
		x.Captured, x.Captures = x.Captured.Add(l.Amount), x.Captures+1
	case l.What == "refund":
		x.Refunded = x.Refunded.Add(l.Amount)
	}
	v.answers[l.Key] = a
	return a, nil
}

// A teller is the shop's way to a vault.
type teller struct {
	url    string
	client http.Client
}

func newTeller(url string) *teller {
	return &teller{url, http.Client{Timeout: time.Second}}
}

func (*teller) Identifier() string { return "bank" }

func (*teller) Initiate(_ context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	return payment.ProviderResult{Data: module.Map{"session": r.IdempotencyKey}}, nil
}

func (t *teller) Authorize(ctx context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	return t.ask(ctx, "authorize", r)
}

func (t *teller) Capture(ctx context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	return t.ask(ctx, "capture", r)
}

func (t *teller) Refund(ctx context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	return t.ask(ctx, "refund", r)
}

func (t *teller) CancelPayment(ctx context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	return t.ask(ctx, "cancel", r)
}

func (t *teller) ask(ctx context.Context, action string, r payment.ProviderRequest) (a payment.ProviderResult, err error) {
	session, _ := r.Data["session"].(string)
	body, err := json.Marshal(letter{action, r.IdempotencyKey, session, r.Amount})
	if err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	res, err := t.client.Do(req)
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
		return a, json.NewDecoder(res.Body).Decode(&a)
	case http.StatusPaymentRequired:
		message, _ := io.ReadAll(res.Body)
		return a, fault.New(fault.PaymentFailed, "%s", bytes.TrimSpace(message))
	}
	return a, fmt.Errorf("the bank answers %s", res.Status)
}
