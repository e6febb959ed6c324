// Package shippingflow has the workflows of shipping options with their prices and types, and finds what options a buyer has.
package shippingflow

import (
	"context"
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/region"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to shipping options and their types.
const (
	Created     = event.Topic[event.ID]("shipping-option.created")
	Updated     = event.Topic[event.ID]("shipping-option.updated")
	Deleted     = event.Topic[event.ID]("shipping-option.deleted")
	TypeCreated = event.Topic[event.ID]("shipping-option-type.created")
	TypeUpdated = event.Topic[event.ID]("shipping-option-type.updated")
	TypeDeleted = event.Topic[event.ID]("shipping-option-type.deleted")
)

// The ways in which options are priced.
const (
	PriceTypeFlat       = "flat"
	PriceTypeCalculated = "calculated"
)

// A CreateInput is a new shipping option with its prices.
type CreateInput struct {
	Option fulfillment.ShippingOption `json:"option"`
	Prices []PriceInput               `json:"prices"`
}

// A UpdateInput of a shipping option. Prices, when set, are all that it has afterwards: those with an id stay.
type UpdateInput struct {
	fulfillment.UpdateOptionInput
	Prices module.Opt[[]PriceInput] `json:"prices,omitzero"`
}

// A BatchRulesInput changes the rules of one option.
type BatchRulesInput struct {
	OptionID string                           `json:"id"`
	Create   []fulfillment.ShippingOptionRule `json:"create"`
	Update   []fulfillment.ShippingOptionRule `json:"update"`
	Delete   []string                         `json:"delete"`
}

// BatchRulesResult is what a batch of rules did.
type BatchRulesResult struct {
	Created []fulfillment.ShippingOptionRule `json:"created"`
	Updated []fulfillment.ShippingOptionRule `json:"updated"`
	Deleted []string                         `json:"deleted"`
}

// CreateTypesInput are types to make, with data for the hooks.
type CreateTypesInput struct {
	Types          []fulfillment.ShippingOptionType `json:"shipping_option_types"`
	AdditionalData module.Map                       `json:"additional_data"`
}

// A UpdateTypeInput changes one type.
type UpdateTypeInput struct {
	ID             string     `json:"id"`
	Set            module.Set `json:"set"`
	AdditionalData module.Map `json:"additional_data"`
}

// IDs is what the hook of deletions is told.
type IDs struct {
	IDs []string `json:"ids"`
}

// Flows are the workflows of shipping options.
type Flows struct {
	Fulfillment *fulfillment.Module
	Pricing     *pricing.Module
	Region      *region.Module
	// LinkPrices ties an option to its price set.
	LinkPrices func(ctx context.Context, option, set string) error

	// CartOptionQuery makes the question of a cart: its channel, where it goes, and how it is priced. Unknown carts are fault.NotFound.
	CartOptionQuery func(ctx context.Context, cart string) (OptionQuery, error)

	Create     *workflow.Workflow[[]CreateInput, []fulfillment.ShippingOption]
	Update     *workflow.Workflow[UpdateInput, fulfillment.ShippingOption]
	Delete     *workflow.Workflow[[]string, []string]
	BatchRules *workflow.Workflow[BatchRulesInput, BatchRulesResult]

	CreateTypes *workflow.Workflow[CreateTypesInput, []fulfillment.ShippingOptionType]
	UpdateType  *workflow.Workflow[UpdateTypeInput, fulfillment.ShippingOptionType]
	DeleteTypes *workflow.Workflow[[]string, []string]

	ListForCart      *workflow.Workflow[CartOptionsInput, []CartOption]
	CalculateForCart *workflow.Workflow[CalculatePriceInput, Price]

	OptionsContext             workflow.HookWithResult[CartOptionsInput, module.Map] // adds to what the options' rules may be about
	TypesCreated, TypesUpdated workflow.Hook[CreateTypesInput]
	TypesDeleted               workflow.Hook[IDs]
}

// New returns the workflows of a module's options, priced in another, for the regions of a third.
func New(m *fulfillment.Module, p *pricing.Module, r *region.Module) *Flows {
	f := &Flows{Fulfillment: m, Pricing: p, Region: r}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-shipping-options-workflow", f.create, atomic)
	f.Update = workflow.New("update-shipping-options-workflow", f.update, atomic)
	f.Delete = workflow.New("delete-shipping-options-workflow", f.delete, atomic)
	f.BatchRules = workflow.New("batch-shipping-option-rules", f.batchRules, atomic)
	f.CreateTypes = workflow.New("create-shipping-option-types", f.createTypes, atomic)
	f.UpdateType = workflow.New("update-shipping-option-types", f.updateType, atomic)
	f.DeleteTypes = workflow.New("delete-shipping-option-types", f.deleteTypes, atomic)
	f.ListForCart = workflow.New("list-shipping-options-for-cart", f.listForCart)
	f.CalculateForCart = workflow.New("calculate-shipping-options-prices-workflow", f.calculateForCart)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.Delete, f.BatchRules, f.CreateTypes, f.UpdateType, f.DeleteTypes,
		f.ListForCart, f.CalculateForCart}
}

