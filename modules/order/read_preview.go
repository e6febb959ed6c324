package order

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"strconv"

	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/internal/totals"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// argument is the name under which computed fields find the preview that is shown.
const argument = "order_preview"

// A shown is a preview with its actions as JSON, by what they are about.
type shown struct {
	*Preview
	bare    bool // of the change's order the id alone
	actions map[string][][]byte
	whole   [][]byte // all actions
}

// transfer is the action by which the order goes to another customer, and its JSON; nil for none.
func (v *shown) transfer() (*ChangeAction, []byte) {
	if v.Change == nil {
		return nil, nil
	}
	for i := range v.Change.Actions {
		if a := &v.Change.Actions[i]; a.Action == ActionCustomerTransfer {
			return a, v.whole[i]
		}
	}
	return nil, nil
}

// previewed makes a computed field of what can only be known of a preview; elsewhere it is left out.
func previewed(value func(context.Context, *shown, *graph.Set, int) ([]byte, error)) computation {
	return func(ctx context.Context, s *graph.Set, args map[string]any, out [][]byte) (err error) {
		v, ok := args[argument].(*shown)
		for i := range out {
			if !ok {
				break
			}
			if out[i], err = value(ctx, v, s, i); err != nil {
				return err
			}
		}
		return nil
	}
}

// addTransfers adds to whom an order goes that is being transferred, and by what.
func (m *Module) addTransfers() {
	m.Orders.Entity().AddComputed(&graph.Computed{Name: "transfer_actions", As: "actions", Value: previewed(func(_ context.Context, v *shown, _ *graph.Set, _ int) ([]byte, error) {
		a, b := v.transfer()
		if a == nil {
			return nil, nil
		}
		return append(append([]byte("["), bytes.Replace(b, []byte(`,"amount":null`), []byte(`,"amount":0`), 1)...), ']'), nil
	})})
	m.Orders.Entity().AddComputed(&graph.Computed{Name: "transferred_to", As: "customer_id", Value: previewed(func(_ context.Context, v *shown, _ *graph.Set, _ int) ([]byte, error) {
		a, _ := v.transfer()
		if a == nil || a.ReferenceID == nil {
			return nil, nil
		}
		return graph.AppendString(nil, []byte(*a.ReferenceID)), nil
	})})
}

// addChanges adds what can only be read of a preview: the change, and its actions at the lines and shipping methods that they are about.
func (m *Module) addChanges() {
	of := previewed
	actions := of(func(_ context.Context, v *shown, s *graph.Set, row int) ([]byte, error) {
		list := v.actions[string(s.Text(row, "id"))]
		if list == nil {
			return nil, nil
		}
		return append(append([]byte("["), bytes.Join(list, []byte(","))...), ']'), nil
	})
	m.LineItems.Entity().AddComputed(&graph.Computed{Name: "actions", Needs: []string{"id"}, Value: actions})
	m.ShippingMethods.Entity().AddComputed(&graph.Computed{Name: "actions", Needs: []string{"id"}, Value: actions})
	m.addTransfers()
	m.Orders.Entity().AddComputed(&graph.Computed{Name: "order_change", Value: of(func(ctx context.Context, v *shown, _ *graph.Set, _ int) ([]byte, error) {
		return m.encodeChange(ctx, v)
	})})
	for name, id := range map[string]func(*Change) *string{"return_id": func(*Change) *string { return nil }, "claim_id": func(c *Change) *string { return c.ClaimID },
		"exchange_id": func(c *Change) *string { return c.ExchangeID }} {
		m.Items.Entity().AddComputed(&graph.Computed{Name: name, Whole: true, Needs: []string{"item_id"},
			Value: of(func(_ context.Context, v *shown, s *graph.Set, row int) ([]byte, error) {
				switch {
				case !v.IsNew(string(s.Text(row, "item_id"))):
					return nil, nil
				case id(v.Change) == nil:
					return []byte("null"), nil
				}
				return graph.AppendString(nil, []byte(*id(v.Change))), nil
			})})
	}
	m.Items.Entity().AddComputed(&graph.Computed{Name: "adjustments", Whole: true, Needs: []string{"item_id"},
		Value: of(func(_ context.Context, v *shown, s *graph.Set, row int) ([]byte, error) {
			id := string(s.Text(row, "item_id"))
			a := v.last(id)
			if a == nil || !v.IsNew(id) {
				return nil, nil
			}
			return json.Marshal(a.Details["adjustments"])
		})})
	for name, form := range map[string]func(money.Decimal, []byte) []byte{"amount": totals.AppendDisplay, "raw_amount": money.Decimal.AppendRaw} {
		m.Shippings.Entity().AddComputed(&graph.Computed{Name: name, Whole: true, Needs: []string{"shipping_method_id"},
			Value: of(func(_ context.Context, v *shown, s *graph.Set, row int) ([]byte, error) {
				if c, ok := v.methods[string(s.Text(row, "shipping_method_id"))]; ok {
					return form(c.Amount, nil), nil
				}
				return nil, nil
			})})
	}
}

