package adminapi

import (
	"context"
	"math"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/inventoryflow"
	"github.com/gorgon-commerce/gorgon/internal/jstime"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/inventory"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// The fields of inventory items and levels that are shown unless others are asked for.
const (
	inventoryItemFields = "id sku title description thumbnail origin_country hs_code requires_shipping mid_code material unit_of_measure weight length " +
		"height width metadata reserved_quantity stocked_quantity created_at updated_at *location_levels"
	inventoryLevelFields = "id inventory_item_id location_id stocked_quantity reserved_quantity incoming_quantity available_quantity metadata created_at updated_at"
)

// InventoryItemFields are what a request says of an item.
type InventoryItemFields struct {
	SKU              module.Opt[string]  `json:"sku"`
	HSCode           module.Opt[string]  `json:"hs_code"`
	Weight           module.Opt[float64] `json:"weight"`
	Length           module.Opt[float64] `json:"length"`
	Height           module.Opt[float64] `json:"height"`
	Width            module.Opt[float64] `json:"width"`
	OriginCountry    module.Opt[string]  `json:"origin_country"`
	MidCode          module.Opt[string]  `json:"mid_code"`
	Material         module.Opt[string]  `json:"material"`
	UnitOfMeasure    module.Opt[string]  `json:"unit_of_measure"`
	Title            module.Opt[string]  `json:"title"`
	Description      module.Opt[string]  `json:"description"`
	RequiresShipping module.Opt[bool]    `json:"requires_shipping" valid:"notnull"`
	Thumbnail        module.Opt[string]  `json:"thumbnail"`
	Metadata         Metadata            `json:"metadata"`
}

// A CreateInventoryItemRequest is what it takes to make an item.
type CreateInventoryItemRequest struct {
	InventoryItemFields
	Levels module.Opt[[]CreateInventoryLevelRequest] `json:"location_levels" valid:"notnull"`
}

// A UpdateInventoryItemRequest changes an item.
type UpdateInventoryItemRequest struct {
	ID string `path:"id"`
	InventoryItemFields
}

// A CreateInventoryLevelRequest is what a location has of an item.
type CreateInventoryLevelRequest struct {
	ItemID     string              `path:"id" json:"-"`
	LocationID string              `json:"location_id"`
	Stocked    module.Opt[float64] `json:"stocked_quantity" valid:"notnull,min=0"`
	Incoming   module.Opt[float64] `json:"incoming_quantity" valid:"notnull,min=0"`
}

// A UpdateInventoryLevelRequest changes what a location has of an item.
type UpdateInventoryLevelRequest struct {
	ItemID     string              `path:"id" json:"-"`
	LocationID string              `path:"location_id" json:"-"`
	Stocked    module.Opt[float64] `json:"stocked_quantity" valid:"notnull,min=0"`
	Incoming   module.Opt[float64] `json:"incoming_quantity" valid:"notnull,min=0"`
}

// An ItemLevelInput is one of a batch.
type ItemLevelInput struct {
	ID         module.Opt[string]  `json:"id" valid:"notnull"`
	LocationID string              `json:"location_id"`
	Stocked    module.Opt[float64] `json:"stocked_quantity" valid:"notnull,min=0"`
	Incoming   module.Opt[float64] `json:"incoming_quantity" valid:"notnull,min=0"`
}

// A BatchItemLevelsRequest changes levels of one item.
type BatchItemLevelsRequest struct {
	ItemID string                        `path:"id"`
	Create []CreateInventoryLevelRequest `json:"create" valid:"optional"`
	Update []ItemLevelInput              `json:"update" valid:"optional"`
	Delete module.Opt[[]string]          `json:"delete" valid:"notnull"`
	Force  module.Opt[bool]              `json:"force" valid:"notnull"`
}

// A LevelInput is one of a batch over many items.
type LevelInput struct {
	ItemID     string              `json:"inventory_item_id"`
	LocationID string              `json:"location_id"`
	Stocked    module.Opt[float64] `json:"stocked_quantity" valid:"notnull,min=0"`
	Incoming   module.Opt[float64] `json:"incoming_quantity" valid:"notnull,min=0"`
}

// A BatchLevelsRequest changes levels of many items.
type BatchLevelsRequest struct {
	Create []LevelInput         `json:"create" valid:"optional"`
	Update []LevelInput         `json:"update" valid:"optional"`
	Delete module.Opt[[]string] `json:"delete" valid:"notnull"`
	Force  module.Opt[bool]     `json:"force" valid:"notnull"`
}

// An inventoryAPI is /admin/inventory-items.
type inventoryAPI struct{ flows *inventoryflow.Flows }

// InventoryItems routes /admin/inventory-items, with their levels. Read is nil for the query graph.
func InventoryItems(flows *inventoryflow.Flows, read resource.Reader) []route.Route {
	a := inventoryAPI{flows}
	r := a.resource(read)
	levels := resource.Resource{
		Path: "/admin/inventory-items/{id}/location-levels", Entity: "inventory_level", RecordKey: "inventory_level", ListKey: "inventory_levels",
		Fields: inventoryLevelFields, Filters: resource.Filters{list("location_id")}, Limit: 50,
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["inventory_item_id"] = route.RequestFromContext(ctx).Param("id")
			return nil
		},
		Read: read,
	}
	out := append(r.Routes(), levels.Routes()...)
	out = append(out, route.Post("/admin/inventory-items/{id}/location-levels/batch", a.batch), route.Post("/admin/inventory-items/location-levels/batch", a.batchAll))
	return append(out, r.DeleteSubRecordRoutes(resource.SubRecord{Pattern: "/{id}/location-levels/{location_id}", Param: "location_id", Object: "inventory-level",
		ID: a.levelID, Remove: a.deleteLevel})...)
}

