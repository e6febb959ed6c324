package admin_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/gorgon-commerce/gorgon/api/admin"
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

// echo shows what a change got.
type echo struct{ got string }

func (e *echo) read(context.Context, *resource.Query) (resource.Rows, error) { return e, nil }
func (e *echo) Len() int                                                     { return 1 }
func (e *echo) Total() int                                                   { return 1 }
func (e *echo) AppendRow(b []byte, _ int) []byte                             { return append(b, e.got...) }
func (e *echo) AppendList(b []byte) []byte                                   { return append(b, "[]"...) }

func see[In any](e *echo) func(context.Context, In) (string, error) {
	return func(_ context.Context, in In) (string, error) {
		e.got = fmt.Sprintf("%q", fmt.Sprint(in))
		if set := module.SetOf(in); len(set) > 0 {
			e.got = fmt.Sprintf("%q", fmt.Sprint(set))
		}
		return "x", nil
	}
}

func verbs[N, P any](e *echo) admin.Verbs[N, P] {
	return admin.Verbs[N, P]{Create: see[N](e), Update: see[P](e), Delete: func(context.Context, string) error { return nil }}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	e := &echo{}
	regions := admin.Regions(verbs[admin.NewRegion, admin.RegionPatch](e))
	channels := admin.SalesChannels(verbs[admin.NewSalesChannel, admin.SalesChannelPatch](e), see[resource.Link](e))
	stores := admin.Stores(see[admin.StorePatch](e))
	regions.Read, channels.Read, stores.Read = e.read, e.read, e.read
	c := routetest.New(t, append(append(regions.Routes(), channels.Routes()...), stores.Routes()...)...)
	bad := func(m string) string { return `{"type":"invalid_data","message":"Invalid request: ` + m + `"}` }

	c.Post("/admin/regions", `{"name":"x"}`).Want(400, bad("Field 'currency_code' is required"))
	c.Post("/admin/regions", `{"name":"x","currency_code":"eur","countries":"de"}`).Want(400, bad("Expected type: 'array' for field 'countries', got: 'de'"))
	c.Post("/admin/regions/reg_1", `{"name":null}`).Want(400, bad("Expected type: 'string' for field 'name', got: 'null'"))
	c.Post("/admin/regions/reg_1", `{"metadata":null,"countries":[]}`).Want(200, `{"region":"map[countries:[] metadata:<nil>]"}`)
	c.Post("/admin/sales-channels/sc_1", `{"description":null}`).Want(200, `{"sales_channel":"map[description:<nil>]"}`)
	c.Post("/admin/sales-channels/sc_1/products", `{"add":["p"]}`).Want(200, `{"sales_channel":"{sc_1 [p] []}"}`)
	c.Delete("/admin/sales-channels/sc_1").Want(200, `{"id":"sc_1","object":"sales-channel","deleted":true}`)
	c.Post("/admin/stores/s", `{"supported_currencies":[{}]}`).Want(400, bad("Field 'supported_currencies, 0, currency_code' is required"))
	c.Get("/admin/sales-channels?is_disabled=x").Want(400, bad("Invalid input"))
	c.Get("/admin/sales-channels?location_id=sloc_1").Want(200, `{"sales_channels":[],"count":1,"offset":0,"limit":20}`)
}
