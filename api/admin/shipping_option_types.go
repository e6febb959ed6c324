package admin

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/shipping"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/route"
)

// A NewShippingOptionType is what it takes to make a type of shipping options.
type NewShippingOptionType struct {
	Label          string             `json:"label"`
	Code           string             `json:"code"`
	Description    module.Opt[string] `json:"description" valid:"notnull"`
	AdditionalData module.Map         `json:"additional_data" valid:"nullish"`
}

// A ShippingOptionTypePatch changes a type of shipping options.
type ShippingOptionTypePatch struct {
	ID             string             `path:"id"`
	Label          module.Opt[string] `json:"label" valid:"notnull"`
	Code           module.Opt[string] `json:"code" valid:"notnull"`
	Description    module.Opt[string] `json:"description" valid:"notnull"`
	AdditionalData module.Map         `json:"additional_data" valid:"nullish"`
}

// An optionTypeAPI is /admin/shipping-option-types.
type optionTypeAPI struct{ flows *shipping.Flows }

// ShippingOptionTypes routes /admin/shipping-option-types. Read is nil for the query graph.
func ShippingOptionTypes(flows *shipping.Flows, read resource.Reader) []route.Route {
	a := optionTypeAPI{flows}
	return resource.Resource{
		Path: "/admin/shipping-option-types", Entity: "shipping_option_type", One: "shipping_option_type", Many: "shipping_option_types", Singular: true,
		Fields:  "id label code description created_at updated_at",
		Filters: times(text("q"), list("id"), list("label"), list("code"), list("description")),
		Limit:   10,
		Create:  resource.Do(a.create), Update: resource.Do(a.update), Delete: a.delete,
		MissingUpdate: `Shipping option type with id "%s" not found`,
		Read:          read,
	}.Routes()
}

func (a optionTypeAPI) create(ctx context.Context, in NewShippingOptionType) (string, error) {
	list, err := a.flows.CreateTypes.Run(ctx, shipping.NewTypes{AdditionalData: in.AdditionalData,
		Types: []fulfillment.ShippingOptionType{{Label: in.Label, Code: in.Code, Description: in.Description.Ptr()}}})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (a optionTypeAPI) update(ctx context.Context, in ShippingOptionTypePatch) (string, error) {
	_, err := a.flows.UpdateType.Run(ctx, shipping.TypeChange{ID: in.ID, Set: module.SetOf(in), AdditionalData: in.AdditionalData})
	return in.ID, err
}

func (a optionTypeAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.DeleteTypes.Run(ctx, []string{id})
	return err
}
