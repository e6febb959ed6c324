package adminapi_test

import (
	"context"
	"testing"

	"github.com/gorgon-commerce/gorgon/api/adminapi"
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/regionflow"
	"github.com/gorgon-commerce/gorgon/flow/saleschannelflow"
	"github.com/gorgon-commerce/gorgon/flow/storeflow"
	"github.com/gorgon-commerce/gorgon/modules/pricing"
	"github.com/gorgon-commerce/gorgon/modules/saleschannel"
	"github.com/gorgon-commerce/gorgon/modules/store"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

// echo reads one record.
type echo struct{ got string }

func (e *echo) read(context.Context, *resource.Query) (resource.Rows, error) { return e, nil }
func (e *echo) Len() int                                                     { return 1 }
func (e *echo) Total() int                                                   { return 1 }
func (e *echo) AppendRow(b []byte, _ int) []byte                             { return append(b, e.got...) }
func (e *echo) AppendList(b []byte) []byte                                   { return append(b, "[]"...) }

func TestBodies(t *testing.T) {
	t.Parallel()
	e := &echo{}
	shop := store.New()
	regions := adminapi.Regions(&regionflow.Flows{})
	channels := adminapi.SalesChannels(saleschannelflow.New(saleschannel.New(), shop, nil))
	stores := adminapi.Stores(storeflow.New(shop, pricing.New()))
	regions.Read, channels.Read, stores.Read = e.read, e.read, e.read
	c := routetest.New(t, append(append(regions.Routes(), channels.Routes()...), stores.Routes()...)...)
	bad := func(m string) string { return `{"type":"invalid_data","message":"Invalid request: ` + m + `"}` }

	c.Post("/admin/regions", `{"name":"x"}`).Want(400, bad("Field 'currency_code' is required"))
	c.Post("/admin/regions", `{"name":"x","currency_code":"eur","countries":"de"}`).Want(400, bad("Expected type: 'array' for field 'countries', got: 'de'"))
	c.Post("/admin/regions/reg_1", `{"name":null}`).Want(400, bad("Expected type: 'string' for field 'name', got: 'null'"))
	c.Post("/admin/stores/s", `{"supported_currencies":[{}]}`).Want(400, bad("Field 'supported_currencies, 0, currency_code' is required"))
	c.Get("/admin/sales-channels?is_disabled=x").Want(400, bad("Invalid input"))
	c.Get("/admin/sales-channels?location_id=sloc_1").Want(200, `{"sales_channels":[],"count":1,"offset":0,"limit":20}`)
}
