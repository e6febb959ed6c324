package change

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
)

// details are those of an action about a line.
func (l Line) details() module.Map {
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
func (l Line) action(kind, what, id string) order.Action {
	return order.Action{Action: kind, Reference: &what, ReferenceID: &id, Details: l.details(), InternalNote: l.Note}
}

// unknown refuses lines that an order does not have.
func unknown(o *order.Order, items []Line) error {
	var missing []string
	for _, i := range items {
		if o.Line(i.ID) == nil {
			missing = append(missing, i.ID)
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Invalid, "Items with ids %s does not exist in order with id %s.", strings.Join(missing, ", "), o.ID)
	}
	return nil
}

// reasons refuses reasons that do not exist.
func (k *Kit) reasons(ctx context.Context, items []Line) error {
	for _, i := range items {
		if i.ReasonID == nil {
			continue
		}
		list, err := k.Order.ReturnReasons.List(ctx, module.Filter{"id": *i.ReasonID}, module.Find{Select: []string{"id"}})
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fault.New(fault.Invalid, "Return reason with id %s does not exists.", *i.ReasonID)
		}
	}
	return nil
}

// bringBack adds lines that shall come back with the draft's return.
func (k *Kit) bringBack(ctx context.Context, d *draft, in Lines) error {
	if err := unknown(d.order, in.Items); err != nil {
		return err
	}
	if err := k.reasons(ctx, in.Items); err != nil {
		return err
	}
	var list []order.Action
	for _, l := range in.Items {
		a := l.action(order.ReturnItems, "return", d.ReturnID)
		a.ReturnID, a.ClaimID, a.ExchangeID = ref(d.ReturnID), ref(d.ClaimID), ref(d.ExchangeID)
		list = append(list, a)
	}
	return k.Order.AddActions(ctx, d.change, list...)
}

// receive adds lines that have come back with a return, whole or not.
func (k *Kit) receive(kind string) func(context.Context, *draft, Lines) error {
	return func(ctx context.Context, d *draft, in Lines) error {
		r, err := k.Order.Returns.Retrieve(ctx, d.ReturnID, module.Find{Relations: []string{"items"}})
		if err != nil {
			return err
		}
		var missing []string
		var list []order.Action
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

// claim adds lines that something was wrong with.
func (k *Kit) claim(ctx context.Context, d *draft, in Lines) error {
	var list []order.Action
	for _, l := range in.Items {
		a := l.action(order.WriteOff, "order_claim", d.ClaimID)
		a.ClaimID = &d.ClaimID
		list = append(list, a)
	}
	return k.Order.AddActions(ctx, d.change, list...)
}

// patchLine changes how much of a line an action is about, and why.
func (k *Kit) patchLine(kinds ...string) func(context.Context, *draft, Patch) error {
	return func(ctx context.Context, d *draft, in Patch) error {
		a, err := d.action(in.ActionID, kinds...)
		if err != nil {
			return err
		}
		if in.ReasonID.Ptr() != nil {
			if err := k.reasons(ctx, []Line{{ReasonID: in.ReasonID.Ptr()}}); err != nil {
				return err
			}
		}
		return k.rewrite(ctx, a, in)
	}
}

// rewrite writes what a patch says into an action.
func (k *Kit) rewrite(ctx context.Context, a *order.Action, in Patch) error {
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