func (f *Flows) create(ctx workflow.Context, list []CreateInput) ([]fulfillment.ShippingOption, error) {
	rows := make([]fulfillment.ShippingOption, len(list))
	for i, d := range list {
		rows[i] = d.Option
	}
	if _, err := workflow.Step(ctx, "validate-fulfillment-providers-step", f.checkProvidersEnabled, rows); err != nil {
		return nil, err
	}
	if _, err := workflow.Step(ctx, "validate-shipping-option-prices", f.checkCalculable, rows); err != nil {
		return nil, err
	}
	for _, d := range list { // before anything is made
		if _, err := f.prices(ctx, d.Prices); err != nil {
			return nil, err
		}
	}
	out, err := workflow.Step(ctx, "create-shipping-options-step", f.Fulfillment.CreateOptions, rows)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if err := f.createPrices(ctx, out[i].ID, list[i].Prices); err != nil {
			return nil, err
		}
	}
	return out, workflow.Emit(ctx, Created, event.IDs(module.IDs(out)...)...)
}

// checkProvidersEnabled refuses options of providers that do not work for the location of the option's zone.
func (f *Flows) checkProvidersEnabled(ctx context.Context, list []fulfillment.ShippingOption) (bool, error) {
	var wrong []string
	for _, o := range list {
		have, err := f.providers(ctx, o.ServiceZoneID)
		if err != nil {
			return false, err
		}
		if o.ProviderID == nil || !slices.Contains(have, *o.ProviderID) {
			wrong = append(wrong, text(o.ProviderID))
		}
	}
	if len(wrong) > 0 {
		return false, fault.New(fault.NotAllowed, "Providers (%s) are not enabled for the service location", strings.Join(wrong, ","))
	}
	return true, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// checkCalculable refuses options whose provider shall work out the price, and cannot.
func (f *Flows) checkCalculable(ctx context.Context, list []fulfillment.ShippingOption) (bool, error) {
	var wrong []string
	for _, o := range list {
		if o.PriceType != PriceTypeCalculated {
			continue
		}
		p, err := f.Fulfillment.Providers.Get(text(o.ProviderID))
		if err != nil {
			return false, err
		}
		can := false
		if c, ok := p.(fulfillment.PriceCalculator); ok {
			if can, err = c.CanCalculatePrice(ctx, o); err != nil {
				return false, err
			}
		}
		if !can {
			wrong = append(wrong, o.Name)
		}
	}
	if len(wrong) > 0 {
		return false, fault.New(fault.Invalid, "Cannot calcuate pricing for: [%s] shipping option(s).", strings.Join(wrong, ", "))
	}
	return true, nil
}

func (f *Flows) update(ctx workflow.Context, c UpdateInput) (out fulfillment.ShippingOption, err error) {
	old, err := f.Fulfillment.RetrieveOption(ctx, c.ID)
	if err != nil {
		return out, err
	}
	next := old
	if v, ok := c.Set["provider_id"].(string); ok {
		next.ProviderID = &v
	}
	if v, ok := c.Set["price_type"].(string); ok {
		next.PriceType = v
	}
	if v, ok := c.Set["name"].(string); ok {
		next.Name = v
	}
	if _, err = workflow.Step(ctx, "validate-fulfillment-providers-step", f.checkProvidersEnabled, []fulfillment.ShippingOption{next}); err != nil {
		return out, err
	}
	if _, err = workflow.Step(ctx, "validate-shipping-option-prices", f.checkCalculable, []fulfillment.ShippingOption{next}); err != nil {
		return out, err
	}
	out, err = workflow.Step(ctx, "create-shipping-options-step", f.Fulfillment.UpdateOption, c.UpdateOptionInput)
	if err != nil {
		return out, err
	}
	if next.PriceType == PriceTypeCalculated {
		c.Prices = module.Some([]PriceInput{}) // its provider has them
	}
	if c.Prices.Set {
		if err := f.replacePrices(ctx, c.ID, c.Prices.Value); err != nil {
			return out, err
		}
	}
	return out, workflow.Emit(ctx, Updated, event.ID{ID: c.ID})
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	_, err := workflow.Step(ctx, "delete-shipping-options-step", func(ctx context.Context, ids []string) ([]string, error) {
		return ids, f.Fulfillment.ShippingOptions.SoftDelete(ctx, ids...)
	}, ids)
	if err != nil {
		return nil, err
	}
	return ids, workflow.Emit(ctx, Deleted, event.IDs(ids...)...)
}

func (f *Flows) batchRules(ctx workflow.Context, in BatchRulesInput) (BatchRulesResult, error) {
	return workflow.Step(ctx, "batch-shipping-option-rules", func(ctx context.Context, in BatchRulesInput) (out BatchRulesResult, err error) {
		if out.Created, err = f.Fulfillment.CreateRules(ctx, in.OptionID, in.Create); err != nil {
			return out, err
		}
		if out.Updated, err = f.Fulfillment.UpdateRules(ctx, in.Update); err != nil {
			return out, err
		}
		out.Deleted = in.Delete
		return out, f.Fulfillment.ShippingOptionRules.SoftDelete(ctx, in.Delete...)
	}, in)
}

func (f *Flows) createTypes(ctx workflow.Context, in CreateTypesInput) ([]fulfillment.ShippingOptionType, error) {
	out, err := workflow.Step(ctx, "create-shipping-option-types", f.Fulfillment.ShippingOptionTypes.CreateMany, in.Types)
	if err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, TypeCreated, event.IDs(module.IDs(out)...)...); err != nil {
		return nil, err
	}
	return out, f.TypesCreated.Run(ctx, CreateTypesInput{out, in.AdditionalData})
}

