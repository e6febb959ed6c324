package api

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/route"
)

// Clock has a route that streams the time, one event after the other, until the client leaves.
func Clock(*commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{Name: "clock", Routes: []route.Route{route.Get("/clock", clock)}}
}

func clock(ctx context.Context, in struct {
	Interval int `query:"interval" valid:"default=1000,min=1"` // ms
}) (route.Events, error) {
	tick := time.NewTicker(time.Duration(in.Interval) * time.Millisecond)
	return func(yield func(route.Event) bool) {
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-tick.C:
				if !yield(route.Event{Name: "tick", Data: now}) {
					return
				}
			}
		}
	}, nil
}

// Report has a route that answers something other than JSON.
func Report(*commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{Name: "report", Routes: []route.Route{route.Get("/report.csv", report)}}
}

func report(context.Context, struct{}) (route.RawResponse, error) {
	return route.RawResponse{ContentType: "text/csv", Body: []byte("sku,sold\nLAMP,3\n")}, nil
}
