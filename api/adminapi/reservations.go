package adminapi

import (
	"context"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/reservationflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A CreateReservationRequest is what it takes to promise stock.
type CreateReservationRequest struct {
	LineItemID      module.Opt[string] `json:"line_item_id"`
	LocationID      string             `json:"location_id"`
	InventoryItemID string             `json:"inventory_item_id"`
	Quantity        float64            `json:"quantity"`
	Description     module.Opt[string] `json:"description"`
	Metadata        Metadata           `json:"metadata"`
}

// A UpdateReservationRequest changes a promise.
type UpdateReservationRequest struct {
	ID          string              `path:"id"`
	LocationID  module.Opt[string]  `json:"location_id" valid:"notnull"`
	Quantity    module.Opt[float64] `json:"quantity" valid:"notnull"`
	Description module.Opt[string]  `json:"description"`
	Metadata    Metadata            `json:"metadata"`
}

// A reservationAPI is /admin/reservations.
type reservationAPI struct{ flows *reservationflow.Flows }

// Reservations routes /admin/reservations. Read is nil for the query graph.
func Reservations(flows *reservationflow.Flows, read resource.Reader) []route.Route {
	a := reservationAPI{flows}
	fields := "id location_id inventory_item_id quantity line_item_id description metadata created_at updated_at"
	for f := range strings.FieldsSeq(inventoryItemFields) {
		if !strings.HasPrefix(f, "*") {
			fields += " inventory_item." + f
		}
	}
	r := resource.Resource{
		Path: "/admin/reservations", Entity: "reservation_item", RecordKey: "reservation", ListKey: "reservations", Retrievable: true, NoLogicalFilters: true,
		Fields: fields,
		Filters: times(text("q"), list("location_id"), list("inventory_item_id"), list("line_item_id"), list("created_by"),
			resource.Filter{Name: "description", Schema: schema.Union(schema.String(), resource.Operators).Optional()}, amounts("quantity")),
		Limit:           20,
		NotFoundMessage: "Reservation with id: %s was not found",
		Create:          resource.Do(a.create),
		Update:          resource.Do(a.update),
		Delete:          a.delete,
		Read:            read,
	}
	return r.Routes()
}

func (a reservationAPI) create(ctx context.Context, in CreateReservationRequest) (string, error) {
	list, err := a.flows.Create.Run(ctx, []inventory.Reservation{{LineItemID: in.LineItemID.Ptr(), LocationID: in.LocationID, InventoryItemID: in.InventoryItemID,
		Quantity: money.Float(in.Quantity), Description: in.Description.Ptr(), Metadata: in.Metadata.Value}})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (a reservationAPI) update(ctx context.Context, in UpdateReservationRequest) (string, error) {
	set := module.SetFrom(in)
	if in.Quantity.Set {
		set["quantity"] = quantity(in.Quantity).Value
	}
	_, err := a.flows.Update.Run(ctx, []inventory.UpdateReservationInput{{ID: in.ID, Set: set}})
	return in.ID, err
}

func (a reservationAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.Delete.Run(ctx, []string{id})
	return err
}
