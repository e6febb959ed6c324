package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/regionflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/region"
)

// A CreateRegionRequest is what it takes to make a region.
type CreateRegionRequest struct {
	Name             string               `json:"name"`
	CurrencyCode     string               `json:"currency_code"`
	Countries        module.Opt[[]string] `json:"countries" valid:"notnull"`
	AutomaticTaxes   module.Opt[bool]     `json:"automatic_taxes" valid:"notnull"`
	IsTaxInclusive   module.Opt[bool]     `json:"is_tax_inclusive" valid:"notnull"`
	PaymentProviders module.Opt[[]string] `json:"payment_providers" valid:"notnull"`
	Metadata         Metadata             `json:"metadata"`
}

// A UpdateRegionRequest changes a region.
type UpdateRegionRequest struct {
	ID               string               `path:"id"`
	Name             module.Opt[string]   `json:"name" valid:"notnull"`
	CurrencyCode     module.Opt[string]   `json:"currency_code" valid:"notnull"`
	Countries        module.Opt[[]string] `json:"countries" valid:"notnull"`
	AutomaticTaxes   module.Opt[bool]     `json:"automatic_taxes" valid:"notnull"`
	IsTaxInclusive   module.Opt[bool]     `json:"is_tax_inclusive" valid:"notnull"`
	PaymentProviders module.Opt[[]string] `json:"payment_providers" valid:"notnull"`
	Metadata         Metadata             `json:"metadata"`
}

// A regionAPI is /admin/regions.
type regionAPI struct{ flows *regionflow.Flows }

func (a regionAPI) create(ctx context.Context, in CreateRegionRequest) (string, error) {
	out, err := a.flows.Create.Run(ctx, regionflow.CreateInput{
		Region:   region.Region{Name: in.Name, CurrencyCode: in.CurrencyCode, AutomaticTaxes: in.AutomaticTaxes.Or(true), Metadata: in.Metadata.Value},
		Settings: regionflow.Settings{Countries: in.Countries, Providers: in.PaymentProviders, IsTaxInclusive: module.Some(in.IsTaxInclusive.Value)},
	})
	return out.ID, err
}

func (a regionAPI) update(ctx context.Context, in UpdateRegionRequest) (string, error) {
	set := module.SetFrom(in)
	for _, k := range []string{"countries", "payment_providers", "is_tax_inclusive"} {
		delete(set, k)
	}
	_, err := a.flows.Update.Run(ctx, regionflow.UpdateInput{ID: in.ID, Set: set,
		Settings: regionflow.Settings{Countries: in.Countries, Providers: in.PaymentProviders, IsTaxInclusive: in.IsTaxInclusive}})
	return in.ID, err
}

func (a regionAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.Delete.Run(ctx, []string{id})
	return err
}

// Regions is /admin/regions.
func Regions(f *regionflow.Flows) resource.Resource {
	a := regionAPI{f}
	v := Handlers[CreateRegionRequest, UpdateRegionRequest]{Create: a.create, Update: a.update, Delete: a.delete}
	return v.with(resource.Resource{
		Path: "/admin/regions", Entity: "region", RecordKey: "region", ListKey: "regions", Retrievable: true,
		Fields:                "id name currency_code created_at updated_at deleted_at automatic_taxes metadata *countries",
		Filters:               times(text("q"), list("id"), list("currency_code"), list("name")),
		Limit:                 50,
		NotFoundMessage:       "Region with id: %s not found",
		UpdateNotFoundMessage: `Region with id "%s" not found`,
	})
}
