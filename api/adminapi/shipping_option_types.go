package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/shippingflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/route"
)

// A CreateShippingOptionTypeRequest is what it takes to make a type of shipping options.
type CreateShippingOptionTypeRequest struct {
	Label          string             `json:"label"`
	Code           string             `json:"code"`
	Description    module.Opt[string] `json:"description" valid:"notnull"`
	AdditionalData module.Map         `json:"additional_data" valid:"nullish"`
}

// A UpdateShippingOptionTypeRequest changes a type of shipping options.
type UpdateShippingOptionTypeRequest struct {
	ID             string             `path:"id"`
	Label          module.Opt[string] `json:"label" valid:"notnull"`
	Code           module.Opt[string] `json:"code" valid:"notnull"`
	Description    module.Opt[string] `json:"description" valid:"notnull"`
	AdditionalData module.Map         `json:"additional_data" valid:"nullish"`
}

// An optionTypeAPI is /admin/shipping-option-types.
type optionTypeAPI struct{ flows *shippingflow.Flows }

// ShippingOptionTypes routes /admin/shipping-option-types. Read is nil for the query graph.
func ShippingOptionTypes(flows *shippingflow.Flows, read resource.Reader) []route.Route {
	a := optionTypeAPI{flows}
	return resource.Resource{
		Path: "/admin/shipping-option-types", Entity: "shipping_option_type", RecordKey: "shipping_option_type", ListKey: "shipping_option_types", Retrievable: true,
		Fields:  "id label code description created_at updated_at",
		Filters: times(text("q"), list("id"), list("label"), list("code"), list("description")),
		Limit:   10,
		Create:  resource.Do(a.create), Update: resource.Do(a.update), Delete: a.delete,
		UpdateNotFoundMessage: `Shipping option type with id "%s" not found`,
		Read:                  read,
	}.Routes()
}

func (a optionTypeAPI) create(ctx context.Context, in CreateShippingOptionTypeRequest) (string, error) {
	list, err := a.flows.CreateTypes.Run(ctx, shippingflow.CreateTypesInput{AdditionalData: in.AdditionalData,
		Types: []fulfillment.ShippingOptionType{{Label: in.Label, Code: in.Code, Description: in.Description.Ptr()}}})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (a optionTypeAPI) update(ctx context.Context, in UpdateShippingOptionTypeRequest) (string, error) {
	_, err := a.flows.UpdateType.Run(ctx, shippingflow.UpdateTypeInput{ID: in.ID, Set: module.SetFrom(in), AdditionalData: in.AdditionalData})
	return in.ID, err
}

func (a optionTypeAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.DeleteTypes.Run(ctx, []string{id})
	return err
}
