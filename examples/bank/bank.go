// Package bank lets a shop be paid through a bank, which is asked over HTTP and calls when money has come.
package bank

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
)

// A Bank is a payment provider.
type Bank struct {
	URL    string // of its API
	Secret string // that signs its calls
}

// Plugin registers the bank as the payment provider "pp_bank", which regions can be given.
func (b *Bank) Plugin() gorgon.Plugin {
	return gorgon.Plugin{Name: "bank", Providers: []gorgon.Provider{payment.Provide("", b)}}
}

// Identifier implements payment.Provider.
func (b *Bank) Identifier() string { return "bank" }

// Initiate opens a transfer, which the buyer's page shows them.
func (b *Bank) Initiate(ctx context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	return b.ask(ctx, "/transfers", r)
}

// Authorize asks whether the buyer has paid.
func (b *Bank) Authorize(ctx context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	return b.ask(ctx, transfer(r)+"/hold", r)
}

// Capture takes the money.
func (b *Bank) Capture(ctx context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	return b.ask(ctx, transfer(r)+"/take", r)
}

// Refund gives money back.
func (b *Bank) Refund(ctx context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	return b.ask(ctx, transfer(r)+"/return", r)
}

// CancelPayment lets go of money that was not taken.
func (b *Bank) CancelPayment(ctx context.Context, r payment.ProviderRequest) (payment.ProviderResult, error) {
	return b.ask(ctx, transfer(r)+"/release", r)
}

// transfer is the address of what Initiate has opened: what the bank says is kept as data, and given back with the next request.
func transfer(r payment.ProviderRequest) string { return fmt.Sprint("/transfers/", r.Data["id"]) }

// ask sends a request under its key. The bank does what has one key once, so that the shop may ask again if an answer is lost.
func (b *Bank) ask(ctx context.Context, path string, r payment.ProviderRequest) (a payment.ProviderResult, err error) {
	body, err := json.Marshal(module.Map{"amount": r.Amount, "currency": r.CurrencyCode, "reference": r.SessionID})
	if err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.URL+path, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	req.Header.Set("Idempotency-Key", r.IdempotencyKey)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return a, err // nobody knows what the bank has done: it is asked again
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusPaymentRequired:
		return a, fault.New(fault.PaymentPending, "The transfer has not arrived yet") // the bank says no: that is final
	case res.StatusCode != http.StatusOK:
		return a, fmt.Errorf("bank: %s answers %s", path, res.Status)
	}
	return a, json.NewDecoder(res.Body).Decode(&a)
}

// ParseWebhook reads a call of the bank, which comes to /hooks/payment/bank. It implements payment.WebhookParser.
func (b *Bank) ParseWebhook(_ context.Context, c payment.WebhookRequest) (n payment.WebhookEvent, err error) {
	mac := hmac.New(sha256.New, []byte(b.Secret))
	mac.Write(c.Body)
	if sent, _ := hex.DecodeString(c.Header.Get("X-Signature")); !hmac.Equal(sent, mac.Sum(nil)) {
		return n, fault.New(fault.Unauthorized, "The signature is not the bank's")
	}
	var call struct{ Reference, Status string }
	if err := json.Unmarshal(c.Body, &call); err != nil {
		return n, fault.Wrap(err, fault.Invalid, "The call cannot be read")
	}
	return payment.WebhookEvent{SessionID: call.Reference, Status: call.Status}, nil
}
