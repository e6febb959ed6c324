package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/settingsflow"
	"github.com/gorgon-commerce/gorgon/internal/jstime"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A CreateLayoutRequest arranges a zone of the admin.
type CreateLayoutRequest struct {
	Zone          string              `path:"zone"`
	IsDefault     module.Opt[bool]    `json:"is_default" valid:"notnull"`
	Configuration LayoutConfiguration `json:"configuration"`
}

// A LayoutConfiguration has the places of widgets, by their names.
type LayoutConfiguration struct {
	Widgets map[string]WidgetPlace `json:"widgets"`
}

// A WidgetPlace is where a widget stands in its zone.
type WidgetPlace struct {
	Hidden  module.Opt[bool]    `json:"hidden,omitzero" valid:"notnull"`
	Order   module.Opt[float64] `json:"order,omitzero" valid:"notnull"`
	Section module.Opt[string]  `json:"section,omitzero" valid:"notnull"`
}

func (b LayoutConfiguration) asMap() module.Map {
	widgets := make(map[string]any, len(b.Widgets))
	for name, w := range b.Widgets {
		place := map[string]any{}
		for key, v := range module.SetFrom(w) {
			place[key] = v
		}
		widgets[name] = place
	}
	return module.Map{"widgets": widgets}
}

type layouts struct{ flows *settingsflow.LayoutFlows }

// A ZoneRequest is a part of the admin in a path.
type ZoneRequest struct {
	Name string `path:"zone"`
}

// Layouts routes /admin/layouts: how the pages of the admin are arranged.
func Layouts(flows *settingsflow.LayoutFlows) []route.Route {
	l := layouts{flows}
	list := resource.Resource{
		Path: "/admin/layouts/configurations", Entity: "layout_configuration", RecordKey: "layout_configuration", ListKey: "layout_configurations",
		Fields:  "id zone user_id is_system_default configuration created_at updated_at",
		Filters: resource.Filters{list("id"), list("zone"), list("user_id"), {Name: "is_system_default", Schema: schema.Bool().Optional()}}, // which no query string can be,
		Limit:   20,
		// Only what is for the user: their own arrangements, and those for all.
		Prepare: func(ctx context.Context, q *resource.Query) error {
			q.Filters["$or"] = []any{map[string]any{"user_id": actorID(ctx)}, map[string]any{"is_system_default": true}}
			return nil
		},
	}
	const one = "/admin/layouts/{zone}/configuration"
	return append(list.Routes(), route.Get(one, l.show), route.Post(one, l.set), route.Delete(one, l.clear))
}

func (l layouts) show(ctx context.Context, in ZoneRequest) (jstime.Value, error) {
	return l.arranged(ctx, in.Name, actorID(ctx))
}

func (l layouts) arranged(ctx context.Context, zone, user string) (jstime.Value, error) {
	out, err := l.flows.Settings.LayoutState(ctx, zone, user)
	return jstime.Wrap(out), err
}

func (l layouts) set(ctx context.Context, in CreateLayoutRequest) (jstime.Value, error) {
	user := actorID(ctx)
	change := settingsflow.SetLayoutInput{Zone: in.Zone, UserID: user, IsDefault: in.IsDefault.Value, Configuration: in.Configuration.asMap()}
	if _, err := l.flows.Set.Run(ctx, change); err != nil {
		return jstime.Value{}, err
	}
	return l.arranged(ctx, in.Zone, user)
}

func (l layouts) clear(ctx context.Context, in ZoneRequest) (SuccessResponse, error) {
	_, err := l.flows.Clear.Run(ctx, settingsflow.UserZone{Zone: in.Name, UserID: actorID(ctx)})
	return SuccessResponse{err == nil}, err
}
