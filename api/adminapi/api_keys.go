package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A CreateAPIKeyRequest is what it takes to make a key. Who makes it is in the context: see route.ActorFrom.
type CreateAPIKeyRequest struct {
	Title string `json:"title"`
	Type  string `json:"type" valid:"enum=publishable|secret"`
}

// A UpdateAPIKeyRequest changes a key.
type UpdateAPIKeyRequest struct {
	ID    string `path:"id"`
	Title string `json:"title"`
}

// A RevokeAPIKeyRequest ends a key, at once or after some seconds.
type RevokeAPIKeyRequest struct {
	ID       string              `path:"id"`
	RevokeIn module.Opt[float64] `json:"revoke_in" valid:"notnull"`
}

// APIKeyHandlers change keys. What Create returns is shown to the caller as it is, because a secret can be seen only then.
type APIKeyHandlers[Key any] struct {
	Create        func(context.Context, CreateAPIKeyRequest) (Key, error)
	Update        func(context.Context, UpdateAPIKeyRequest) (string, error)
	Delete        func(context.Context, string) error
	Revoke        func(context.Context, RevokeAPIKeyRequest) (string, error)
	SalesChannels Linker
}

// APIKeys is /admin/api-keys.
func APIKeys[Key any](v APIKeyHandlers[Key]) resource.Resource {
	own := times(text("q"), list("id"), list("title"), list("token"), resource.Filter{Name: "type", Schema: schema.Enum("publishable", "secret").Optional()})
	return resource.Resource{
		Path: "/admin/api-keys", Entity: "api_key", RecordKey: "api_key", ListKey: "api_keys", Retrievable: true,
		Fields: "id title token redacted type last_used_at updated_at created_at created_by revoked_at revoked_by " +
			"sales_channels.id sales_channels.name",
		Filters:               append(own, resource.Filter{Name: "revoked_at", Schema: resource.Dates}),
		Limit:                 20,
		NotFoundMessage:       "API Key with id: %s was not found",
		UpdateNotFoundMessage: "API Key with id: %s was not found",
		Create:                resource.DoAndRespond(v.Create),
		Update:                resource.Do(v.Update),
		Delete:                v.Delete,
		Actions: []resource.Action{
			resource.Post("/{id}/revoke", resource.Do(v.Revoke)),
			resource.Post("/{id}/sales-channels", resource.Do(v.SalesChannels)),
		},
	}
}