func (f *Flows) updateType(ctx workflow.Context, c UpdateTypeInput) (out fulfillment.ShippingOptionType, err error) {
	out, err = workflow.Step(ctx, "update-shipping-option-types", func(ctx context.Context, c UpdateTypeInput) (fulfillment.ShippingOptionType, error) {
		return f.Fulfillment.ShippingOptionTypes.Patch(ctx, c.ID, c.Set)
	}, c)
	if err != nil {
		return out, err
	}
	if err := workflow.Emit(ctx, TypeUpdated, event.ID{ID: c.ID}); err != nil {
		return out, err
	}
	return out, f.TypesUpdated.Run(ctx, CreateTypesInput{[]fulfillment.ShippingOptionType{out}, c.AdditionalData})
}

func (f *Flows) deleteTypes(ctx workflow.Context, ids []string) ([]string, error) {
	_, err := workflow.Step(ctx, "delete-shipping-option-types", func(ctx context.Context, ids []string) ([]string, error) {
		return ids, f.Fulfillment.DeleteTypes(ctx, ids)
	}, ids)
	if err != nil {
		return nil, err
	}
	if err := workflow.Emit(ctx, TypeDeleted, event.IDs(ids...)...); err != nil {
		return nil, err
	}
	return ids, f.TypesDeleted.Run(ctx, IDs{ids})
}
