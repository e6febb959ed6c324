package changeflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
)

// details are those of an action about a line.
func (l LineInput) details() module.Map {
	d := module.Map{"reference_id": l.ID, "quantity": l.Quantity}
	for name, v := range map[string]*string{"reason_id": l.ReasonID, "reason": l.Reason} {
		if v != nil {
			d[name] = *v
		}
	}
	if l.Metadata != nil {
		d["metadata"] = l.Metadata
	}
	return d
}

// action makes an action about a line, for a record of some kind: "return", "order_claim".
func (l LineInput) action(kind, reference, id string) order.ChangeAction {
	return order.ChangeAction{Action: kind, Reference: &reference, ReferenceID: &id, Details: l.details(), InternalNote: l.Note}
}

// checkLinesExist refuses lines that an order does not have.
func checkLinesExist(o *order.Order, items []LineInput) error {
	var missing []string
	for _, i := range items {
		if o.FindLineItem(i.ID) == nil {
			missing = append(missing, i.ID)
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Invalid, "Items with ids %s does not exist in order with id %s.", strings.Join(missing, ", "), o.ID)
	}
	return nil
}

// checkReasons refuses reasons that do not exist.
func (k *Deps) checkReasons(ctx context.Context, items []LineInput) error {
	for _, i := range items {
		if i.ReasonID == nil {
			continue
		}
		list, err := k.Order.ReturnReasons.List(ctx, module.Filter{"id": *i.ReasonID}, module.FindOptions{Select: []string{"id"}})
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fault.New(fault.Invalid, "Return reason with id %s does not exists.", *i.ReasonID)
		}
	}
	return nil
}

// addReturnItems adds lines that shall come back with the draft's return.
func (k *Deps) addReturnItems(ctx context.Context, d *openChange, in LinesInput) error {
	if err := checkLinesExist(d.order, in.Items); err != nil {
		return err
	}
	if err := k.checkReasons(ctx, in.Items); err != nil {
		return err
	}
	var list []order.ChangeAction
	for _, l := range in.Items {
		a := l.action(order.ActionReturnItems, "return", d.ReturnID)
		a.ReturnID, a.ClaimID, a.ExchangeID = ref(d.ReturnID), ref(d.ClaimID), ref(d.ExchangeID)
		list = append(list, a)
	}
	return k.Order.AddActions(ctx, d.change, list...)
}

// addReceivedItems adds lines that have come back with a return, whole or not.
func (k *Deps) addReceivedItems(kind string) func(context.Context, *openChange, LinesInput) error {
	return func(ctx context.Context, d *openChange, in LinesInput) error {
		r, err := k.Order.Returns.Retrieve(ctx, d.ReturnID, module.FindOptions{Relations: []string{"items"}})
		if err != nil {
			return err
		}
		var missing []string
		var list []order.ChangeAction
		for _, l := range in.Items {
			if !slices.ContainsFunc(r.Items, func(i order.ReturnItem) bool { return i.ItemID == l.ID }) {
				missing = append(missing, l.ID)
			}
			a := l.action(kind, "return", r.ID)
			a.ReturnID = &r.ID
			list = append(list, a)
		}
		if len(missing) > 0 {
			return fault.New(fault.Invalid, "Items with ids %s does not exist in Return with id %s.", strings.Join(missing, ", "), r.ID)
		}
		return k.Order.AddActions(ctx, d.change, list...)
	}
}

// addClaimItems adds lines that something was wrong with.
func (k *Deps) addClaimItems(ctx context.Context, d *openChange, in LinesInput) error {
	var list []order.ChangeAction
	for _, l := range in.Items {
		a := l.action(order.ActionWriteOff, "order_claim", d.ClaimID)
		a.ClaimID = &d.ClaimID
		list = append(list, a)
	}
	return k.Order.AddActions(ctx, d.change, list...)
}

// updateLineAction changes how much of a line an action is about, and why.
func (k *Deps) updateLineAction(kinds ...string) func(context.Context, *openChange, UpdateActionInput) error {
	return func(ctx context.Context, d *openChange, in UpdateActionInput) error {
		a, err := d.action(in.ActionID, kinds...)
		if err != nil {
			return err
		}
		if in.ReasonID.Ptr() != nil {
			if err := k.checkReasons(ctx, []LineInput{{ReasonID: in.ReasonID.Ptr()}}); err != nil {
				return err
			}
		}
		return k.updateActionDetails(ctx, a, in)
	}
}

// updateActionDetails writes what a patch says into an action.
func (k *Deps) updateActionDetails(ctx context.Context, a *order.ChangeAction, in UpdateActionInput) error {
	details := module.Map{}
	for name, v := range a.Details {
		details[name] = v
	}
	if in.Quantity != nil {
		details["quantity"] = *in.Quantity
	}
	if in.UnitPrice != nil {
		details["unit_price"] = *in.UnitPrice
	}
	if in.CompareAtUnitPrice != nil {
		details["compare_at_unit_price"] = *in.CompareAtUnitPrice
	}
	if in.ReasonID.Set {
		details["reason_id"] = in.ReasonID.Any()
	}
	set := module.Set{"details": details}
	a.Details = details
	if in.Note.Set {
		set["internal_note"], a.InternalNote = in.Note.Any(), in.Note.Ptr()
	}
	_, err := k.Order.Actions.Update(ctx, module.Filter{"id": a.ID}, set)
	return err
}