// resource is the list of inventory items, and each of them.
func (a inventoryAPI) resource(read resource.Reader) resource.Resource {
	at := schema.ObjectOf(schema.Field{Name: "location_id", Schema: resource.TextOrList}).Optional()
	return resource.Resource{
		Path: "/admin/inventory-items", Entity: "inventory_item", RecordKey: "inventory_item", ListKey: "inventory_items", Retrievable: true,
		Fields: inventoryItemFields,
		Filters: resource.Filters{text("q"), list("id"), list("sku"), list("origin_country"), list("mid_code"), list("hs_code"), list("material"),
			{Name: "requires_shipping", Schema: resource.Flag}, amounts("weight"), amounts("length"), amounts("height"), amounts("width"), {Name: "location_levels", Schema: at}},
		Limit:           20,
		NotFoundMessage: "Inventory item with id: %s was not found",
		Create:          resource.Do(a.create),
		Update:          resource.Do(a.update),
		Delete:          a.delete,
		Actions: []resource.Action{
			resource.Post("/{id}/location-levels", resource.Do(a.createLevel)),
			resource.Post("/{id}/location-levels/{location_id}", resource.Do(a.updateLevel)),
		},
		Read: read,
	}
}

// whole rounds a number of a request to what the column holds.
func wholeNumber(o module.Opt[float64]) module.Opt[int] {
	return module.Opt[int]{Set: o.Set, Null: o.Null, Value: int(math.Round(o.Value))}
}

// set is what the request says of an item, by column.
func (f InventoryItemFields) set() module.Set {
	set := module.SetFrom(f)
	for name, v := range map[string]module.Opt[float64]{"weight": f.Weight, "length": f.Length, "height": f.Height, "width": f.Width} {
		if v.Set {
			set[name] = wholeNumber(v).Any()
		}
	}
	return set
}

func (a inventoryAPI) create(ctx context.Context, in CreateInventoryItemRequest) (string, error) {
	item := inventory.Item{SKU: in.SKU.Ptr(), HSCode: in.HSCode.Ptr(), Weight: wholeNumber(in.Weight).Ptr(), Length: wholeNumber(in.Length).Ptr(),
		Height: wholeNumber(in.Height).Ptr(), Width: wholeNumber(in.Width).Ptr(), OriginCountry: in.OriginCountry.Ptr(), MidCode: in.MidCode.Ptr(),
		Material: in.Material.Ptr(), UnitOfMeasure: in.UnitOfMeasure.Ptr(), Title: in.Title.Ptr(), Description: in.Description.Ptr(),
		RequiresShipping: in.RequiresShipping.Or(true), Thumbnail: in.Thumbnail.Ptr(), Metadata: in.Metadata.Value}
	for _, l := range in.Levels.Value {
		item.Levels = append(item.Levels, l.model(""))
	}
	list, err := a.flows.Create.Run(ctx, []inventory.Item{item})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

func (l CreateInventoryLevelRequest) model(item string) inventory.Level {
	return inventory.Level{InventoryItemID: item, LocationID: l.LocationID, StockedQuantity: quantity(l.Stocked).Value, IncomingQuantity: quantity(l.Incoming).Value}
}

func levelPatch(item, location string, stocked, incoming module.Opt[float64]) inventory.UpdateLevelInput {
	set := module.Set{}
	if stocked.Set {
		set["stocked_quantity"] = quantity(stocked).Value
	}
	if incoming.Set {
		set["incoming_quantity"] = quantity(incoming).Value
	}
	return inventory.UpdateLevelInput{ItemID: item, LocationID: location, Set: set}
}

func (a inventoryAPI) update(ctx context.Context, in UpdateInventoryItemRequest) (string, error) {
	_, err := a.flows.Update.Run(ctx, []inventory.UpdateItemInput{{ID: in.ID, Set: in.set()}})
	return in.ID, err
}

func (a inventoryAPI) delete(ctx context.Context, id string) error {
	_, err := a.flows.Delete.Run(ctx, []string{id})
	return err
}

func (a inventoryAPI) createLevel(ctx context.Context, in CreateInventoryLevelRequest) (string, error) {
	_, err := a.flows.CreateLevels.Run(ctx, []inventory.Level{in.model(in.ItemID)})
	return in.ItemID, err
}

func (a inventoryAPI) updateLevel(ctx context.Context, in UpdateInventoryLevelRequest) (string, error) {
	_, err := a.flows.UpdateLevels.Run(ctx, []inventory.UpdateLevelInput{levelPatch(in.ItemID, in.LocationID, in.Stocked, in.Incoming)})
	return in.ItemID, err
}

// level finds the level of an item at a location that is to be removed.
func (a inventoryAPI) level(ctx context.Context, item, location string) (inventory.Level, error) {
	list, err := a.flows.Inventory.Levels.List(ctx, module.Filter{"inventory_item_id": item, "location_id": location})
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "Inventory Level for Item %s at Location %s not found", item, location)
	}
	if err != nil {
		return inventory.Level{}, err
	}
	return list[0], nil
}

