// Package settings keeps how people have arranged the admin: the layouts of its pages, views of its tables, the names of properties, and what each user prefers.
package settings

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
)

// A Layout arranges the widgets of one zone of the admin, such as "product.details": for one user, or for all who have no layout of their own.
type Layout struct {
	module.Model    `model:"prefix=lyconf,type=text"`
	Zone            string     `json:"zone" model:"searchable"`
	UserID          *string    `json:"user_id"`
	IsSystemDefault bool       `json:"is_system_default" model:"default=false"`
	Configuration   module.Map `json:"configuration" model:"notnull"`
}

// Indexes allow a zone one layout per user, and one for all.
func (Layout) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_layout_configuration_zone_user_id_unique", Columns: []string{"zone", "user_id"}, Unique: true, Where: "deleted_at IS NULL"},
		{Name: "IDX_layout_configuration_zone_unique", Columns: []string{"zone"}, Unique: true, Where: "is_system_default = true AND deleted_at IS NULL"},
	}
}

// A View is a choice of columns, filters and order for a table of the admin.
type View struct {
	module.Model    `model:"prefix=vconf"`
	Entity          string     `json:"entity" model:"searchable"`
	Name            *string    `json:"name"`
	UserID          *string    `json:"user_id" model:"index"`
	IsSystemDefault bool       `json:"is_system_default" model:"default=false"`
	Configuration   module.Map `json:"configuration" model:"notnull"`
}

// Indexes find the views of a table, those of a user and the one for all.
func (View) Indexes() []module.Index {
	return []module.Index{
		{Name: "IDX_view_configuration_entity_user_id", Columns: []string{"entity", "user_id"}, Where: "deleted_at IS NULL"},
		{Name: "IDX_view_configuration_entity_is_system_default", Columns: []string{"entity", "is_system_default"}, Where: "deleted_at IS NULL"},
	}
}

// A Preference is something that a user has chosen.
type Preference struct {
	module.Model `model:"prefix=usrpref"`
	UserID       string     `json:"user_id" model:"index"`
	Key          string     `json:"key" model:"searchable"`
	Value        module.Map `json:"value" model:"notnull"`
}

// Indexes allow a user one value per key.
func (Preference) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_user_preference_user_id_key_unique", Columns: []string{"user_id", "key"}, Unique: true, Where: "deleted_at IS NULL"}}
}

// A Label is what a property of a model is called in the admin.
type Label struct {
	module.Model `model:"prefix=plbl"`
	Entity       string  `json:"entity" model:"index,searchable"`
	Property     string  `json:"property"`
	Label        string  `json:"label"`
	Description  *string `json:"description"`
}

// Indexes allow a property one label.
func (Label) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_property_label_entity_property_unique", Columns: []string{"entity", "property"}, Unique: true, Where: "deleted_at IS NULL"}}
}

// A Module keeps the settings of the admin.
type Module struct {
	Layouts     *module.Table[Layout]
	Views       *module.Table[View]
	Preferences *module.Table[Preference]
	Labels      *module.Table[Label]
}

// New returns a module without settings.
func New() *Module {
	return &Module{
		Layouts:     module.NewTable[Layout]("layout_configuration", "layout_configurations"),
		Views:       module.NewTable[View]("view_configuration", "view_configurations"),
		Preferences: module.NewTable[Preference]("user_preference", "user_preferences"),
		Labels:      module.NewTable[Label]("property_label", "property_labels"),
	}
}

// Tables lists what the module keeps.
func (m *Module) Tables() []module.Entity {
	return []module.Entity{m.Layouts, m.Views, m.Preferences, m.Labels}
}

// The scopes of a layout.
const (
	ScopePersonal = "personal"
	ScopeDefault  = "default"
)

// A LayoutState is which layouts a user can choose from in a zone, and which one is shown.
type LayoutState struct {
	Personal *Layout `json:"personal_configuration"`
	Default  *Layout `json:"default_configuration"`
	Scope    string  `json:"active_scope"` // Personal or ScopeDefault
}

// LayoutState tells how a zone looks for a user: as chosen last, if that is still there, else with the layout of the user's own, else as for all.
func (m *Module) LayoutState(ctx context.Context, zone, user string) (LayoutState, error) {
	a := LayoutState{Scope: ScopeDefault}
	list, err := m.Layouts.List(ctx, module.Filter{"zone": zone, "$or": []any{map[string]any{"user_id": user}, map[string]any{"is_system_default": true}}})
	if err != nil {
		return a, err
	}
	for _, l := range list {
		if l.IsSystemDefault {
			a.Default = &l
		} else {
			a.Personal = &l
		}
	}
	chosen, err := m.RetrievePreference(ctx, user, scopeKey(zone))
	if a.Personal != nil && chosen["scope"] != ScopeDefault {
		a.Scope = ScopePersonal
	}
	return a, err
}

func scopeKey(zone string) string { return "active_layout." + zone }

// SetLayout saves the layout of a zone: for one user, or for all when user is empty.
func (m *Module) SetLayout(ctx context.Context, zone, user string, configuration module.Map) (Layout, error) {
	l := Layout{Zone: zone, IsSystemDefault: user == "", Configuration: configuration}
	where := module.Filter{"zone": zone, "is_system_default": true}
	if user != "" {
		l.UserID = &user
		where = module.Filter{"zone": zone, "user_id": user}
	}
	have, err := m.Layouts.List(ctx, where, module.FindOptions{Take: 1})
	if err != nil {
		return l, err
	}
	if len(have) == 0 {
		return m.Layouts.Create(ctx, l)
	}
	return m.Layouts.UpdateOne(ctx, have[0].ID, module.Set{"configuration": configuration})
}

// ClearLayout removes a user's own layout of a zone. None is no error.
func (m *Module) ClearLayout(ctx context.Context, zone, user string) error {
	have, err := m.Layouts.List(ctx, module.Filter{"zone": zone, "user_id": user})
	if err != nil || len(have) == 0 {
		return err
	}
	return m.Layouts.SoftDelete(ctx, module.IDs(have)...)
}

// SetScope remembers which layout of a zone a user wants to see: Personal or ScopeDefault.
func (m *Module) SetScope(ctx context.Context, zone, user, scope string) error {
	return m.SetPreference(ctx, user, scopeKey(zone), module.Map{"scope": scope})
}

// RetrievePreference is what a user has chosen under a key, nil for nothing.
func (m *Module) RetrievePreference(ctx context.Context, user, key string) (module.Map, error) {
	have, err := m.Preferences.List(ctx, module.Filter{"user_id": user, "key": key}, module.FindOptions{Take: 1})
	if err != nil || len(have) == 0 {
		return nil, err
	}
	return have[0].Value, nil
}

// SetPreference remembers what a user has chosen under a key.
func (m *Module) SetPreference(ctx context.Context, user, key string, value module.Map) error {
	have, err := m.Preferences.List(ctx, module.Filter{"user_id": user, "key": key}, module.FindOptions{Take: 1})
	if err != nil {
		return err
	}
	if len(have) == 0 {
		_, err = m.Preferences.Create(ctx, Preference{UserID: user, Key: key, Value: value})
		return err
	}
	_, err = m.Preferences.UpdateOne(ctx, have[0].ID, module.Set{"value": value})
	return err
}
