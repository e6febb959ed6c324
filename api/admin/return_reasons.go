package admin

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	flow "github.com/gorgon-commerce/gorgon/flow/settings"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/route"
)

// A NewReturnReason is a reason why goods come back.
type NewReturnReason struct {
	Value       string             `json:"value"`
	Label       string             `json:"label"`
	Description module.Opt[string] `json:"description"`
	ParentID    module.Opt[string] `json:"parent_return_reason_id"`
	Metadata    Metadata           `json:"metadata"`
}

// A ReturnReasonPatch changes a reason.
type ReturnReasonPatch struct {
	ID          string             `path:"id"`
	Value       module.Opt[string] `json:"value" valid:"required,notnull"`
	Label       module.Opt[string] `json:"label" valid:"required,notnull"`
	Description module.Opt[string] `json:"description"`
	Metadata    Metadata           `json:"metadata"`
}

// ReturnReasons is /admin/return-reasons.
func ReturnReasons(flows *flow.ReturnReasons) []route.Route {
	const path, fields = "/admin/return-reasons", "id value label parent_return_reason_id description created_at updated_at deleted_at"
	many := resource.Resource{
		Path: path, Entity: "return_reason", One: "return_reason", Many: "return_reasons", Fields: fields, Limit: 20,
		Filters: times(text("q"), list("id"), list("value"), list("label"), list("description"), list("parent_return_reason_id")),
	}
	one := verbs(flows, func(n NewReturnReason) (order.ReturnReason, module.Map) {
		return order.ReturnReason{Value: n.Value, Label: n.Label, Description: n.Description.Ptr(), ParentID: n.ParentID.Ptr(), Metadata: n.Metadata.Value}, nil
	}, func(p ReturnReasonPatch) (string, module.Map) { return p.ID, nil }).with(resource.Resource{
		Path: path, Entity: "return_reason", One: "return_reason", Singular: true,
		Fields:        fields + " *parent_return_reason *return_reason_children",
		Missing:       "Return reason with id: %s was not found",
		MissingUpdate: "Return reason with id: %s was not found",
	})
	return append(many.Routes(), one.Routes()...)
}
