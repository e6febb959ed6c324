package storeapi

import "github.com/gorgon-commerce/gorgon/api/resource"

// ReturnReasons is /store/return-reasons, to be read alone.
func ReturnReasons() resource.Resource {
	return resource.Resource{
		Path: "/store/return-reasons", Entity: "return_reason", RecordKey: "return_reason", ListKey: "return_reasons", Retrievable: true, EmptyWhenMissing: true, NoLogicalFilters: true,
		Fields: "id value label parent_return_reason_id description created_at updated_at deleted_at *parent_return_reason *return_reason_children",
		Allow:  []string{"id"}, // and what is read by default
		Limit:  20,
	}
}
