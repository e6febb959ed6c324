package payment

import (
	"context"
	"errors"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
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
	// ID names the provider in data and on the wire: "pp_system_default".
	ID() string
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

// Providers are those that are installed, by id.
type Providers struct{ list []Provider }

// Add installs a provider. It must not be called once the shop has started.
func (p *Providers) Add(v Provider) { p.list = append(p.list, v) }

// Get finds a provider. An unknown one is fault.NotFound.
func (p *Providers) Get(id string) (Provider, error) {
	i := slices.IndexFunc(p.list, func(v Provider) bool { return v.ID() == id })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "Could not find payment provider with id: %s", id)
	}
	return p.list[i], nil
}

// Register notes in the database which providers are installed, and which are no longer. The application calls it when it starts.
func (m *Module) Register(ctx context.Context) error {
	have, err := m.Records.List(ctx, nil)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, r := range have {
		_, err := m.Providers.Get(r.ID)
		if known[r.ID] = true; r.IsEnabled == (err == nil) {
			continue
		}
		if _, err := m.Records.Update(ctx, module.Filter{"id": r.ID}, module.Set{"is_enabled": err == nil}); err != nil {
			return err
		}
	}
	var fresh []ProviderRecord
	for _, v := range m.Providers.list {
		if !known[v.ID()] {
			fresh = append(fresh, ProviderRecord{Model: module.Model{ID: v.ID()}, IsEnabled: true})
		}
	}
	_, err = m.Records.CreateMany(ctx, fresh)
	return err
}

// A Local provider answers out of itself: nothing outside of the shop comes of its methods, so that they may run inside a transaction.
type Local interface{ Local() }

// Inside reports whether a provider is Local.
func (m *Module) Inside(provider string) bool {
	p, err := m.Providers.Get(provider)
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
func (m *Module) KeepsAccounts(provider string) bool {
	p, err := m.Providers.Get(provider)
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
