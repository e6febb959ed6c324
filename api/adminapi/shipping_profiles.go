package adminapi

import (
	"cmp"
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/fulfillmentflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/route"
)

// A CreateShippingProfileRequest is what it takes to make a shipping profile.
type CreateShippingProfileRequest struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Metadata Metadata `json:"metadata"`
}

// A UpdateShippingProfileRequest changes a shipping profile.
type UpdateShippingProfileRequest struct {
	ID       string             `path:"id"`
	Name     module.Opt[string] `json:"name" valid:"notnull"`
	Type     module.Opt[string] `json:"type" valid:"notnull"`
	Metadata Metadata           `json:"metadata"`
}

// A profileAPI is /admin/shipping-profiles.
type profileAPI struct{ flows *fulfillmentflow.Flows }

// ShippingProfiles routes /admin/shipping-profiles. Read is nil for the query graph.
func ShippingProfiles(flows *fulfillmentflow.Flows, read resource.Reader) []route.Route {
	a := profileAPI{flows}
	return resource.Resource{
		Path: "/admin/shipping-profiles", Entity: "shipping_profile", RecordKey: "shipping_profile", ListKey: "shipping_profiles", Retrievable: true,
		Fields:  "id name type metadata created_at updated_at",
		Filters: times(list("id"), text("q"), text("type"), text("name")),
		Limit:   20,
		Create:  resource.Do(a.create), Update: resource.Do(a.update), Delete: a.delete,
		Read: read,
	}.Routes()
}

func (a profileAPI) create(ctx context.Context, in CreateShippingProfileRequest) (string, error) {
	list, err := a.flows.CreateProfiles.Run(ctx, []fulfillment.ShippingProfile{{Name: in.Name, Type: in.Type, Metadata: in.Metadata.Value}})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (a profileAPI) update(ctx context.Context, in UpdateShippingProfileRequest) (string, error) {
	_, err := a.flows.UpdateProfile.Run(ctx, fulfillmentflow.UpdateProfileInput{ID: in.ID, Set: module.SetFrom(in)})
	return in.ID, err
}

func (a profileAPI) delete(ctx context.Context, id string) error {
	if n, err := a.flows.Fulfillment.ShippingProfiles.Count(ctx, module.Filter{"id": id}); n == 0 || err != nil {
		return cmp.Or(err, error(fault.New(fault.NotFound, "ShippingProfile with id: %s was not found", id)))
	}
	_, err := a.flows.DeleteProfiles.Run(ctx, []string{id})
	return err
}
