package adminapi

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/settingsflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/route"
)

// A CreateRefundReasonRequest is a reason to give money back.
type CreateRefundReasonRequest struct {
	Label       string             `json:"label"`
	Code        string             `json:"code"`
	Description module.Opt[string] `json:"description"`
}

// A UpdateRefundReasonRequest changes a reason.
type UpdateRefundReasonRequest struct {
	ID          string             `path:"id"`
	Label       module.Opt[string] `json:"label" valid:"notnull"`
	Code        module.Opt[string] `json:"code" valid:"notnull"`
	Description module.Opt[string] `json:"description"`
}

// RefundReasons is /admin/refund-reasons.
func RefundReasons(flows *settingsflow.RefundReasonFlows) []route.Route {
	return verbs(flows, func(n CreateRefundReasonRequest) (payment.RefundReason, module.Map) {
		return payment.RefundReason{Label: n.Label, Code: n.Code, Description: n.Description.Ptr()}, nil
	}, func(p UpdateRefundReasonRequest) (string, module.Map) { return p.ID, nil }).with(resource.Resource{
		Path: "/admin/refund-reasons", Entity: "refund_reason", RecordKey: "refund_reason", ListKey: "refund_reasons", Retrievable: true, NoLogicalFilters: true,
		Fields:                "id label code description created_at updated_at deleted_at",
		Filters:               times(list("id"), text("q")),
		Limit:                 15,
		UpdateNotFoundMessage: `RefundReason with id "%s" not found`,
	}).Routes()
}
