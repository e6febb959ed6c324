package adminapi

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/settingsflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/route"
)

// A CreateReturnReasonRequest is a reason why goods come back.
type CreateReturnReasonRequest struct {
	Value       string             `json:"value"`
	Label       string             `json:"label"`
	Description module.Opt[string] `json:"description"`
	ParentID    module.Opt[string] `json:"parent_return_reason_id"`
	Metadata    Metadata           `json:"metadata"`
}

// A UpdateReturnReasonRequest changes a reason.
type UpdateReturnReasonRequest struct {
	ID          string             `path:"id"`
	Value       module.Opt[string] `json:"value" valid:"required,notnull"`
	Label       module.Opt[string] `json:"label" valid:"required,notnull"`
	Description module.Opt[string] `json:"description"`
	Metadata    Metadata           `json:"metadata"`
}

// ReturnReasons is /admin/return-reasons.
func ReturnReasons(flows *settingsflow.ReturnReasonFlows) []route.Route {
	const path, fields = "/admin/return-reasons", "id value label parent_return_reason_id description created_at updated_at deleted_at"
	many := resource.Resource{
		Path: path, Entity: "return_reason", RecordKey: "return_reason", ListKey: "return_reasons", Fields: fields, Limit: 20,
		Filters: times(text("q"), list("id"), list("value"), list("label"), list("description"), list("parent_return_reason_id")),
	}
	one := verbs(flows, func(n CreateReturnReasonRequest) (order.ReturnReason, module.Map) {
		return order.ReturnReason{Value: n.Value, Label: n.Label, Description: n.Description.Ptr(), ParentID: n.ParentID.Ptr(), Metadata: n.Metadata.Value}, nil
	}, func(p UpdateReturnReasonRequest) (string, module.Map) { return p.ID, nil }).with(resource.Resource{
		Path: path, Entity: "return_reason", RecordKey: "return_reason", Retrievable: true,
		Fields:                fields + " *parent_return_reason *return_reason_children",
		NotFoundMessage:       "Return reason with id: %s was not found",
		UpdateNotFoundMessage: "Return reason with id: %s was not found",
	})
	return append(many.Routes(), one.Routes()...)
}
