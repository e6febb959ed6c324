package order

import (
	"encoding/json"
	"slices"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// What an action of a change does.
const (
	ActionItemAdd             = "ITEM_ADD"
	ActionItemUpdate          = "ITEM_UPDATE"
	ActionItemRemove          = "ITEM_REMOVE"
	ActionItemAdjustments     = "ITEM_ADJUSTMENTS_REPLACE"
	ActionShippingAdd         = "SHIPPING_ADD"
	ActionShippingRemove      = "SHIPPING_REMOVE"
	ActionShippingUpdate      = "SHIPPING_UPDATE"
	ActionShippingAdjustments = "SHIPPING_ADJUSTMENTS_REPLACE"
	ActionReturnItems         = "RETURN_ITEM"
	ActionCancelReturnItems   = "CANCEL_RETURN_ITEM"
	ActionReceiveItems        = "RECEIVE_RETURN_ITEM"
	ActionReceiveDamaged      = "RECEIVE_DAMAGED_RETURN_ITEM"
	ActionWriteOff            = "WRITE_OFF_ITEM"
	ActionReinstate           = "REINSTATE_ITEM"
	ActionCreditAdd           = "CREDIT_LINE_ADD"
	ActionCustomerTransfer    = "TRANSFER_CUSTOMER"
	ActionPropertiesUpdate    = "UPDATE_ORDER_PROPERTIES"
	ActionPromotionAdd        = "PROMOTION_ADD"
	ActionPromotionRemove     = "PROMOTION_REMOVE"
)

// A counter is one of the quantities that a line's detail keeps.
type counter func(*Item) *money.Decimal

func requested(d *Item) *money.Decimal  { return &d.ReturnRequestedQuantity }
func received(d *Item) *money.Decimal   { return &d.ReturnReceivedQuantity }
func dismissed(d *Item) *money.Decimal  { return &d.ReturnDismissedQuantity }
func writtenOff(d *Item) *money.Decimal { return &d.WrittenOffQuantity }

// ReturnableQuantity is how much of the line was sent and is neither back nor on its way back.
func (d *Item) ReturnableQuantity() money.Decimal {
	return d.FulfilledQuantity.Sub(d.ReturnRequestedQuantity).Sub(d.ReturnReceivedQuantity).Sub(d.ReturnDismissedQuantity)
}

// A shift is what an action does to the quantities of a line: From shrinks and To grow, by no more than there is room for.
type shift struct {
	from   counter
	to     []counter
	room   func(*Item) money.Decimal
	free   bool   // it is about no money
	asked  string // what a quantity of nothing is told: "return"
	beyond func(id string) error
}

func shiftOf(action string) (shift, bool) {
	left := func(c counter) func(*Item) money.Decimal { return func(d *Item) money.Decimal { return *c(d) } }
	switch action {
	case ActionReturnItems:
		return shift{to: []counter{requested}, room: (*Item).ReturnableQuantity, asked: "return", beyond: refuse("Cannot request to return more items than what was fulfilled for item %s.")}, true
	case ActionCancelReturnItems:
		return shift{from: requested, room: left(requested), asked: "cancel return", beyond: refuse("Cannot cancel more items than what was requested to be returned for item %s.")}, true
	case ActionReceiveItems:
		return shift{from: requested, to: []counter{received}, room: left(requested), asked: "receive return", beyond: refuse("Cannot receive more items than what was requested to be returned for item %s.")}, true
	case ActionReceiveDamaged:
		return shift{from: requested, to: []counter{dismissed, writtenOff}, room: left(requested), asked: "receive return",
			beyond: refuse("Cannot receive more items than what was requested to be returned for item %s.")}, true
	case ActionWriteOff:
		return shift{to: []counter{writtenOff}, room: func(d *Item) money.Decimal { return d.Quantity.Sub(d.WrittenOffQuantity) }, free: true, asked: "write-off",
			beyond: func(string) error { return fault.New(fault.Invalid, "Cannot claim more items than what was ordered.") }}, true
	case ActionReinstate:
		return shift{from: writtenOff, room: left(writtenOff), free: true, asked: "reinstate", beyond: refuse("Cannot unclaim more items than what was ordered for item %s.")}, true
	}
	return shift{}, false
}

func refuse(words string) func(string) error {
	return func(id string) error { return fault.New(fault.Invalid, words, id) }
}

// An adjusted is what a promotion takes off a line or shipping method, as it stands in the details of an action.
type adjusted struct {
	Code           *string       `json:"code,omitempty"`
	Amount         money.Decimal `json:"amount"`
	ItemID         string        `json:"item_id,omitempty"`
	MethodID       string        `json:"shipping_method_id,omitempty"`
	PromotionID    *string       `json:"promotion_id,omitempty"`
	IsTaxInclusive bool          `json:"is_tax_inclusive"`
}

// TextDetail is a detail of the action; "" for none.
func (a *ChangeAction) TextDetail(name string) string { s, _ := a.Details[name].(string); return s }

// DecimalDetail is a detail of the action; 0 for none.
func (a *ChangeAction) DecimalDetail(name string) money.Decimal {
	switch v := a.Details[name].(type) {
	case float64:
		return money.Float(v)
	case int:
		return money.Int(int64(v))
	case money.Decimal:
		return v
	}
	return money.Zero
}

// HasDetail reports whether the action has the detail, and it is not null.
func (a *ChangeAction) HasDetail(name string) bool { return a.Details[name] != nil }

// TargetID is the line or shipping method that the action is about.
func (a *ChangeAction) TargetID() string {
	if (a.Action == ActionShippingAdd || a.Action == ActionShippingRemove || a.Action == ActionShippingUpdate) && a.ReferenceID != nil {
		return *a.ReferenceID
	}
	return a.TextDetail("reference_id")
}

// Adjusts makes the action replace what promotions take off a line or shipping method.
func (a *ChangeAction) adjustments() (list []adjusted) {
	b, err := json.Marshal(a.Details["adjustments"])
	if err == nil {
		_ = json.Unmarshal(b, &list) // what it is not stays empty
	}
	return list
}

// apply does to the order what an action says, and notes what that is worth in the action.
func (p *Preview) apply(a *ChangeAction) error {
	if s, ok := shiftOf(a.Action); ok {
		return p.shift(a, s)
	}
	switch a.Action {
	case ActionItemAdd:
		return p.addItem(a)
	case ActionItemUpdate:
		return p.updateItem(a)
	case ActionItemRemove:
		return p.removeItem(a)
	case ActionItemAdjustments:
		if l := p.Order.FindLineItem(a.TargetID()); l != nil {
			l.Adjustments = nil
			for _, d := range a.adjustments() {
				l.Adjustments = append(l.Adjustments, ItemAdjustment{ItemID: l.ID, Code: d.Code, PromotionID: d.PromotionID, Amount: d.Amount,
					IsTaxInclusive: d.IsTaxInclusive, Version: p.Change.Version})
			}
		}
		a.worth(money.Zero)
	case ActionShippingAdjustments:
		if m := p.Order.FindShippingMethod(a.TargetID()); m != nil {
			m.Adjustments = nil
			for _, d := range a.adjustments() {
				m.Adjustments = append(m.Adjustments, ShippingAdjustment{ShippingMethodID: m.ID, Code: d.Code, PromotionID: d.PromotionID, Amount: d.Amount, Version: p.Change.Version})
			}
		}
		a.worth(money.Zero)
	default:
		return p.applyRest(a)
	}
	return nil
}

func (p *Preview) applyRest(a *ChangeAction) error {
	switch a.Action {
	case ActionShippingAdd:
		p.addMethod(a)
	case ActionShippingRemove:
		p.Order.ShippingMethods = slices.DeleteFunc(p.Order.ShippingMethods, func(m ShippingMethod) bool { return m.ID == a.TargetID() })
	case ActionShippingUpdate:
		if m := p.Order.FindShippingMethod(a.TargetID()); m != nil && a.Amount != nil {
			m.Amount = *a.Amount
		}
	case ActionCreditAdd:
		c := CreditLine{OrderID: p.Order.ID, Version: p.Change.Version, Reference: a.Reference, ReferenceID: a.ReferenceID}
		if a.Amount != nil {
			c.Amount = *a.Amount
		}
		p.Order.CreditLines = append(p.Order.CreditLines, c)
	}
	return nil
}

// worth notes an amount in an action that has none.
func (a *ChangeAction) worth(m money.Decimal) {
	if a.Amount == nil {
		a.Amount = &m
	}
}

func (p *Preview) line(a *ChangeAction) (*LineItem, error) {
	l := p.Order.FindLineItem(a.TargetID())
	if l == nil {
		return nil, fault.New(fault.Invalid, "Item ID \"%s\" not found.", a.TargetID())
	}
	return l, nil
}

func (p *Preview) shift(a *ChangeAction, s shift) error {
	l, err := p.line(a)
	if err != nil {
		return err
	}
	q := a.DecimalDetail("quantity")
	switch {
	case q.IsZero():
		return fault.New(fault.Invalid, "Quantity to %s of item %s is required.", s.asked, l.ID)
	case q.Sign() < 0:
		return fault.New(fault.Invalid, "Quantity of item %s must be greater than 0.", l.ID)
	case s.room(l.Detail).Less(q):
		return s.beyond(l.ID)
	}
	if s.from != nil {
		c := s.from(l.Detail)
		*c = c.Sub(q)
	}
	for _, to := range s.to {
		c := to(l.Detail)
		*c = c.Add(q)
	}
	if s.free {
		a.worth(money.Zero)
	} else {
		a.worth(l.CurrentUnitPrice().Mul(q))
	}
	return nil
}

func (p *Preview) addItem(a *ChangeAction) error {
	q := a.DecimalDetail("quantity")
	if q.Sign() <= 0 {
		return fault.New(fault.Invalid, "Quantity of item %s must be greater than 0.", a.TargetID())
	}
	if l := p.Order.FindLineItem(a.TargetID()); l != nil {
		l.Detail.Quantity = l.Detail.Quantity.Add(q)
		a.worth(l.CurrentUnitPrice().Mul(q))
		return nil
	}
	l, ok := p.lines[a.TargetID()]
	if !ok {
		return fault.New(fault.Invalid, "Item ID \"%s\" not found.", a.TargetID())
	}
	price := l.UnitPrice
	l.Detail = &Item{Model: module.Model{ID: l.ID}, OrderID: p.Order.ID, Version: p.Change.Version, ItemID: l.ID, UnitPrice: &price,
		CompareAtUnitPrice: l.CompareAtUnitPrice, Quantity: q}
	l.Detail.Metadata, _ = a.Details["metadata"].(map[string]any)
	p.Order.Items = append(p.Order.Items, l)
	a.worth(price.Mul(q))
	return nil
}

func (p *Preview) updateItem(a *ChangeAction) error {
	l, err := p.line(a)
	if err != nil {
		return err
	}
	q, previous := a.DecimalDetail("quantity"), l.Detail.Quantity
	if floor := l.Detail.FulfilledQuantity; q.Less(floor) || q.Sign() < 0 {
		return fault.New(fault.Invalid, "Item %s has already been fulfilled and quantity cannot be lower than %s.", l.ID, floor)
	}
	before := l.CurrentUnitPrice().Mul(previous)
	l.Detail.Quantity = q
	if a.HasDetail("unit_price") {
		price := a.DecimalDetail("unit_price")
		l.Detail.UnitPrice = &price
	}
	a.worth(l.CurrentUnitPrice().Mul(q).Sub(before))
	return nil
}

// removeItem takes some of a line out of the order; the line goes with its last unit.
func (p *Preview) removeItem(a *ChangeAction) error {
	l, err := p.line(a)
	if err != nil {
		return err
	}
	q := a.DecimalDetail("quantity")
	if left := l.Detail.Quantity.Sub(q); left.Less(l.Detail.FulfilledQuantity) || q.Sign() < 0 {
		return fault.New(fault.Invalid, "Cannot remove fulfilled item %s.", l.ID)
	}
	l.Detail.Quantity = l.Detail.Quantity.Sub(q)
	a.worth(l.CurrentUnitPrice().Mul(q))
	return nil
}

func (p *Preview) addMethod(a *ChangeAction) {
	m, ok := p.methods[a.TargetID()]
	if !ok || p.Order.FindShippingMethod(m.ID) != nil {
		return
	}
	m.Detail = &Shipping{Model: module.Model{ID: m.ID}, OrderID: p.Order.ID, Version: p.Change.Version, ShippingMethodID: m.ID, ReturnID: a.ReturnID,
		ClaimID: a.ClaimID, ExchangeID: a.ExchangeID}
	p.Order.ShippingMethods = append(p.Order.ShippingMethods, m)
	a.worth(m.Amount)
}

// FindShippingMethod finds a shipping method of the order; nil for none.
func (o *Order) FindShippingMethod(id string) *ShippingMethod {
	i := slices.IndexFunc(o.ShippingMethods, func(m ShippingMethod) bool { return m.ID == id })
	if i < 0 {
		return nil
	}
	return &o.ShippingMethods[i]
}
