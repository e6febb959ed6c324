package adminapi

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/fulfillmentflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A CreateGeoZoneRequest is a part of a service zone: a country, a province, a city or a range of postal codes.
type CreateGeoZoneRequest struct{ fulfillment.GeoZone }

// A UpdateGeoZoneRequest is a geo zone that stays, with its id, or a new one.
type UpdateGeoZoneRequest struct{ fulfillment.GeoZone }

func geoZoneSchema(more ...schema.Field) *schema.Schema {
	text := func(name string) schema.Field { return schema.Field{Name: name, Schema: schema.String()} }
	kinds := []string{"country", "province", "city", "zip"}
	parts := []schema.Field{text("province_code"), text("city"), {Name: "postal_expression", Schema: schema.Record(schema.Unknown())}}
	options := make([]*schema.Schema, len(kinds))
	for i, kind := range kinds {
		fields := []schema.Field{text("country_code"), {Name: "metadata", Schema: schema.Record(schema.Unknown()).Nullish()}, {Name: "type", Schema: schema.Literal(schema.StringValue(kind))}}
		options[i] = schema.ObjectOf(append(append(fields, parts[:i]...), more...)...)
	}
	return schema.Union(options...)
}

// Schema is what a new geo zone may look like.
func (*CreateGeoZoneRequest) Schema() *schema.Schema { return geoZoneSchema() }

// UnmarshalJSON reads the zone itself.
func (z *CreateGeoZoneRequest) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &z.GeoZone) }

// Schema is what a geo zone may look like when its zone is changed.
func (*UpdateGeoZoneRequest) Schema() *schema.Schema {
	return geoZoneSchema(schema.Field{Name: "id", Schema: schema.String().Optional()})
}

// UnmarshalJSON reads the zone itself.
func (z *UpdateGeoZoneRequest) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &z.GeoZone) }

// A CreateServiceZoneRequest is what it takes to make a service zone of a fulfillment set.
type CreateServiceZoneRequest struct {
	SetID    string                             `path:"id"`
	Name     string                             `json:"name"`
	GeoZones module.Opt[[]CreateGeoZoneRequest] `json:"geo_zones" valid:"notnull"`
}

// A UpdateServiceZoneRequest changes a service zone.
type UpdateServiceZoneRequest struct {
	SetID    string                             `path:"id"`
	ID       string                             `path:"zone_id"`
	Name     module.Opt[string]                 `json:"name"`
	GeoZones module.Opt[[]UpdateGeoZoneRequest] `json:"geo_zones" valid:"notnull"`
}

// A setAPI is /admin/fulfillment-sets.
type setAPI struct{ flows *fulfillmentflow.Flows }

// FulfillmentSets routes /admin/fulfillment-sets, with their service zones. Read is nil for the query graph.
func FulfillmentSets(flows *fulfillmentflow.Flows, read resource.Reader) []route.Route {
	a := setAPI{flows}
	r := resource.Resource{
		Path: "/admin/fulfillment-sets", Entity: "fulfillment_set", RecordKey: "fulfillment_set",
		Fields: "id name type created_at updated_at deleted_at *service_zones *service_zones.geo_zones",
		Delete: a.delete,
		Actions: []resource.Action{
			resource.Post("/{id}/service-zones", resource.Do(a.createZone)),
			resource.Post("/{id}/service-zones/{zone_id}", resource.Do(a.updateZone)),
		},
		Read: read,
	}
	zone := resource.Resource{
		Entity: "service_zone", RecordKey: "service_zone", Retrievable: true,
		Fields: "id name type created_at updated_at deleted_at *geo_zones", NotFoundMessage: "Service zone with id: %s not found",
		Read: read,
	}
	whole := resource.Resource{Path: r.Path, Entity: r.Entity, RecordKey: r.RecordKey, Fields: "id name type metadata created_at updated_at deleted_at *service_zones", Read: read,
		NotFoundMessage: "FulfillmentSet with id: %s was not found"}
	out := append(r.Routes(), zone.SelfRoutes(r.Path+"/{id}/service-zones/{zone_id}", func(ctx context.Context) string { return route.RequestFromContext(ctx).Param("zone_id") })...)
	return append(out, whole.DeleteSubRecordRoutes(resource.SubRecord{Pattern: "/{id}/service-zones/{zone_id}", Param: "zone_id", Object: "service_zone", ReturnOriginal: true, Remove: a.deleteZone})...)
}

func (a setAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.DeleteSets.Run(ctx, []string{id})
	return err
}

func (a setAPI) createZone(ctx context.Context, in CreateServiceZoneRequest) (string, error) {
	z := fulfillment.ServiceZone{Name: in.Name, FulfillmentSetID: in.SetID}
	for _, g := range in.GeoZones.Value {
		z.GeoZones = append(z.GeoZones, g.GeoZone)
	}
	_, err := a.flows.CreateZones.Run(ctx, []fulfillment.ServiceZone{z})
	return in.SetID, err
}

func (a setAPI) updateZone(ctx context.Context, in UpdateServiceZoneRequest) (string, error) {
	if err := a.within(ctx, in.SetID, in.ID); err != nil {
		return "", err
	}
	if in.Name.Null {
		return "", fault.New(fault.Invalid, "Cannot set field 'name' of Service zone to null")
	}
	p := fulfillment.UpdateZoneInput{ID: in.ID, Set: module.Set{}, GeoZones: module.Opt[[]fulfillment.GeoZone]{Set: in.GeoZones.Set}}
	if in.Name.Set {
		p.Set["name"] = in.Name.Value
	}
	for _, g := range in.GeoZones.Value {
		p.GeoZones.Value = append(p.GeoZones.Value, g.GeoZone)
	}
	_, err := a.flows.UpdateZone.Run(ctx, p)
	return in.SetID, err
}

// within refuses zones that are not of the set.
func (a setAPI) within(ctx context.Context, set, zone string) error {
	s, err := a.flows.Fulfillment.FulfillmentSets.Retrieve(ctx, set, module.FindOptions{Relations: []string{"service_zones"}})
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.NotFound, "FulfillmentSet with id: %s was not found", set)
	}
	if err == nil && !slices.Contains(module.IDs(s.ServiceZones), zone) {
		err = fault.New(fault.NotFound, "Service zone with id: %s not found on fulfillment set", zone)
	}
	return err
}

func (a setAPI) deleteZone(ctx context.Context, set, zone string) error {
	if err := a.within(ctx, set, zone); err != nil {
		return err
	}
	_, err := a.flows.DeleteZones.Run(ctx, []string{zone})
	return err
}
