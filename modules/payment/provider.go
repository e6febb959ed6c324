package payment

import (
	"context"
	"errors"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A ProviderRequest asks a provider to do something about one session or payment. The same IdempotencyKey means the same request: a provider that has done it
// answers as it did then, and does nothing.
type ProviderRequest struct {
	IdempotencyKey string        // idempotency key
	SessionID      string        // the id of the session, of a payment that which it came of: what a WebhookEvent is about
	Amount         money.Decimal // of what is asked: the session's, a capture's, a refund's
	CurrencyCode   string
	Data           module.Map // what the provider last said
	Context        module.Map // about the buyer
}

// A ProviderResult is what a provider says of a session or payment. Data is kept and given back with the next request.
type ProviderResult struct {
	Status string     `json:"status"`
	Data   module.Map `json:"data"`
}

// A Provider moves money. It may also be a PaymentCanceler, an SessionUpdater and a SessionDeleter. Its methods run outside of database transactions, and are called
// again with the same key when an answer was lost. An error that is a [fault.Error] says that the provider refuses and has done nothing;
// after any other it is not known what it has done, and it will be asked again.
type Provider interface {
	// Identifier names the kind of provider: "stripe". See [Provide].
	Identifier() string
	// Initiate begins a session. Its status is SessionPending when empty.
	Initiate(ctx context.Context, r ProviderRequest) (ProviderResult, error)
	// Authorize asks for the money: Authorized, SessionCaptured, SessionRequiresMore or SessionFailed.
	Authorize(ctx context.Context, r ProviderRequest) (ProviderResult, error)
	// Capture takes authorised money.
	Capture(ctx context.Context, r ProviderRequest) (ProviderResult, error)
	// Refund gives captured money back.
	Refund(ctx context.Context, r ProviderRequest) (ProviderResult, error)
}

// A PaymentCanceler gives authorised money free. To cancel what was not authorised, or is cancelled, is no error; what is authorised is refused afterwards.
type PaymentCanceler interface {
	CancelPayment(ctx context.Context, r ProviderRequest) (ProviderResult, error)
}

// A SessionUpdater changes a session that is not authorised yet: its amount, or what the buyer says.
type SessionUpdater interface {
	UpdateSession(ctx context.Context, r ProviderRequest) (ProviderResult, error)
}

// A SessionDeleter forgets a session that is not needed any more.
type SessionDeleter interface {
	DeleteSession(ctx context.Context, r ProviderRequest) error
}

// IsDeclined reports whether a provider's error says that it has done nothing, and will not.
func IsDeclined(err error) bool {
	_, ok := errors.AsType[*fault.Error](err)
	return ok
}

// Kind is the kind of payment providers.
const Kind = "payment"

// Provide registers a provider under a name of its instance, which may be empty. Its id is "pp_" +
// identifier + "_" + name, as Medusa makes it: sessions, payments and regions refer to it, and its
// webhooks arrive at /hooks/payment/ + identifier + "_" + name.
func Provide(name string, p Provider) provider.Registration {
	id := "pp_" + p.Identifier()
	if name != "" {
		id += "_" + name
	}
	return provider.New(Kind, id, p)
}

// SyncProviders records in the database which providers are installed. The application calls it when it
// starts.
func (m *Module) SyncProviders(ctx context.Context) error {
	return provider.SyncRecords(ctx, m.ProviderRecords, m.Providers.IDs(), func(id string) ProviderRecord {
		return ProviderRecord{Model: module.Model{ID: id}, IsEnabled: true}
	})
}

// A LocalProvider provider answers out of itself: nothing outside of the shop comes of its methods, so that they may run inside a transaction.
type LocalProvider interface{ IsLocal() }

// IsLocal reports whether a provider is LocalProvider.
func (m *Module) IsLocal(id string) bool {
	p, err := m.Providers.Get(id)
	_, local := p.(LocalProvider)
	return err == nil && local
}

// An AccountHolderProvider is a provider that knows buyers. OpenAccount gives one an account, and returns how the provider calls it and what else it says of it.
type AccountHolderProvider interface {
	CreateAccountHolder(ctx context.Context, key string, customer module.Map) (id string, data module.Map, err error)
}

// A CreateAccountHolderInput is asked for at a provider. The customer is as the shop shows them.
type CreateAccountHolderInput struct {
	ProviderID string     `json:"provider_id"`
	Customer   module.Map `json:"customer"`
}

// HasAccountHolders reports whether a provider is an AccountHolderProvider.
func (m *Module) HasAccountHolders(id string) bool {
	p, err := m.Providers.Get(id)
	_, ok := p.(AccountHolderProvider)
	return err == nil && ok
}

// CreateAccountHolder has a provider open an account. It works outside of the database.
func (m *Module) CreateAccountHolder(ctx context.Context, a CreateAccountHolderInput) (AccountHolder, error) {
	p, err := m.Providers.Get(a.ProviderID)
	if err != nil {
		return AccountHolder{}, err
	}
	keeper, ok := p.(AccountHolderProvider)
	if !ok {
		return AccountHolder{}, fault.New(fault.NotAllowed, "Payment provider %s keeps no accounts", a.ProviderID)
	}
	key, _ := a.Customer["id"].(string)
	id, data, err := keeper.CreateAccountHolder(ctx, key, a.Customer)
	return AccountHolder{ProviderID: a.ProviderID, ExternalID: id, Data: orEmpty(data)}, err
}
