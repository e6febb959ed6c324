package payment

import (
	"time"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// The statuses of a collection.
const (
	CollectionNotPaid             = "not_paid"
	CollectionAwaiting            = "awaiting"
	CollectionPartiallyAuthorized = "partially_authorized"
	CollectionAuthorized          = "authorized"
	CollectionPartiallyCaptured   = "partially_captured"
	CollectionCompleted           = "completed"
	CollectionCanceled            = "canceled"
)

// The statuses of a session, as its provider tells them.
const (
	SessionPending = "pending"
	// SessionPendingAuthorization is the status of a session that the buyer has agreed to, and that waits for the shop to have it authorised.
	SessionPendingAuthorization = "pending_authorization"
	SessionRequiresMore         = "requires_more"
	SessionAuthorized           = "authorized"
	SessionCaptured             = "captured"
	SessionCanceled             = "canceled"
	SessionFailed               = "error"
)

// A Collection is an amount that is to be paid, with the tries to do so and the payments that came of them.
type Collection struct {
	module.Model     `model:"prefix=pay_col,deleted=gone"`
	CurrencyCode     string           `json:"currency_code"`
	Amount           money.Decimal    `json:"amount"`
	AuthorizedAmount *money.Decimal   `json:"authorized_amount"`
	CapturedAmount   *money.Decimal   `json:"captured_amount"`
	RefundedAmount   *money.Decimal   `json:"refunded_amount"`
	CompletedAt      *time.Time       `json:"completed_at"`
	Status           string           `json:"status" model:"enum=not_paid|awaiting|authorized|partially_authorized|canceled|failed|partially_captured|completed,default=not_paid"`
	Metadata         module.Map       `json:"metadata"`
	Providers        []ProviderRecord `json:"payment_providers,omitempty" rel:"pivot=payment_collection_payment_providers,payment_collection_id,payment_provider_id"`
	Sessions         []Session        `json:"payment_sessions,omitempty" rel:"has=payment_collection_id,cascade"`
	Payments         []Payment        `json:"payments,omitempty" rel:"has=payment_collection_id,cascade"`
}

// A Session is one try to pay a collection, at a provider.
type Session struct {
	module.Model `model:"prefix=payses,deleted=all"`
	CurrencyCode string        `json:"currency_code"`
	Amount       money.Decimal `json:"amount"`
	ProviderID   string        `json:"provider_id"`
	Data         module.Map    `json:"data" model:"notnull,default={}"`
	Context      module.Map    `json:"context"`
	Status       string        `json:"status" model:"enum=authorized|captured|pending|requires_more|error|canceled|pending_authorization,default=pending"`
	AuthorizedAt *time.Time    `json:"authorized_at"`
	CollectionID string        `json:"payment_collection_id" model:"index"`
	Metadata     module.Map    `json:"metadata"`
	Collection   *Collection   `json:"payment_collection,omitempty" rel:"belongs=payment_collection_id,ondelete=cascade,shown"`
	Payment      *Payment      `json:"payment,omitempty" rel:"has=payment_session_id,stub"`
}

// A Payment is an authorised session: money that can be captured.
type Payment struct {
	module.Model `model:"prefix=pay,deleted=gone"`
	Amount       money.Decimal `json:"amount"`
	CurrencyCode string        `json:"currency_code"`
	ProviderID   string        `json:"provider_id" model:"index"`
	Data         module.Map    `json:"data"`
	CapturedAt   *time.Time    `json:"captured_at"`
	CanceledAt   *time.Time    `json:"canceled_at"`
	CollectionID string        `json:"payment_collection_id" model:"index"`
	SessionID    string        `json:"payment_session_id" model:"unique"`
	Metadata     module.Map    `json:"metadata"`
	Collection   *Collection   `json:"payment_collection,omitempty" rel:"belongs=payment_collection_id,ondelete=cascade,shown"`
	Session      *Session      `json:"payment_session,omitempty" rel:"belongs=payment_session_id,ondelete=none,shown,stub"`
	Captures     []Capture     `json:"captures,omitempty" rel:"has=payment_id,cascade"`
	Refunds      []Refund      `json:"refunds,omitempty" rel:"has=payment_id,cascade"`
}

// Indexes find payments by their session.
func (Payment) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_payment_payment_session_id", Columns: []string{"payment_session_id"}}}
}

// A Capture is money taken of a payment.
type Capture struct {
	module.Model `model:"prefix=capt,deleted=all"`
	Amount       money.Decimal `json:"amount"`
	PaymentID    string        `json:"payment_id" model:"index"`
	CreatedBy    *string       `json:"created_by"`
	Metadata     module.Map    `json:"metadata"`
	Payment      *Payment      `json:"payment,omitempty" rel:"belongs=payment_id,ondelete=cascade"`
}

// A Refund is money given back of a payment.
type Refund struct {
	module.Model   `model:"prefix=ref,deleted=all"`
	Amount         money.Decimal `json:"amount"`
	PaymentID      string        `json:"payment_id" model:"index"`
	CreatedBy      *string       `json:"created_by"`
	Metadata       module.Map    `json:"metadata"`
	RefundReasonID *string       `json:"refund_reason_id" model:"index"`
	Note           *string       `json:"note"`
	Payment        *Payment      `json:"payment,omitempty" rel:"belongs=payment_id,ondelete=cascade"`
	RefundReason   *RefundReason `json:"refund_reason,omitempty" rel:"belongs=refund_reason_id,ondelete=none,stub"`
}

// RefundableAmount is what was captured and not given back. The payment was read with its captures and refunds.
func (p *Payment) RefundableAmount() (left money.Decimal) {
	for _, c := range p.Captures {
		left = left.Add(c.Amount)
	}
	for _, r := range p.Refunds {
		left = left.Sub(r.Amount)
	}
	return left
}

// A RefundReason says why money is given back.
type RefundReason struct {
	module.Model `model:"prefix=refr"`
	Label        string     `json:"label" model:"searchable"`
	Code         string     `json:"code" model:"searchable"`
	Description  *string    `json:"description"`
	Metadata     module.Map `json:"metadata"`
}

// A ProviderRecord notes that a provider is installed.
type ProviderRecord struct {
	module.Model `model:"prefix=pp"`
	IsEnabled    bool `json:"is_enabled" model:"default=true"`
}

// An AccountHolder is a customer as a provider knows them.
type AccountHolder struct {
	module.Model `model:"prefix=acchld"`
	ProviderID   string     `json:"provider_id"`
	ExternalID   string     `json:"external_id"`
	Email        *string    `json:"email"`
	Data         module.Map `json:"data" model:"notnull,default={}"`
	Metadata     module.Map `json:"metadata"`
}

// Indexes let a provider have an account once.
func (AccountHolder) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_account_holder_provider_id_external_id_unique", Columns: []string{"provider_id", "external_id"}, Unique: true, Where: "deleted_at IS NULL"}}
}
