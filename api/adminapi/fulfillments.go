package adminapi

import (
	"context"
	"net/url"
	"time"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/fulfillmentflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/fulfillment"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// An OptionalURL is an http or https URL, "#", or nothing.
type OptionalURL string

// Schema refuses addresses of other schemes, which could run scripts where they are shown.
func (*OptionalURL) Schema() *schema.Schema {
	return schema.String().Refine("URL must use http: or https: scheme", func(v schema.Value) bool {
		if v.Text() == "" || v.Text() == "#" {
			return true
		}
		u, err := url.Parse(v.Text())
		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	})
}

// A CreateLabelRequest lets a parcel be followed.
type CreateLabelRequest struct {
	TrackingNumber string      `json:"tracking_number"`
	TrackingURL    OptionalURL `json:"tracking_url"`
	LabelURL       OptionalURL `json:"label_url"`
}

// Labels are those of a request as the module has them.
func Labels(list []CreateLabelRequest) []fulfillment.Label {
	out := make([]fulfillment.Label, len(list))
	for i, l := range list {
		out[i] = fulfillment.Label{TrackingNumber: l.TrackingNumber, TrackingURL: string(l.TrackingURL), LabelURL: string(l.LabelURL)}
	}
	return out
}

// A CreateFulfillmentItemRequest is how much of a line is sent.
type CreateFulfillmentItemRequest struct {
	Title           string             `json:"title"`
	SKU             string             `json:"sku"`
	Quantity        float64            `json:"quantity"`
	Barcode         string             `json:"barcode"`
	LineItemID      module.Opt[string] `json:"line_item_id"`
	InventoryItemID module.Opt[string] `json:"inventory_item_id"`
}

// A CreateFulfillmentRequest is what it takes to send something.
type CreateFulfillmentRequest struct {
	LocationID       string                         `json:"location_id"`
	ProviderID       string                         `json:"provider_id"`
	DeliveryAddress  AddressPayload                 `json:"delivery_address" valid:"strict"`
	Items            []CreateFulfillmentItemRequest `json:"items"`
	Labels           []CreateLabelRequest           `json:"labels"`
	OrderID          string                         `json:"order_id"`
	ShippingOptionID module.Opt[string]             `json:"shipping_option_id"`
	Data             module.Map                     `json:"data" valid:"nullable"`
	PackedAt         module.Opt[time.Time]          `json:"packed_at"`
	ShippedAt        module.Opt[time.Time]          `json:"shipped_at"`
	DeliveredAt      module.Opt[time.Time]          `json:"delivered_at"`
	CanceledAt       module.Opt[time.Time]          `json:"canceled_at"`
	Metadata         module.Map                     `json:"metadata" valid:"nullable"`
}

// A CreateShipmentRequest says that a fulfillment is on its way.
type CreateShipmentRequest struct {
	ID     string               `path:"id"`
	Labels []CreateLabelRequest `json:"labels"`
}

// A fulfillmentAPI is /admin/fulfillments.
type fulfillmentAPI struct{ flows *fulfillmentflow.Flows }

// Fulfillments routes /admin/fulfillments. Read is nil for the query graph.
func Fulfillments(flows *fulfillmentflow.Flows, read resource.Reader) []route.Route {
	a := fulfillmentAPI{flows}
	return resource.Resource{
		Path: "/admin/fulfillments", Entity: "fulfillment", RecordKey: "fulfillment",
		Fields: "id location_id packed_at shipped_at marked_shipped_by created_by delivered_at canceled_at data provider_id shipping_option_id metadata order " +
			"created_at updated_at deleted_at *delivery_address *items *labels",
		Create: resource.Do(a.create),
		Actions: []resource.Action{
			resource.Post("/{id}/cancel", resource.Do(a.cancel)),
			resource.Post("/{id}/shipment", resource.Do(a.ship)),
		},
		Read: read,
	}.Routes()
}

// model is the request's fulfillment, of who asks.
func (in CreateFulfillmentRequest) model(by string) fulfillment.Fulfillment {
	d := in.DeliveryAddress
	f := fulfillment.Fulfillment{LocationID: in.LocationID, ProviderID: &in.ProviderID, ShippingOptionID: in.ShippingOptionID.Ptr(), Data: in.Data, Metadata: in.Metadata,
		PackedAt: in.PackedAt.Ptr(), ShippedAt: in.ShippedAt.Ptr(), DeliveredAt: in.DeliveredAt.Ptr(), CanceledAt: in.CanceledAt.Ptr(), RequiresShipping: true,
		Labels: Labels(in.Labels), CreatedBy: &by,
		DeliveryAddress: &fulfillment.Address{FirstName: d.FirstName.Ptr(), LastName: d.LastName.Ptr(), Phone: d.Phone.Ptr(), Company: d.Company.Ptr(),
			Address1: d.Address1.Ptr(), Address2: d.Address2.Ptr(), City: d.City.Ptr(), CountryCode: d.CountryCode.Ptr(), Province: d.Province.Ptr(),
			PostalCode: d.PostalCode.Ptr(), Metadata: d.Metadata.Value}}
	for _, i := range in.Items {
		f.Items = append(f.Items, fulfillment.Item{Title: i.Title, SKU: i.SKU, Barcode: i.Barcode, Quantity: money.Float(i.Quantity), LineItemID: i.LineItemID.Ptr(),
			InventoryItemID: i.InventoryItemID.Ptr()})
	}
	return f
}

func (a fulfillmentAPI) create(ctx context.Context, in CreateFulfillmentRequest) (string, error) {
	f, err := a.flows.Create.Run(ctx, fulfillmentflow.CreateInput{Fulfillment: in.model(actorID(ctx))})
	return f.ID, err
}

type fulfillmentNamed struct {
	ID string `path:"id"`
}

func (a fulfillmentAPI) cancel(ctx context.Context, in fulfillmentNamed) (string, error) {
	_, err := a.flows.Cancel.Run(ctx, in.ID)
	return in.ID, err
}

func (a fulfillmentAPI) ship(ctx context.Context, in CreateShipmentRequest) (string, error) {
	_, err := a.flows.Ship.Run(ctx, fulfillmentflow.ShipInput{ID: in.ID, By: actorID(ctx), Labels: module.Some(Labels(in.Labels))})
	return in.ID, err
}
