package order

import (
	"time"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Change leads an order from one version to the next, by its actions.
type Change struct {
	module.Model        `model:"prefix=ordch,deleted=all"`
	OrderID             string         `json:"order_id" model:"index"`
	ReturnID            *string        `json:"return_id"`
	ClaimID             *string        `json:"claim_id"`
	ExchangeID          *string        `json:"exchange_id"`
	Version             int            `json:"version"`
	ChangeType          *string        `json:"change_type"`
	Description         *string        `json:"description"`
	Status              string         `json:"status" model:"index,enum=confirmed|declined|requested|pending|canceled,default=pending"`
	InternalNote        *string        `json:"internal_note"`
	CreatedBy           *string        `json:"created_by"`
	RequestedBy         *string        `json:"requested_by"`
	RequestedAt         *time.Time     `json:"requested_at"`
	ConfirmedBy         *string        `json:"confirmed_by"`
	ConfirmedAt         *time.Time     `json:"confirmed_at"`
	DeclinedBy          *string        `json:"declined_by"`
	DeclinedReason      *string        `json:"declined_reason"`
	Metadata            module.Map     `json:"metadata"`
	DeclinedAt          *time.Time     `json:"declined_at"`
	CanceledBy          *string        `json:"canceled_by"`
	CanceledAt          *time.Time     `json:"canceled_at"`
	CarryOverPromotions *bool          `json:"carry_over_promotions"`
	NoNotification      *bool          `json:"no_notification"`
	Actions             []ChangeAction `json:"actions,omitempty" rel:"has=order_change_id,cascade"`
	Order               *Order         `json:"order,omitempty" rel:"belongs=order_id,ondelete=cascade"`
}

// Indexes find the changes of a version, and of what they are for.
func (Change) Indexes() []module.Index {
	return append(filled("return_id", "claim_id", "exchange_id"),
		module.Index{Name: "IDX_order_change_change_type", Columns: []string{"change_type"}},
		module.Index{Name: "IDX_order_change_order_id_version", Columns: []string{"order_id", "version"}},
		module.Index{Name: "IDX_order_change_version", Columns: []string{"order_id", "version"}, Where: "deleted_at IS NULL"})
}

// A ChangeAction is one step of a change: ITEM_ADD, FULFILL_ITEM, …
type ChangeAction struct {
	module.Model  `model:"prefix=ordchact,deleted=all"`
	OrderID       *string        `json:"order_id" model:"index"`
	ReturnID      *string        `json:"return_id"`
	ClaimID       *string        `json:"claim_id"`
	ExchangeID    *string        `json:"exchange_id"`
	Version       *int           `json:"version"`
	Ordering      int64          `json:"ordering" model:"serial,index"`
	OrderChangeID *string        `json:"order_change_id" model:"index"`
	Reference     *string        `json:"reference"`
	ReferenceID   *string        `json:"reference_id"`
	Action        string         `json:"action"`
	Details       module.Map     `json:"details"`
	Amount        *money.Decimal `json:"amount"`
	InternalNote  *string        `json:"internal_note"`
	Applied       bool           `json:"applied" model:"default=false"`
	OrderChange   *Change        `json:"order_change,omitempty" rel:"belongs=order_change_id,ondelete=cascade"`
}

// Indexes find the actions of what they are for.
func (ChangeAction) Indexes() []module.Index { return filled("return_id", "claim_id", "exchange_id") }
