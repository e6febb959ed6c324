package adminapi

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/stocklocationflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/stocklocation"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A TrimmedString text has no space around it.
type TrimmedString string

// Schema takes the space away.
func (*TrimmedString) Schema() *schema.Schema {
	return schema.String().Preprocess(func(v schema.Value) schema.Value {
		if v.Kind() == schema.KindString {
			return schema.StringValue(strings.TrimSpace(v.Text()))
		}
		return v
	})
}

// A LocationAddress says where a location is.
type LocationAddress struct {
	Address1    string             `json:"address_1"`
	Address2    module.Opt[string] `json:"address_2"`
	Company     module.Opt[string] `json:"company"`
	City        module.Opt[string] `json:"city"`
	CountryCode string             `json:"country_code"`
	Phone       module.Opt[string] `json:"phone"`
	PostalCode  module.Opt[string] `json:"postal_code"`
	Province    module.Opt[string] `json:"province"`
	Metadata    Metadata           `json:"metadata"`
}

// A CreateStockLocationRequest is what it takes to make a location.
type CreateStockLocationRequest struct {
	Name      TrimmedString               `json:"name"`
	Address   module.Opt[LocationAddress] `json:"address" valid:"notnull"`
	AddressID module.Opt[string]          `json:"address_id"`
	Metadata  Metadata                    `json:"metadata"`
}

// A UpdateStockLocationRequest changes a location.
type UpdateStockLocationRequest struct {
	ID        string                      `path:"id"`
	Name      module.Opt[TrimmedString]   `json:"name" valid:"notnull"`
	Address   module.Opt[LocationAddress] `json:"address" valid:"notnull"`
	AddressID module.Opt[string]          `json:"address_id"`
	Metadata  Metadata                    `json:"metadata"`
}

// A CreateLocationSetRequest is a fulfillment set of a location.
type CreateLocationSetRequest struct {
	LocationID string `path:"id"`
	Name       string `json:"name"`
	Type       string `json:"type"`
}

// A locationAPI is /admin/stock-locations.
type locationAPI struct{ flows *stocklocationflow.Flows }

// StockLocations routes /admin/stock-locations. Read is nil for the query graph.
func StockLocations(flows *stocklocationflow.Flows, read resource.Reader) []route.Route {
	a := locationAPI{flows}
	r := resource.Resource{
		Path: "/admin/stock-locations", Entity: "stock_location", RecordKey: "stock_location", ListKey: "stock_locations", Retrievable: true,
		Fields: "id name metadata created_at updated_at address.id address.address_1 address.address_2 address.city address.country_code address.phone " +
			"address.province address.postal_code address.metadata",
		Filters:         append(times(text("q"), list("id"), list("name"), list("address_id")), list("sales_channel_id")),
		RelationFilters: map[string]string{"sales_channel_id": "sales_channels.id"},
		Limit:           20,
		NotFoundMessage: "Stock location with id: %s was not found",
		Create:          resource.Do(a.create),
		Update:          resource.Do(a.update),
		Delete:          a.delete,
		Actions: []resource.Action{
			resource.Post("/{id}/sales-channels", resource.Do(a.channels)),
			resource.Post("/{id}/fulfillment-providers", resource.Do(a.providers)),
			resource.Post("/{id}/fulfillment-sets", resource.Do(a.set)),
		},
		Read: read,
	}
	return r.Routes()
}

func (a locationAPI) create(ctx context.Context, in CreateStockLocationRequest) (string, error) {
	l := stocklocation.Location{Name: string(in.Name), AddressID: in.AddressID.Ptr(), Metadata: in.Metadata.Value}
	if in.Address.Set {
		d := in.Address.Value
		l.Address = &stocklocation.Address{Address1: d.Address1, Address2: d.Address2.Ptr(), Company: d.Company.Ptr(), City: d.City.Ptr(), CountryCode: d.CountryCode,
			Phone: d.Phone.Ptr(), PostalCode: d.PostalCode.Ptr(), Province: d.Province.Ptr(), Metadata: d.Metadata.Value}
	}
	list, err := a.flows.Create.Run(ctx, []stocklocation.Location{l})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (a locationAPI) update(ctx context.Context, in UpdateStockLocationRequest) (string, error) {
	p := stocklocation.UpdateInput{ID: in.ID, Set: module.Set{}}
	if in.Name.Set {
		p.Set["name"] = string(in.Name.Value)
	}
	if in.Metadata.Set {
		p.Set["metadata"] = in.Metadata.Any()
	}
	if in.Address.Set {
		p.Address = module.SetFrom(in.Address.Value)
		p.Address["address_1"], p.Address["country_code"] = in.Address.Value.Address1, in.Address.Value.CountryCode
	}
	_, err := a.flows.Update.Run(ctx, p)
	return in.ID, err
}

func (a locationAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.Delete.Run(ctx, []string{id})
	return err
}

func (a locationAPI) channels(ctx context.Context, in resource.Link) (string, error) {
	return a.flows.LinkChannels.Run(ctx, stocklocationflow.LinkInput{ID: in.ID, Add: in.Add, Remove: in.Remove})
}

func (a locationAPI) providers(ctx context.Context, in resource.Link) (string, error) {
	return a.flows.LinkProviders.Run(ctx, stocklocationflow.LinkInput{ID: in.ID, Add: in.Add, Remove: in.Remove})
}

func (a locationAPI) set(ctx context.Context, in CreateLocationSetRequest) (string, error) {
	_, err := a.flows.CreateFulfillmentSet.Run(ctx, stocklocationflow.CreateSetInput{LocationID: in.LocationID, Name: in.Name, Type: in.Type})
	return in.LocationID, err
}
