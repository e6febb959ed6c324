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

// A SessionDraft begins a try to pay a collection.
type SessionDraft struct {
	CollectionID string     `json:"payment_collection_id"`
	ProviderID   string     `json:"provider_id"`
	Data         module.Map `json:"data"`
	Context      module.Map `json:"context"`
	CustomerID   string     `json:"customer_id"` // who pays, where that is known
}

// Prepare returns a session for the whole amount of its collection, which is not kept yet: OpenSession does so once its provider has begun it.
func (m *Module) Prepare(ctx context.Context, d SessionDraft) (Session, error) {
	c, err := m.Collections.Retrieve(ctx, d.CollectionID)
	if err != nil {
		return Session{}, err
	}
	if _, err := m.Providers.Get(d.ProviderID); err != nil {
		return Session{}, err
	}
	return Session{Model: module.Model{ID: id.New("payses")}, CollectionID: c.ID, CurrencyCode: c.CurrencyCode, Amount: c.Amount,
		ProviderID: d.ProviderID, Data: orEmpty(d.Data), Context: orEmpty(d.Context), Metadata: module.Map{}, Status: Pending}, nil
}

func orEmpty(m module.Map) module.Map {
	if m == nil {
		return module.Map{}
	}
	return m
}

func (s Session) request(key string) Request {
	return Request{Key: key, Session: s.ID, Amount: money.Payable(s.Amount, s.CurrencyCode), CurrencyCode: s.CurrencyCode, Data: s.Data, Context: s.Context}
}

// Initiate has the session's provider begin it. It works outside of the database.
func (m *Module) Initiate(ctx context.Context, s Session) (Answer, error) {
	p, err := m.Providers.Get(s.ProviderID)
	if err != nil {
		return Answer{}, err
	}
	return p.Initiate(ctx, s.request(s.ID))
}

// A Heard is an answer about a session or payment.
type Heard struct {
	ID     string `json:"id"`
	Answer Answer `json:"answer"`
}

// A Begun is a session and what its provider has said to Initiate.
type Begun struct {
	Session Session `json:"session"`
	Answer  Answer  `json:"answer"`
}

