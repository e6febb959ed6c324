// Package fulfillmentflow has the workflows of zones, shipping profiles, and goods on their way.
package fulfillmentflow

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/stocklocation"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// A UpdateProfileInput changes the shipping profiles that match.
type UpdateProfileInput struct {
	ID  string     `json:"id"`
	Set module.Set `json:"set"`
}

// A CreateInput is a new fulfillment. Order is what the provider is told of it.
type CreateInput struct {
	fulfillment.Fulfillment
	Order module.Map `json:"order"`
}

// A ShipInput says that a fulfillment was handed over, with the labels that it has then.
type ShipInput struct {
	ID     string                          `json:"id"`
	By     string                          `json:"marked_shipped_by"`
	Labels module.Opt[[]fulfillment.Label] `json:"labels,omitzero"`
}

// Flows are the workflows of fulfillment.
type Flows struct {
	Fulfillment *fulfillment.Module
	Locations   *stocklocation.Module
	// UnlinkSets takes deleted fulfillment sets from their locations.
	UnlinkSets func(ctx context.Context, sets []string) error
	// ProductsOfProfile lists the products that a shipping profile has.
	ProductsOfProfile func(ctx context.Context, profile string) ([]string, error)

	DeleteSets  *workflow.Workflow[[]string, []string]
	CreateZones *workflow.Workflow[[]fulfillment.ServiceZone, []fulfillment.ServiceZone]
	UpdateZone  *workflow.Workflow[fulfillment.UpdateZoneInput, fulfillment.ServiceZone]
	DeleteZones *workflow.Workflow[[]string, []string]

	CreateProfiles *workflow.Workflow[[]fulfillment.ShippingProfile, []fulfillment.ShippingProfile]
	UpdateProfile  *workflow.Workflow[UpdateProfileInput, fulfillment.ShippingProfile]
	DeleteProfiles *workflow.Workflow[[]string, []string]

	Create       *workflow.Workflow[CreateInput, fulfillment.Fulfillment]
	CreateReturn *workflow.Workflow[CreateInput, fulfillment.Fulfillment]
	Update       *workflow.Workflow[fulfillment.UpdateInput, fulfillment.Fulfillment]
	Ship         *workflow.Workflow[ShipInput, fulfillment.Fulfillment]
	Deliver      *workflow.Workflow[string, fulfillment.Fulfillment]
	Cancel       *workflow.Workflow[string, fulfillment.Fulfillment]
}

// New returns the workflows of a module, which sends goods from the locations of another.
func New(m *fulfillment.Module, l *stocklocation.Module) *Flows {
	f := &Flows{Fulfillment: m, Locations: l}
	atomic := workflow.Atomic()
	f.DeleteSets = workflow.New("delete-fulfillment-sets-workflow", f.deleteSets, atomic)
	f.CreateZones = workflow.New("create-service-zones-workflow", f.createZones, atomic)
	f.UpdateZone = workflow.New("update-service-zones-workflow", f.updateZone, atomic)
	f.DeleteZones = workflow.New("delete-service-zones-workflow", f.deleteZones, atomic)
	f.CreateProfiles = workflow.New("create-shipping-profiles-workflow", f.createProfiles, atomic)
	f.UpdateProfile = workflow.New("update-shipping-profiles-workflow", f.updateProfile, atomic)
	f.DeleteProfiles = workflow.New("delete-shipping-profile-workflow", f.deleteProfiles, atomic)
	f.Create = workflow.New("create-fulfillment-workflow", f.send, atomic)
	f.CreateReturn = workflow.New("create-return-fulfillment-workflow", f.bringBack, atomic)
	f.Update = workflow.New("update-fulfillment-workflow", f.update, atomic)
	f.Ship = workflow.New("create-shipment-workflow", f.ship, atomic)
	f.Deliver = workflow.New("mark-fulfillment-as-delivered-workflow", f.deliver, atomic)
	f.Cancel = workflow.New("cancel-fulfillment-workflow", f.cancel, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.DeleteSets, f.CreateZones, f.UpdateZone, f.DeleteZones, f.CreateProfiles, f.UpdateProfile, f.DeleteProfiles,
		f.Create, f.CreateReturn, f.Update, f.Ship, f.Deliver, f.Cancel}
}

func (f *Flows) deleteSets(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-fulfillment-sets", func(ctx context.Context, ids []string) ([]string, error) {
		if err := f.Fulfillment.FulfillmentSets.SoftDelete(ctx, ids...); err != nil || f.UnlinkSets == nil {
			return ids, err
		}
		return ids, f.UnlinkSets(ctx, ids)
	}, ids)
}

func (f *Flows) createZones(ctx workflow.Context, list []fulfillment.ServiceZone) ([]fulfillment.ServiceZone, error) {
	return workflow.Step(ctx, "create-service-zones", f.Fulfillment.CreateZones, list)
}

func (f *Flows) updateZone(ctx workflow.Context, p fulfillment.UpdateZoneInput) (fulfillment.ServiceZone, error) {
	return workflow.Step(ctx, "update-service-zones", f.Fulfillment.UpdateZone, p)
}

func (f *Flows) deleteZones(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-service-zones", func(ctx context.Context, ids []string) ([]string, error) {
		return ids, f.Fulfillment.ServiceZones.SoftDelete(ctx, ids...)
	}, ids)
}

func (f *Flows) createProfiles(ctx workflow.Context, list []fulfillment.ShippingProfile) ([]fulfillment.ShippingProfile, error) {
	return workflow.Step(ctx, "create-shipping-profiles", f.Fulfillment.ShippingProfiles.CreateMany, list)
}

func (f *Flows) updateProfile(ctx workflow.Context, p UpdateProfileInput) (fulfillment.ShippingProfile, error) {
	return workflow.Step(ctx, "update-shipping-profiles", func(ctx context.Context, p UpdateProfileInput) (fulfillment.ShippingProfile, error) {
		return f.Fulfillment.ShippingProfiles.Patch(ctx, p.ID, p.Set)
	}, p)
}

func (f *Flows) deleteProfiles(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-shipping-profile", func(ctx context.Context, ids []string) ([]string, error) {
		for _, id := range ids {
			if f.ProductsOfProfile == nil {
				break
			}
			products, err := f.ProductsOfProfile(ctx, id)
			if err != nil {
				return nil, err
			}
			if len(products) > 0 {
				return nil, fault.New(fault.Invalid, "Cannot delete following shipping profiles because they are linked to products: %s", strings.Join(products, ","))
			}
		}
		return ids, f.Fulfillment.DeleteProfiles(ctx, ids)
	}, ids)
}
