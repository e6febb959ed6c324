package admin

import (
	"github.com/gorgon-commerce/gorgon/api/resource"
	flow "github.com/gorgon-commerce/gorgon/flow/settings"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/route"
)

// A NewRefundReason is a reason to give money back.
type NewRefundReason struct {
	Label       string             `json:"label"`
	Code        string             `json:"code"`
	Description module.Opt[string] `json:"description"`
}

// A RefundReasonPatch changes a reason.
type RefundReasonPatch struct {
	ID          string             `path:"id"`
	Label       module.Opt[string] `json:"label" valid:"notnull"`
	Code        module.Opt[string] `json:"code" valid:"notnull"`
	Description module.Opt[string] `json:"description"`
}

// RefundReasons is /admin/refund-reasons.
func RefundReasons(flows *flow.RefundReasons) []route.Route {
	return verbs(flows, func(n NewRefundReason) (payment.Reason, module.Map) {
		return payment.Reason{Label: n.Label, Code: n.Code, Description: n.Description.Ptr()}, nil
	}, func(p RefundReasonPatch) (string, module.Map) { return p.ID, nil }).with(resource.Resource{
		Path: "/admin/refund-reasons", Entity: "refund_reason", One: "refund_reason", Many: "refund_reasons", Singular: true, Plain: true,
		Fields:        "id label code description created_at updated_at deleted_at",
		Filters:       times(list("id"), text("q")),
		Limit:         15,
		MissingUpdate: `RefundReason with id "%s" not found`,
	}).Routes()
}
