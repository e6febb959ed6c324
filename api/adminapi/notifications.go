package adminapi

import "github.com/gorgon-commerce/gorgon/api/resource"

// Notifications is /admin/notifications: what was sent, to be read alone.
func Notifications() resource.Resource {
	return resource.Resource{
		Path: "/admin/notifications", Entity: "notification", RecordKey: "notification", ListKey: "notifications", Retrievable: true, EmptyWhenMissing: true,
		Fields:  "id to channel template data trigger_type resource_id resource_type receiver_id created_at updated_at",
		Filters: resource.Filters{text("q"), list("id"), list("channel"), list("to")},
		Limit:   50,
		Order:   "-created_at",
	}
}
