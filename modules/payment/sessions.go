package payment

import (
	"context"
	"errors"
	"maps"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A CreateSessionInput begins a try to pay a collection.
type CreateSessionInput struct {
	CollectionID string     `json:"payment_collection_id"`
	ProviderID   string     `json:"provider_id"`
	Data         module.Map `json:"data"`
	Context      module.Map `json:"context"`
	CustomerID   string     `json:"customer_id"` // who pays, where that is known
}

// PrepareSession returns a session for the whole amount of its collection, which is not kept yet: OpenSession does so once its provider has begun it.
func (m *Module) PrepareSession(ctx context.Context, d CreateSessionInput) (Session, error) {
	c, err := m.Collections.Retrieve(ctx, d.CollectionID)
	if err != nil {
		return Session{}, err
	}
	if _, err := m.Providers.Get(d.ProviderID); err != nil {
		return Session{}, err
	}
	return Session{Model: module.Model{ID: id.New("payses")}, CollectionID: c.ID, CurrencyCode: c.CurrencyCode, Amount: c.Amount,
		ProviderID: d.ProviderID, Data: orEmpty(d.Data), Context: orEmpty(d.Context), Metadata: module.Map{}, Status: SessionPending}, nil
}

func orEmpty(m module.Map) module.Map {
	if m == nil {
		return module.Map{}
	}
	return m
}

func (s Session) request(key string) ProviderRequest {
	return ProviderRequest{IdempotencyKey: key, SessionID: s.ID, Amount: money.Payable(s.Amount, s.CurrencyCode), CurrencyCode: s.CurrencyCode, Data: s.Data, Context: s.Context}
}

// Initiate has the session's provider begin it. It works outside of the database.
func (m *Module) Initiate(ctx context.Context, s Session) (ProviderResult, error) {
	p, err := m.Providers.Get(s.ProviderID)
	if err != nil {
		return ProviderResult{}, err
	}
	return p.Initiate(ctx, s.request(s.ID))
}

// A SessionResult is an answer about a session or payment.
type SessionResult struct {
	ID             string         `json:"id"`
	ProviderResult ProviderResult `json:"answer"`
}

// An InitiatedSession is a session and what its provider has said to Initiate.
type InitiatedSession struct {
	Session Session        `json:"session"`
	Answer  ProviderResult `json:"answer"`
}

// CreateSession keeps a session that its provider has begun. What the provider says is added to what the buyer said. A collection whose amount has
// changed meanwhile is a fault.Conflict.
func (m *Module) CreateSession(ctx context.Context, b InitiatedSession) (Session, error) {
	s := b.Session
	c, err := m.Collections.Retrieve(ctx, s.CollectionID, module.FindOptions{Lock: true})
	if err != nil {
		return s, err
	}
	if !c.Amount.Equal(s.Amount) || c.CurrencyCode != s.CurrencyCode {
		return s, fault.New(fault.Conflict, "The amount to be paid has changed. Try again.")
	}
	s.Data = maps.Clone(s.Data)
	maps.Copy(s.Data, b.Answer.Data)
	if b.Answer.Status != "" {
		s.Status = b.Answer.Status
	}
	return m.Sessions.Create(ctx, s)
}

// DeleteSessions ends those sessions of a collection that nothing was paid by, except those named, and returns them so that their providers can
// be told.
func (m *Module) DeleteSessions(ctx context.Context, collection string, keep ...string) ([]Session, error) {
	where := module.Filter{"payment_collection_id": collection, "status": module.Filter{"$nin": []string{SessionAuthorized, SessionCaptured}}}
	if len(keep) > 0 {
		where["id"] = module.Filter{"$nin": keep}
	}
	list, err := m.Sessions.List(ctx, where)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	_, err = m.Sessions.DeleteWhere(ctx, module.Filter{"id": module.IDs(list)})
	return list, err
}

// DeleteProviderSessions tells the providers of sessions that they are not needed any more. It works outside of the database; the sessions are gone whatever
// the providers say.
func (m *Module) DeleteProviderSessions(ctx context.Context, list []Session) error {
	var failed error
	for _, s := range list {
		p, err := m.Providers.Get(s.ProviderID)
		if r, ok := p.(SessionDeleter); ok && err == nil {
			err = r.DeleteSession(ctx, s.request("delete-"+s.ID))
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// Authorize has the session's provider ask for the money. It works outside of the database, and may be repeated.
func (m *Module) Authorize(ctx context.Context, s Session) (ProviderResult, error) {
	if s.Status == SessionAuthorized || s.Status == SessionCaptured {
		return ProviderResult{Status: s.Status, Data: s.Data}, nil
	}
	p, err := m.Providers.Get(s.ProviderID)
	if err != nil {
		return ProviderResult{}, err
	}
	return p.Authorize(ctx, s.request("authorize-"+s.ID))
}

// RecordAuthorization notes the provider's answer to Authorize. Money that is authorised becomes a payment, once however often it is noted; a provider that
// wants more of the buyer is fault.PaymentPending, any other answer fault.PaymentFailed.
func (m *Module) RecordAuthorization(ctx context.Context, h SessionResult) (Payment, error) {
	return module.InTx(ctx, m.Collections, func(ctx context.Context) (Payment, error) {
		s, err := m.Sessions.Retrieve(ctx, h.ID, module.FindOptions{Lock: true, Relations: []string{"payment"}})
		if err != nil {
			return Payment{}, err
		}
		if s.Payment != nil {
			return *s.Payment, nil
		}
		switch h.ProviderResult.Status {
		case SessionAuthorized, SessionCaptured:
			return m.pay(ctx, s, h.ProviderResult)
		case SessionRequiresMore:
			return Payment{}, fault.New(fault.PaymentPending, "More information is required for payment").WithCode("requires_more")
		}
		return Payment{}, fault.New(fault.PaymentFailed, "Session: %s was not authorized with the provider.", s.ID)
	})
}

// pay makes a payment of a session.
func (m *Module) pay(ctx context.Context, s Session, a ProviderResult) (Payment, error) {
	now := db.Now()
	_, err := m.Sessions.Update(ctx, module.Filter{"id": s.ID}, module.Set{"data": orEmpty(a.Data), "status": SessionAuthorized, "authorized_at": now})
	if err != nil {
		return Payment{}, err
	}
	p, err := m.Payments.Create(ctx, Payment{Amount: s.Amount, CurrencyCode: s.CurrencyCode, ProviderID: s.ProviderID, Data: orEmpty(a.Data),
		CollectionID: s.CollectionID, SessionID: s.ID})
	if err != nil {
		return p, err
	}
	if a.Status == SessionCaptured {
		if _, err := m.Captures.Create(ctx, Capture{Amount: s.Amount, PaymentID: p.ID}); err != nil {
			return p, err
		}
		if p, err = m.Payments.UpdateOne(ctx, p.ID, module.Set{"captured_at": now}); err != nil {
			return p, err
		}
	}
	return p, m.settle(ctx, s.CollectionID)
}

// settle works out what of a collection is authorised, captured and refunded, and its status.
func (m *Module) settle(ctx context.Context, id string) error {
	c, err := m.Collections.Retrieve(ctx, id, module.FindOptions{Lock: true, Relations: []string{"payment_sessions", "payments", "payments.captures", "payments.refunds"}})
	if err != nil {
		return err
	}
	var authorized, captured, refunded money.Decimal
	for _, s := range c.Sessions {
		if s.Status == SessionAuthorized || s.Status == SessionCaptured {
			authorized = authorized.Add(s.Amount)
		}
	}
	for _, p := range c.Payments {
		captured, refunded = captured.Add(p.captured()), refunded.Add(p.refunded())
	}
	set := module.Set{"authorized_amount": authorized, "captured_amount": captured, "refunded_amount": refunded,
		"status": c.status(authorized, captured)}
	if set["status"] == CollectionCompleted && c.CompletedAt == nil {
		set["completed_at"] = db.Now()
	}
	_, err = m.Collections.Update(ctx, module.Filter{"id": id}, set)
	return err
}

func (c Collection) status(authorized, captured money.Decimal) string {
	switch {
	case settled(c.Amount, captured, c.CurrencyCode):
		return CollectionCompleted
	case settled(c.Amount, authorized, c.CurrencyCode): // however much of it is captured
		return CollectionAuthorized
	case authorized.Sign() > 0:
		return CollectionPartiallyAuthorized
	case captured.Sign() > 0:
		return CollectionPartiallyCaptured
	case len(c.Sessions) > 0:
		return CollectionAwaiting
	}
	return CollectionNotPaid
}

// RecordDecline notes an answer to Authorize that is not a yes, and is the error that says so; nil for a yes.
func (m *Module) RecordDecline(ctx context.Context, h SessionResult) error {
	status, err := h.ProviderResult.Status, error(nil)
	switch status {
	case SessionAuthorized, SessionCaptured:
		return nil
	case SessionRequiresMore:
		err = fault.New(fault.PaymentPending, "More information is required for payment").WithCode("requires_more")
	default:
		err = fault.New(fault.PaymentFailed, "Session: %s was not authorized with the provider.", h.ID)
	}
	if status == "" {
		status = SessionFailed
	}
	set := module.Set{"status": status}
	if h.ProviderResult.Data != nil {
		set["data"] = h.ProviderResult.Data
	}
	if _, update := m.Sessions.Update(ctx, module.Filter{"id": h.ID}, set); update != nil {
		return errors.Join(err, update)
	}
	return err
}

// CloseSession ends a session that nothing is to come of. What was authorised is still to be given back: see VoidSession.
func (m *Module) CloseSession(ctx context.Context, h SessionResult) error {
	_, err := m.Sessions.Update(ctx, module.Filter{"id": h.ID}, module.Set{"status": SessionCanceled})
	return err
}

// VoidSession has the provider of a session give back what was authorised. Where it is not known what the provider has done, it is asked for
// that too. It works outside of the database, and may be repeated.
func (m *Module) VoidSession(ctx context.Context, h SessionResult) error {
	s, err := m.Sessions.Retrieve(ctx, h.ID, module.FindOptions{WithDeleted: true})
	if err != nil {
		return err
	}
	p, err := m.Providers.Get(s.ProviderID)
	if err != nil {
		return err
	}
	if h.ProviderResult.Status == "" {
		return release(ctx, p, s)
	}
	return undo(ctx, p, s, h.ProviderResult)
}

// release gives back what may have been authorised. A provider that refuses to cancel may have captured the money at once: it says so when it is
// asked again what it was asked.
func release(ctx context.Context, p Provider, s Session) error {
	err := undo(ctx, p, s, ProviderResult{Status: SessionAuthorized, Data: s.Data})
	if !IsDeclined(err) {
		return err
	}
	a, retryErr := p.Authorize(ctx, s.request("authorize-"+s.ID))
	switch {
	case retryErr != nil && !IsDeclined(retryErr):
		return retryErr
	case retryErr == nil && a.Status == SessionCaptured:
		return undo(ctx, p, s, a)
	case retryErr == nil && a.Status == SessionAuthorized:
		return err
	}
	return nil
}

func undo(ctx context.Context, p Provider, s Session, a ProviderResult) (err error) {
	r := s.request("cancel-" + s.ID)
	r.Data = a.Data
	switch c, ok := p.(PaymentCanceler); {
	case a.Status == SessionCaptured:
		_, err = p.Refund(ctx, r)
	case ok:
		_, err = c.CancelPayment(ctx, r)
	}
	return err
}