// OpenSession keeps a session that its provider has begun. What the provider says is added to what the buyer said. A collection whose amount has
// changed meanwhile is a fault.Conflict.
func (m *Module) OpenSession(ctx context.Context, b Begun) (Session, error) {
	s := b.Session
	c, err := m.Collections.Retrieve(ctx, s.CollectionID, module.Find{Lock: true})
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

// DropSessions ends those sessions of a collection that nothing was paid by, except those named, and returns them so that their providers can
// be told.
func (m *Module) DropSessions(ctx context.Context, collection string, keep ...string) ([]Session, error) {
	where := module.Filter{"payment_collection_id": collection, "status": module.Filter{"$nin": []string{Authorized, Captured}}}
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

// Forget tells the providers of sessions that they are not needed any more. It works outside of the database; the sessions are gone whatever
// the providers say.
func (m *Module) Forget(ctx context.Context, list []Session) error {
	var failed error
	for _, s := range list {
		p, err := m.Providers.Get(s.ProviderID)
		if r, ok := p.(Remover); ok && err == nil {
			err = r.Delete(ctx, s.request("delete-"+s.ID))
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// Authorize has the session's provider ask for the money. It works outside of the database, and may be repeated.
func (m *Module) Authorize(ctx context.Context, s Session) (Answer, error) {
	if s.Status == Authorized || s.Status == Captured {
		return Answer{Status: s.Status, Data: s.Data}, nil
	}
	p, err := m.Providers.Get(s.ProviderID)
	if err != nil {
		return Answer{}, err
	}
	return p.Authorize(ctx, s.request("authorize-"+s.ID))
}

// Authorized notes the provider's answer to Authorize. Money that is authorised becomes a payment, once however often it is noted; a provider that
// wants more of the buyer is fault.PaymentPending, any other answer fault.PaymentFailed.
func (m *Module) Authorized(ctx context.Context, h Heard) (Payment, error) {
	return module.InTx(ctx, m.Collections, func(ctx context.Context) (Payment, error) {
		s, err := m.Sessions.Retrieve(ctx, h.ID, module.Find{Lock: true, Relations: []string{"payment"}})
		if err != nil {
			return Payment{}, err
		}
		if s.Payment != nil {
			return *s.Payment, nil
		}
		switch h.Answer.Status {
		case Authorized, Captured:
			return m.pay(ctx, s, h.Answer)
		case RequiresMore:
			return Payment{}, fault.New(fault.PaymentPending, "More information is required for payment").WithCode("requires_more")
		}
		return Payment{}, fault.New(fault.PaymentFailed, "Session: %s was not authorized with the provider.", s.ID)
	})
}

// pay makes a payment of a session.
func (m *Module) pay(ctx context.Context, s Session, a Answer) (Payment, error) {
	now := db.Now()
	_, err := m.Sessions.Update(ctx, module.Filter{"id": s.ID}, module.Set{"data": orEmpty(a.Data), "status": Authorized, "authorized_at": now})
	if err != nil {
		return Payment{}, err
	}
	p, err := m.Payments.Create(ctx, Payment{Amount: s.Amount, CurrencyCode: s.CurrencyCode, ProviderID: s.ProviderID, Data: orEmpty(a.Data),
		CollectionID: s.CollectionID, SessionID: s.ID})
	if err != nil {
		return p, err
	}
	if a.Status == Captured {
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
	c, err := m.Collections.Retrieve(ctx, id, module.Find{Lock: true, Relations: []string{"payment_sessions", "payments", "payments.captures", "payments.refunds"}})
	if err != nil {
		return err
	}
	var authorized, captured, refunded money.Decimal
	for _, s := range c.Sessions {
		if s.Status == Authorized || s.Status == Captured {
			authorized = authorized.Add(s.Amount)
		}
	}
	for _, p := range c.Payments {
		captured, refunded = captured.Add(p.captured()), refunded.Add(p.refunded())
	}
	set := module.Set{"authorized_amount": authorized, "captured_amount": captured, "refunded_amount": refunded,
		"status": c.status(authorized, captured)}
	if set["status"] == Completed && c.CompletedAt == nil {
		set["completed_at"] = db.Now()
	}
	_, err = m.Collections.Update(ctx, module.Filter{"id": id}, set)
	return err
}

func (c Collection) status(authorized, captured money.Decimal) string {
	switch {
	case settled(c.Amount, captured, c.CurrencyCode):
		return Completed
	case settled(c.Amount, authorized, c.CurrencyCode): // however much of it is captured
		return AllAuthorized
	case authorized.Sign() > 0:
		return PartiallyAuthorized
	case captured.Sign() > 0:
		return PartiallyCaptured
	case len(c.Sessions) > 0:
		return Awaiting
	}
	return NotPaid
}

// Refused notes an answer to Authorize that is not a yes, and is the error that says so; nil for a yes.
func (m *Module) Refused(ctx context.Context, h Heard) error {
	status, err := h.Answer.Status, error(nil)
	switch status {
	case Authorized, Captured:
		return nil
	case RequiresMore:
		err = fault.New(fault.PaymentPending, "More information is required for payment").WithCode("requires_more")
	default:
		err = fault.New(fault.PaymentFailed, "Session: %s was not authorized with the provider.", h.ID)
	}
	if status == "" {
		status = Failed
	}
	set := module.Set{"status": status}
	if h.Answer.Data != nil {
		set["data"] = h.Answer.Data
	}
	if _, update := m.Sessions.Update(ctx, module.Filter{"id": h.ID}, set); update != nil {
		return errors.Join(err, update)
	}
	return err
}

// Abandon ends a session that nothing is to come of. What was authorised is still to be given back: see Release.
func (m *Module) Abandon(ctx context.Context, h Heard) error {
	_, err := m.Sessions.Update(ctx, module.Filter{"id": h.ID}, module.Set{"status": Canceled})
	return err
}

// Release has the provider of a session give back what was authorised. Where it is not known what the provider has done, it is asked for
// that too. It works outside of the database, and may be repeated.
func (m *Module) Release(ctx context.Context, h Heard) error {
	s, err := m.Sessions.Retrieve(ctx, h.ID, module.Find{WithDeleted: true})
	if err != nil {
		return err
	}
	p, err := m.Providers.Get(s.ProviderID)
	if err != nil {
		return err
	}
	if h.Answer.Status == "" {
		return release(ctx, p, s)
	}
	return undo(ctx, p, s, h.Answer)
}

// release gives back what may have been authorised. A provider that refuses to cancel may have captured the money at once: it says so when it is
// asked again what it was asked.
func release(ctx context.Context, p Provider, s Session) error {
	err := undo(ctx, p, s, Answer{Status: Authorized, Data: s.Data})
	if !Refuses(err) {
		return err
	}
	a, again := p.Authorize(ctx, s.request("authorize-"+s.ID))
	switch {
	case again != nil && !Refuses(again):
		return again
	case again == nil && a.Status == Captured:
		return undo(ctx, p, s, a)
	case again == nil && a.Status == Authorized:
		return err
	}
	return nil
}

func undo(ctx context.Context, p Provider, s Session, a Answer) (err error) {
	r := s.request("cancel-" + s.ID)
	r.Data = a.Data
	switch c, ok := p.(Canceler); {
	case a.Status == Captured:
		_, err = p.Refund(ctx, r)
	case ok:
		_, err = c.Cancel(ctx, r)
	}
	return err
}