// ReadPreview reads fields of a preview as the wire has them. Of the order that the change is of it shows all, or, bare, the id.
func (m *Module) ReadPreview(ctx context.Context, p *Preview, fields []string, bare bool) (*graph.Set, error) {
	v := &shown{Preview: p, bare: bare, actions: map[string][][]byte{}}
	if p.Change != nil {
		p.priceDiscounts()
		set, err := graph.Read(ctx, graph.Query{Node: m.Actions.Entity().Plan(false, "*"), Hand: graph.Preloaded{"": p.Change.Actions}})
		if err != nil {
			return nil, err
		}
		for i := range p.Change.Actions {
			id := p.Change.Actions[i].TargetID()
			b := set.AppendRow(nil, i)
			if a := p.Change.Actions[i].Action; a == ActionItemAdjustments || a == ActionShippingAdjustments || a == ActionWriteOff { // worth nothing, and never asked what
				b = bytes.Replace(b, []byte(`"raw_amount":{"value": "0", "precision": 20}`), []byte(`"raw_amount":null`), 1)
			}
			v.actions[id] = append(v.actions[id], b)
			v.whole = append(v.whole, b)
		}
	}
	hand := p.Order.hand()
	hand["order_summary"] = []Summary{{OrderID: p.Order.ID, Version: p.Order.Version, Totals: p.Balance().JSON()}}
	return graph.Read(ctx, graph.Query{Node: m.Orders.Entity().Plan(false, fields...), Hand: hand, Args: map[string]any{argument: v}})
}

// LoadVersion reads an order as it was in a version.
func (m *Module) LoadVersion(ctx context.Context, id string, version int) (*Order, error) {
	o, err := m.Load(ctx, id, false)
	if err != nil || o.Version == version {
		return o, err
	}
	of := module.Filter{"order_id": id, "version": version}
	items, err := m.Items.List(ctx, of, module.FindOptions{Relations: []string{"item", "item.tax_lines"}, Order: []string{"id"}})
	if err != nil {
		return nil, err
	}
	o.Items, o.ShippingMethods = nil, nil
	for i := range items {
		l := *items[i].Item
		if l.Adjustments, err = m.ItemAdjustments.List(ctx, module.Filter{"item_id": l.ID, "version": version}); err != nil {
			return nil, err
		}
		items[i].Item, l.Detail = nil, &items[i]
		o.Items = append(o.Items, l)
	}
	ways, err := m.Shippings.List(ctx, of, module.FindOptions{Relations: []string{"shipping_method", "shipping_method.tax_lines"}, Order: []string{"id"}})
	if err != nil {
		return nil, err
	}
	for i := range ways {
		s := *ways[i].ShippingMethod
		if s.Adjustments, err = m.ShippingAdjustments.List(ctx, module.Filter{"shipping_method_id": s.ID, "version": version}); err != nil {
			return nil, err
		}
		ways[i].ShippingMethod, s.Detail = nil, &ways[i]
		o.ShippingMethods = append(o.ShippingMethods, s)
	}
	if o.CreditLines, err = m.CreditLines.List(ctx, of); err != nil {
		return nil, err
	}
	sums, err := m.Summaries.List(ctx, of)
	if len(sums) > 0 {
		o.OrderSummary = &sums[0]
	}
	return o, err
}