func (a inventoryAPI) levelID(ctx context.Context, item, location string) (string, error) {
	l, err := a.level(ctx, item, location)
	return l.ID, err
}

func (a inventoryAPI) deleteLevel(ctx context.Context, item, location string) error {
	l, err := a.level(ctx, item, location)
	if err != nil {
		return err
	}
	if l.ReservedQuantity.Sign() > 0 {
		return fault.New(fault.NotAllowed, "Cannot remove Inventory Level %s at Location %s because there are reservations at location", item, location)
	}
	_, err = a.flows.DeleteLevels.Run(ctx, inventoryflow.DeleteLevelsInput{Where: module.Filter{"id": l.ID}})
	return err
}

func (a inventoryAPI) batch(ctx context.Context, in BatchItemLevelsRequest) (jstime.Value, error) {
	b := inventoryflow.BatchInput{Delete: in.Delete.Value, Force: in.Force.Value}
	for _, l := range in.Create {
		b.Create = append(b.Create, l.model(in.ItemID))
	}
	for _, l := range in.Update {
		b.Update = append(b.Update, levelPatch(in.ItemID, l.LocationID, l.Stocked, l.Incoming))
	}
	if !in.Delete.Set {
		in.Delete = module.Some([]string{})
	}
	return a.runBatch(ctx, b, in.Delete)
}

func (a inventoryAPI) batchAll(ctx context.Context, in BatchLevelsRequest) (jstime.Value, error) {
	b := inventoryflow.BatchInput{Delete: in.Delete.Value, Force: in.Force.Value}
	for _, l := range in.Create {
		b.Create = append(b.Create, CreateInventoryLevelRequest{LocationID: l.LocationID, Stocked: l.Stocked, Incoming: l.Incoming}.model(l.ItemID))
	}
	for _, l := range in.Update {
		b.Update = append(b.Update, levelPatch(l.ItemID, l.LocationID, l.Stocked, l.Incoming))
	}
	return a.runBatch(ctx, b, in.Delete)
}

// levelsBatched is the answer to a batch of levels.
type levelsBatched struct {
	Created []levelShown         `json:"created"`
	Updated []levelChanged       `json:"updated"`
	Deleted module.Opt[[]string] `json:"deleted,omitzero"`
}

// A levelShown is a level with its decimals in exact form beside.
type levelShown struct {
	inventory.Level
	RawStocked  module.JSON `json:"raw_stocked_quantity"`
	RawReserved module.JSON `json:"raw_reserved_quantity"`
	RawIncoming module.JSON `json:"raw_incoming_quantity"`
}

// A levelChanged is a level after an update, with what is left of it. Of its item the wire shows no more than which one it is.
type levelChanged struct {
	levelShown
	Available money.Decimal `json:"available_quantity"`
	Item      levelItem     `json:"inventory_item"`
}

type levelItem struct {
	ID       string `json:"id"`
	Reserved *int   `json:"reserved_quantity"`
	Stocked  *int   `json:"stocked_quantity"`
}

func showChanged(list []inventory.Level) []levelChanged {
	out := make([]levelChanged, len(list))
	for i, l := range showLevels(list) {
		out[i] = levelChanged{l, l.Available(), levelItem{ID: l.InventoryItemID}}
	}
	return out
}

func showLevels(list []inventory.Level) []levelShown {
	out := make([]levelShown, len(list))
	for i, l := range list {
		out[i] = levelShown{l, l.StockedQuantity.AppendRaw(nil), l.ReservedQuantity.AppendRaw(nil), l.IncomingQuantity.AppendRaw(nil)}
	}
	return out
}

func (a inventoryAPI) runBatch(ctx context.Context, b inventoryflow.BatchInput, deleted module.Opt[[]string]) (jstime.Value, error) {
	out, err := a.flows.BatchLevels.Run(ctx, b)
	return jstime.Wrap(levelsBatched{showLevels(out.Created), showChanged(out.Updated), deleted}), err
}
