package payment

import (
	"context"
	"errors"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A Request asks a provider to do something about one session or payment. The same Key means the same request: a provider that has done it
// answers as it did then, and does nothing.
type Request struct {
	Key          string        // idempotency key
	Session      string        // the id of the session, of a payment that which it came of: what a Notice is about
	Amount       money.Decimal // of what is asked: the session's, a capture's, a refund's
	CurrencyCode string
	Data         module.Map // what the provider last said
	Context      module.Map // about the buyer
}

// An Answer is what a provider says of a session or payment. Data is kept and given back with the next request.
type Answer struct {
	Status string     `json:"status"`
	Data   module.Map `json:"data"`
}

// A Provider moves money. It may also be a Canceler, an Updater and a Remover. Its methods run outside of database transactions, and are called
// again with the same key when an answer was lost. An error that is a [fault.Error] says that the provider refuses and has done nothing;
// after any other it is not known what it has done, and it will be asked again.
type Provider interface {
	// Identifier names the kind of provider: "stripe". See [Provide].
	Identifier() string
	// Initiate begins a session. Its status is Pending when empty.
	Initiate(ctx context.Context, r Request) (Answer, error)
	// Authorize asks for the money: Authorized, Captured, RequiresMore or Failed.
	Authorize(ctx context.Context, r Request) (Answer, error)
	// Capture takes authorised money.
	Capture(ctx context.Context, r Request) (Answer, error)
	// Refund gives captured money back.
	Refund(ctx context.Context, r Request) (Answer, error)
}

// A Canceler gives authorised money free. To cancel what was not authorised, or is cancelled, is no error; what is authorised is refused afterwards.
type Canceler interface {
	Cancel(ctx context.Context, r Request) (Answer, error)
}

// An Updater changes a session that is not authorised yet: its amount, or what the buyer says.
type Updater interface {
	Update(ctx context.Context, r Request) (Answer, error)
}

// A Remover forgets a session that is not needed any more.
type Remover interface {
	Delete(ctx context.Context, r Request) error
}

// Refuses reports whether a provider's error says that it has done nothing, and will not.
func Refuses(err error) bool {
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

// Register records in the database which providers are installed. The application calls it when it
// starts.
func (m *Module) Register(ctx context.Context) error {
	return provider.SyncRecords(ctx, m.Records, m.Providers.IDs(), func(id string) ProviderRecord {
		return ProviderRecord{Model: module.Model{ID: id}, IsEnabled: true}
	})
}

// A Local provider answers out of itself: nothing outside of the shop comes of its methods, so that they may run inside a transaction.
type Local interface{ Local() }

// Inside reports whether a provider is Local.
func (m *Module) Inside(id string) bool {
	p, err := m.Providers.Get(id)
	_, local := p.(Local)
	return err == nil && local
}

// An AccountKeeper is a provider that knows buyers. OpenAccount gives one an account, and returns how the provider calls it and what else it says of it.
type AccountKeeper interface {
	OpenAccount(ctx context.Context, key string, customer module.Map) (id string, data module.Map, err error)
}

// A NewAccount is asked for at a provider. The customer is as the shop shows them.
type NewAccount struct {
	ProviderID string     `json:"provider_id"`
	Customer   module.Map `json:"customer"`
}

// KeepsAccounts reports whether a provider is an AccountKeeper.
func (m *Module) KeepsAccounts(id string) bool {
	p, err := m.Providers.Get(id)
	_, ok := p.(AccountKeeper)
	return err == nil && ok
}

// OpenAccount has a provider open an account. It works outside of the database.
func (m *Module) OpenAccount(ctx context.Context, a NewAccount) (AccountHolder, error) {
	p, err := m.Providers.Get(a.ProviderID)
	if err != nil {
		return AccountHolder{}, err
	}
	keeper, ok := p.(AccountKeeper)
	if !ok {
		return AccountHolder{}, fault.New(fault.NotAllowed, "Payment provider %s keeps no accounts", a.ProviderID)
	}
	key, _ := a.Customer["id"].(string)
	id, data, err := keeper.OpenAccount(ctx, key, a.Customer)
	return AccountHolder{ProviderID: a.ProviderID, ExternalID: id, Data: orEmpty(data)}, err
}