// ReadVersion reads fields of an order as it was in a version.
func (m *Module) ReadVersion(ctx context.Context, id string, version int, fields []string) (*graph.Set, error) {
	o, err := m.LoadVersion(ctx, id, version)
	if err != nil {
		return nil, err
	}
	hand := o.hand()
	hand["order_summary"] = []Summary{}
	if o.OrderSummary != nil {
		sum := *o.OrderSummary
		hand["order_summary"] = []Summary{sum}
	}
	return graph.Read(ctx, graph.Query{Node: m.Orders.Entity().Plan(false, fields...), Hand: hand})
}

// hand is what of the order need not be read to show it.
func (o *Order) hand() graph.Preloaded {
	h := graph.Preloaded{"": []Order{*o}, "items": o.Items, "shipping_methods": o.ShippingMethods, "transactions": o.Transactions, "credit_lines": o.CreditLines}
	var details []Item
	var taxes []ItemTaxLine
	var adjustments []ItemAdjustment
	for _, l := range o.Items {
		details, taxes, adjustments = append(details, *l.Detail), append(taxes, l.TaxLines...), append(adjustments, l.Adjustments...)
	}
	h["items.detail"], h["items.tax_lines"], h["items.adjustments"] = details, taxes, adjustments
	var ways []Shipping
	var wayTaxes []ShippingTaxLine
	var wayOff []ShippingAdjustment
	for _, s := range o.ShippingMethods {
		ways, wayTaxes, wayOff = append(ways, *s.Detail), append(wayTaxes, s.TaxLines...), append(wayOff, s.Adjustments...)
	}
	h["shipping_methods.detail"], h["shipping_methods.tax_lines"], h["shipping_methods.adjustments"] = ways, wayTaxes, wayOff
	h["shipping_address"], h["billing_address"] = some(o.ShippingAddress), some(o.BillingAddress)
	for _, t := range o.Transactions {
		named(h, "transactions.", t.ReturnID, t.ClaimID, t.ExchangeID)
	}
	return h
}

func some[T any](v *T) []T {
	if v == nil {
		return []T{}
	}
	return []T{*v}
}

// named adds records of which no more than the id is known.
func named(h graph.Preloaded, path string, returns, claims, exchanges *string) {
	r, _ := h[path+"return"].([]Return)
	c, _ := h[path+"claim"].([]Claim)
	x, _ := h[path+"exchange"].([]Exchange)
	if returns != nil {
		r = append(r, Return{Model: module.Model{ID: *returns}})
	}
	if claims != nil {
		c = append(c, Claim{Model: module.Model{ID: *claims}})
	}
	if exchanges != nil {
		x = append(x, Exchange{Model: module.Model{ID: *exchanges}})
	}
	h[path+"return"], h[path+"claim"], h[path+"exchange"] = r, c, x
}

// changeFields are what is shown of a change in a preview.
var changeFields = []string{"id", "return_id", "claim_id", "exchange_id", "version", "change_type", "description", "status", "internal_note", "requested_by", "requested_at",
	"carry_over_promotions", "no_notification", "order_id"}

// encodeChange writes the change of a preview, and its order as it is; nothing where there is none.
func (m *Module) encodeChange(ctx context.Context, v *shown) ([]byte, error) {
	if v.Change == nil {
		return nil, nil
	}
	set, err := graph.Read(ctx, graph.Query{Node: m.Changes.Entity().Plan(false, changeFields...), Hand: graph.Preloaded{"": []Change{*v.Change}}})
	if err != nil {
		return nil, err
	}
	b := set.AppendRow(nil, 0)
	b = append(b[:len(b)-1], `,"order":`...)
	if v.bare {
		return append(append(append(b, `{"id":"`...), v.Order.ID...), `"}}`...), nil
	}
	b, err = m.encodeBefore(ctx, b, v.Current)
	return append(b, '}'), err
}

