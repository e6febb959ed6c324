package settings

import (
	"context"

	"github.com/gorgon-commerce/gorgon/flow/record"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/settings"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// ReturnReasons are the workflows of the reasons why goods come back.
type ReturnReasons = record.Kind[order.ReturnReason]

// NewReturnReasons returns the workflows of a module's return reasons.
func NewReturnReasons(m *order.Module) *ReturnReasons {
	return record.New(&record.Kind[order.ReturnReason]{Name: "return-reasons", Table: m.ReturnReasons})
}

// A LayoutChange sets the layout of a zone of the admin: that of a user, or the one for all.
type LayoutChange struct {
	Zone          string     `json:"zone"`
	UserID        string     `json:"user_id"`
	IsDefault     bool       `json:"is_default"`
	Configuration module.Map `json:"configuration"`
}

// A UserZone is a zone of the admin as a user sees it.
type UserZone struct {
	Zone   string `json:"zone"`
	UserID string `json:"user_id"`
}

// Layouts are the workflows of how the admin is arranged.
type Layouts struct {
	Settings *settings.Module

	Set   *workflow.Workflow[LayoutChange, settings.Layout]
	Clear *workflow.Workflow[UserZone, UserZone]
}

// NewLayouts returns the workflows of a module's layouts.
func NewLayouts(m *settings.Module) *Layouts {
	l := &Layouts{Settings: m}
	l.Set = workflow.New("set-layout-configuration", l.set, workflow.Atomic())
	l.Clear = workflow.New("clear-layout-configuration", l.clear, workflow.Atomic())
	return l
}

// Workflows lists all.
func (l *Layouts) Workflows() []workflow.Any { return []workflow.Any{l.Set, l.Clear} }

// set also shows the user what was saved, from now on.
func (l *Layouts) set(ctx workflow.Context, in LayoutChange) (settings.Layout, error) {
	out, err := workflow.Step(ctx, "set-layout-configuration", func(ctx context.Context, in LayoutChange) (settings.Layout, error) {
		user := in.UserID
		if in.IsDefault {
			user = ""
		}
		return l.Settings.SetLayout(ctx, in.Zone, user, in.Configuration)
	}, in)
	if err != nil {
		return out, err
	}
	_, err = workflow.Step(ctx, "set-active-layout-scope", func(ctx context.Context, in LayoutChange) (string, error) {
		scope := settings.Personal
		if in.IsDefault {
			scope = settings.Default
		}
		return scope, l.Settings.SetScope(ctx, in.Zone, in.UserID, scope)
	}, in)
	return out, err
}

func (l *Layouts) clear(ctx workflow.Context, in UserZone) (UserZone, error) {
	return workflow.Step(ctx, "clear-layout-configuration", func(ctx context.Context, in UserZone) (UserZone, error) {
		return in, l.Settings.ClearLayout(ctx, in.Zone, in.UserID)
	}, in)
}
