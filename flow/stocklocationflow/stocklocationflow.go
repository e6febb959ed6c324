// Package stocklocationflow has the workflows of the places that stock is kept at, and what ties them to channels, fulfillment sets and providers.
package stocklocationflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/modules/stocklocation"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// An IDLinks is the link of locations to something else.
type IDLinks interface {
	// Attach ties a location to others; those that it is tied to already stay.
	Attach(ctx context.Context, location string, others []string) error
	// Detach unties a location from others, or from all when there are none.
	Detach(ctx context.Context, location string, others []string) error
	// LinkedIDs lists what a location is tied to.
	LinkedIDs(ctx context.Context, location string) ([]string, error)
}

// LocationLinks are the links of locations.
type LocationLinks struct {
	Channels        IDLinks // sales channels
	FulfillmentSets IDLinks // fulfillment sets
	Providers       IDLinks // fulfillment providers
}

// A LinkInput ties one location to others and apart.
type LinkInput struct {
	ID     string   `json:"id"`
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

// A CreateSetInput is a fulfillment set of one location.
type CreateSetInput struct {
	LocationID string `json:"location_id"`
	Name       string `json:"name"`
	Type       string `json:"type"`
}

// Locations is what the hook is told.
type Locations struct {
	StockLocations []stocklocation.Location `json:"stock_locations"`
}

// Flows are the workflows of stock locations.
type Flows struct {
	Locations   *stocklocation.Module
	Fulfillment *fulfillment.Module
	Links       LocationLinks

	Create               *workflow.Workflow[[]stocklocation.Location, []stocklocation.Location]
	Update               *workflow.Workflow[stocklocation.UpdateInput, stocklocation.Location]
	Delete               *workflow.Workflow[[]string, []string]
	CreateFulfillmentSet *workflow.Workflow[CreateSetInput, fulfillment.FulfillmentSet]
	LinkChannels         *workflow.Workflow[LinkInput, string]
	LinkProviders        *workflow.Workflow[LinkInput, string]

	Created workflow.Hook[Locations]
}

// New returns the workflows of a module's locations, whose fulfillment sets are in another.
func New(m *stocklocation.Module, ful *fulfillment.Module, ties LocationLinks) *Flows {
	f := &Flows{Locations: m, Fulfillment: ful, Links: ties}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-stock-locations-workflow", f.create, atomic)
	f.Update = workflow.New("update-stock-locations-workflow", f.update, atomic)
	f.Delete = workflow.New("delete-stock-locations-workflow", f.delete, atomic)
	f.CreateFulfillmentSet = workflow.New("create-location-fulfillment-set", f.createSet, atomic)
	f.LinkChannels = workflow.New("link-sales-channels-to-stock-location", f.linkChannels, atomic)
	f.LinkProviders = workflow.New("link-fulfillment-providers-to-stock-location", f.linkProviders, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.Delete, f.CreateFulfillmentSet, f.LinkChannels, f.LinkProviders}
}

func (f *Flows) create(ctx workflow.Context, list []stocklocation.Location) ([]stocklocation.Location, error) {
	out, err := workflow.Step(ctx, "create-stock-locations", func(ctx context.Context, list []stocklocation.Location) (out []stocklocation.Location, err error) {
		for _, l := range list {
			if l, err = f.Locations.Create(ctx, l); err != nil {
				return nil, err
			}
			out = append(out, l)
		}
		return out, nil
	}, list)
	if err != nil {
		return nil, err
	}
	return out, f.Created.Run(ctx, Locations{out})
}

func (f *Flows) update(ctx workflow.Context, p stocklocation.UpdateInput) (stocklocation.Location, error) {
	return workflow.Step(ctx, "update-stock-locations", f.Locations.Update, p)
}

// delete removes locations with their fulfillment sets, which nobody else has.
func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	return workflow.Step(ctx, "delete-stock-locations-step", func(ctx context.Context, ids []string) ([]string, error) {
		for _, id := range ids {
			if err := f.untie(ctx, id); err != nil {
				return nil, err
			}
		}
		return ids, f.Locations.Locations.SoftDelete(ctx, ids...)
	}, ids)
}

func (f *Flows) untie(ctx context.Context, id string) error {
	sets, err := f.Links.FulfillmentSets.LinkedIDs(ctx, id)
	if err != nil {
		return err
	}
	if err := f.Fulfillment.FulfillmentSets.SoftDelete(ctx, sets...); err != nil {
		return err
	}
	for _, t := range []IDLinks{f.Links.FulfillmentSets, f.Links.Channels, f.Links.Providers} {
		if err := t.Detach(ctx, id, nil); err != nil {
			return err
		}
	}
	return nil
}

func (f *Flows) createSet(ctx workflow.Context, in CreateSetInput) (out fulfillment.FulfillmentSet, err error) {
	// the location must be there before anything is made for it
	if _, err = f.Locations.Locations.Retrieve(ctx, in.LocationID, module.FindOptions{Select: []string{"id"}}); err != nil {
		return out, err
	}
	list, err := workflow.Step(ctx, "create-fulfillment-sets", f.Fulfillment.CreateFulfillmentSets, []fulfillment.FulfillmentSet{{Name: in.Name, Type: in.Type}})
	if err != nil {
		return out, err
	}
	_, err = workflow.Step(ctx, "associate-fulfillment-sets-with-location-step", func(ctx context.Context, set string) (string, error) {
		return set, f.Links.FulfillmentSets.Attach(ctx, in.LocationID, []string{set})
	}, list[0].ID)
	return list[0], err
}

func (f *Flows) linkChannels(ctx workflow.Context, in LinkInput) (string, error) {
	return workflow.Step(ctx, "associate-locations-with-sales-channels-step", func(ctx context.Context, in LinkInput) (string, error) {
		return f.link(ctx, f.Links.Channels, in)
	}, in)
}

func (f *Flows) linkProviders(ctx workflow.Context, in LinkInput) (string, error) {
	return workflow.Step(ctx, "create-remote-links", func(ctx context.Context, in LinkInput) (string, error) {
		return f.link(ctx, f.Links.Providers, in)
	}, in)
}

func (f *Flows) link(ctx context.Context, t IDLinks, in LinkInput) (string, error) {
	if _, err := f.Locations.Locations.Retrieve(ctx, in.ID, module.FindOptions{Select: []string{"id"}}); err != nil {
		return "", err
	}
	if len(in.Add) > 0 {
		if err := t.Attach(ctx, in.ID, in.Add); err != nil {
			return "", err
		}
	}
	if len(in.Remove) == 0 {
		return in.ID, nil
	}
	return in.ID, t.Detach(ctx, in.ID, in.Remove)
}