// encodeBefore writes an order as its tables have it: its items and shipping methods by version, with the lines and methods that they are of.
func (m *Module) encodeBefore(ctx context.Context, b []byte, o *Order) ([]byte, error) {
	h := o.hand()
	b = append(append(append(b, `{"id":"`...), o.ID...), `","version":`...)
	b = append(strconv.AppendInt(b, int64(o.Version), 10), `,"email":`...)
	if o.Email == nil {
		b = append(b, "null"...)
	} else {
		b = graph.AppendString(b, []byte(*o.Email))
	}
	b = append(b, `,"summary":[`...)
	if o.OrderSummary != nil {
		b = append(append(append(append(append(b, `{"id":"`...), o.OrderSummary.ID...), `","totals":`...), o.OrderSummary.Totals...), '}')
	}
	b = append(b, ']')
	ways := graph.Preloaded{"": h["shipping_methods.detail"], "shipping_method": o.ShippingMethods, "shipping_method.tax_lines": h["shipping_methods.tax_lines"],
		"shipping_method.adjustments": h["shipping_methods.adjustments"]}
	for _, s := range o.ShippingMethods {
		named(ways, "", s.Detail.ReturnID, s.Detail.ClaimID, s.Detail.ExchangeID)
	}
	moved := graph.Preloaded{"": o.Transactions}
	for _, t := range o.Transactions {
		named(moved, "", t.ReturnID, t.ClaimID, t.ExchangeID)
	}
	for _, part := range []struct {
		name   string
		entity *graph.Entity
		hand   graph.Preloaded
		fields []string
	}{
		{"items", m.Items.Entity(), graph.Preloaded{"": h["items.detail"], "item": o.Items, "item.tax_lines": h["items.tax_lines"], "item.adjustments": h["items.adjustments"]},
			[]string{"*", "item.*", "item.tax_lines.*", "item.adjustments.*"}},
		{"shipping_methods", m.Shippings.Entity(), ways, []string{"*", "shipping_method.*", "shipping_method.tax_lines.*", "shipping_method.adjustments.*", "return.id",
			"claim.id", "exchange.id"}},
		{"transactions", m.Transactions.Entity(), moved, []string{"*", "return.id", "claim.id", "exchange.id"}},
		{"credit_lines", m.CreditLines.Entity(), graph.Preloaded{"": o.CreditLines}, []string{"*"}},
	} {
		set, err := graph.Read(ctx, graph.Query{Node: part.entity.Plan(false, part.fields...), Hand: part.hand})
		if err != nil {
			return nil, err
		}
		b = set.AppendList(append(append(append(b, `,"`...), part.name...), `":`...))
	}
	return append(b, '}'), nil
}

// last is the last action that replaces the discounts of a line; nil for none.
func (p *Preview) last(line string) (last *ChangeAction) {
	if p.Change == nil {
		return nil
	}
	for i := range p.Change.Actions {
		if a := &p.Change.Actions[i]; a.Action == ActionItemAdjustments && a.TargetID() == line {
			last = a
		}
	}
	return last
}

// priceDiscounts notes in the details of actions what the discounts amount to that count, those of the last action at each line.
func (p *Preview) priceDiscounts() {
	t := p.Order.Totals()
	for i := range p.Order.Items {
		a := p.last(p.Order.Items[i].ID)
		if a == nil {
			continue
		}
		var list []map[string]any
		if b, err := json.Marshal(a.Details["adjustments"]); err != nil || json.Unmarshal(b, &list) != nil {
			continue
		}
		for j, d := range list {
			if part := t.Lines[i].Adjustments; j < len(part) {
				d["subtotal"], d["total"] = totals.Display(part[j].Subtotal), totals.Display(part[j].Total)
				d["raw_subtotal"], d["raw_total"] = json.RawMessage(part[j].Subtotal.AppendRaw(nil)), json.RawMessage(part[j].Total.AppendRaw(nil))
			}
		}
		details := maps.Clone(a.Details)
		details["adjustments"] = list
		a.Details = details
	}
}
