package admin

import (
	"cmp"
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	flow "github.com/gorgon-commerce/gorgon/flow/fulfillment"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/route"
)

// A NewShippingProfile is what it takes to make a shipping profile.
type NewShippingProfile struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Metadata Metadata `json:"metadata"`
}

// A ShippingProfilePatch changes a shipping profile.
type ShippingProfilePatch struct {
	ID       string             `path:"id"`
	Name     module.Opt[string] `json:"name" valid:"notnull"`
	Type     module.Opt[string] `json:"type" valid:"notnull"`
	Metadata Metadata           `json:"metadata"`
}

// A profileAPI is /admin/shipping-profiles.
type profileAPI struct{ flows *flow.Flows }

// ShippingProfiles routes /admin/shipping-profiles. Read is nil for the query graph.
func ShippingProfiles(flows *flow.Flows, read resource.Reader) []route.Route {
	a := profileAPI{flows}
	return resource.Resource{
		Path: "/admin/shipping-profiles", Entity: "shipping_profile", One: "shipping_profile", Many: "shipping_profiles", Singular: true,
		Fields:  "id name type metadata created_at updated_at",
		Filters: times(list("id"), text("q"), text("type"), text("name")),
		Limit:   20,
		Create:  resource.Do(a.create), Update: resource.Do(a.update), Delete: a.delete,
		Read: read,
	}.Routes()
}

func (a profileAPI) create(ctx context.Context, in NewShippingProfile) (string, error) {
	list, err := a.flows.CreateProfiles.Run(ctx, []fulfillment.ShippingProfile{{Name: in.Name, Type: in.Type, Metadata: in.Metadata.Value}})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (a profileAPI) update(ctx context.Context, in ShippingProfilePatch) (string, error) {
	_, err := a.flows.UpdateProfile.Run(ctx, flow.ProfileChange{ID: in.ID, Set: module.SetOf(in)})
	return in.ID, err
}

func (a profileAPI) delete(ctx context.Context, id string) error {
	if n, err := a.flows.Fulfillment.ShippingProfiles.Count(ctx, module.Filter{"id": id}); n == 0 || err != nil {
		return cmp.Or(err, error(fault.New(fault.NotFound, "ShippingProfile with id: %s was not found", id)))
	}
	_, err := a.flows.DeleteProfiles.Run(ctx, []string{id})
	return err
}
