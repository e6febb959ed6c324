package paymentflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// createSession begins a try to pay, in place of those before. Until its provider has begun it nobody can see it.
func (f *Flows) createSession(ctx workflow.Context, d payment.CreateSessionInput) (payment.Session, error) {
	if _, err := workflow.Step(ctx, "validate-payment-provider", f.checkProviderAllowed, d); err != nil {
		return payment.Session{}, err
	}
	d, err := f.addCustomer(ctx, d)
	if err != nil {
		return payment.Session{}, err
	}
	s, err := workflow.Step(ctx, "prepare-payment-session", f.Payment.PrepareSession, d)
	if err != nil {
		return s, err
	}
	unneeded := workflow.Undo(func(ctx context.Context, a payment.ProviderResult) error {
		return f.Payment.DeleteProviderSessions(ctx, []payment.Session{s})
	})
	answer, err := workflow.Step(ctx, "initiate-payment-session", final(f.Payment.Initiate), s, append(f.providerStep(s.ProviderID), unneeded)...)
	if err != nil {
		return s, err
	}
	replaced, err := workflow.Step(ctx, "delete-payment-sessions", func(ctx context.Context, id string) ([]payment.Session, error) {
		return f.Payment.DeleteSessions(ctx, id)
	}, d.CollectionID)
	if err != nil {
		return s, err
	}
	if s, err = workflow.Step(ctx, "create-payment-session", f.Payment.CreateSession, payment.InitiatedSession{Session: s, Answer: answer}); err != nil {
		return s, err
	}
	for _, old := range replaced {
		if f.Payment.IsLocal(old.ProviderID) {
			continue
		}
		if _, err := workflow.Step(ctx, "forget-payment-session-"+old.ID, f.deleteProviderSessions, old, workflow.External()); err != nil {
			return s, err
		}
	}
	return s, nil
}

// deleteProviderSessions tells a provider that a session is not needed any more. Sessions end whatever it says, for they are gone here.
func (f *Flows) deleteProviderSessions(ctx context.Context, s payment.Session) (bool, error) {
	return f.Payment.DeleteProviderSessions(ctx, []payment.Session{s}) == nil, nil
}

// Sessions reads the sessions of a collection.
func (f *Flows) Sessions(ctx context.Context, collection string) ([]payment.Session, error) {
	return f.Payment.Sessions.List(ctx, module.Filter{"payment_collection_id": collection}, module.FindOptions{Order: []string{"created_at"}})
}

// CloseSession ends a session that was asked for money which nothing is to come of, and has what was authorised given back.
func (f *Flows) CloseSession(ctx context.Context, h payment.SessionResult) error {
	_, err := module.InTx(ctx, f.Payment.Sessions, func(ctx context.Context) (string, error) {
		if err := f.Payment.CloseSession(ctx, h); err != nil {
			return "", err
		}
		return f.VoidSession.Start(ctx, h)
	})
	return err
}

// voidSession gives back what was authorised, however long the provider cannot be reached.
func (f *Flows) voidSession(ctx workflow.Context, h payment.SessionResult) (string, error) {
	s, err := f.Payment.Sessions.Retrieve(ctx, h.ID, module.FindOptions{WithDeleted: true})
	if err != nil {
		return "", err
	}
	_, err = workflow.Step(ctx, "release-at-provider", final(func(ctx context.Context, h payment.SessionResult) (payment.ProviderResult, error) {
		return payment.ProviderResult{}, f.Payment.VoidSession(ctx, h)
	}), h, f.providerStep(s.ProviderID)...)
	return h.ID, err
}
