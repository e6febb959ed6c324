package settingsflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/flow/crudflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/modules/settings"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// ReturnReasonFlows are the workflows of the reasons why goods come back.
type ReturnReasonFlows = crudflow.Flows[order.ReturnReason]

// NewReturnReasonFlows returns the workflows of a module's return reasons.
func NewReturnReasonFlows(m *order.Module) *ReturnReasonFlows {
	return crudflow.New(&crudflow.Flows[order.ReturnReason]{Name: "return-reasons", Table: m.ReturnReasons})
}

// A SetLayoutInput sets the layout of a zone of the admin: that of a user, or the one for all.
type SetLayoutInput struct {
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

// LayoutFlows are the workflows of how the admin is arranged.
type LayoutFlows struct {
	Settings *settings.Module

	Set   *workflow.Workflow[SetLayoutInput, settings.Layout]
	Clear *workflow.Workflow[UserZone, UserZone]
}

// NewLayoutFlows returns the workflows of a module's layouts.
func NewLayoutFlows(m *settings.Module) *LayoutFlows {
	l := &LayoutFlows{Settings: m}
	l.Set = workflow.New("set-layout-configuration", l.set, workflow.Atomic())
	l.Clear = workflow.New("clear-layout-configuration", l.clear, workflow.Atomic())
	return l
}

// Workflows lists all.
func (l *LayoutFlows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{l.Set, l.Clear}
}

// set also shows the user what was saved, from now on.
func (l *LayoutFlows) set(ctx workflow.Context, in SetLayoutInput) (settings.Layout, error) {
	out, err := workflow.Step(ctx, "set-layout-configuration", func(ctx context.Context, in SetLayoutInput) (settings.Layout, error) {
		user := in.UserID
		if in.IsDefault {
			user = ""
		}
		return l.Settings.SetLayout(ctx, in.Zone, user, in.Configuration)
	}, in)
	if err != nil {
		return out, err
	}
	_, err = workflow.Step(ctx, "set-active-layout-scope", func(ctx context.Context, in SetLayoutInput) (string, error) {
		scope := settings.ScopePersonal
		if in.IsDefault {
			scope = settings.ScopeDefault
		}
		return scope, l.Settings.SetScope(ctx, in.Zone, in.UserID, scope)
	}, in)
	return out, err
}

func (l *LayoutFlows) clear(ctx workflow.Context, in UserZone) (UserZone, error) {
	return workflow.Step(ctx, "clear-layout-configuration", func(ctx context.Context, in UserZone) (UserZone, error) {
		return in, l.Settings.ClearLayout(ctx, in.Zone, in.UserID)
	}, in)
}
