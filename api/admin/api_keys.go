package admin

import (
	"context"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A NewAPIKey is what it takes to make a key. Who makes it is in the context: see route.ActorFrom.
type NewAPIKey struct {
	Title string `json:"title"`
	Type  string `json:"type" valid:"enum=publishable|secret"`
}

// An APIKeyPatch changes a key.
type APIKeyPatch struct {
	ID    string `path:"id"`
	Title string `json:"title"`
}

// An APIKeyRevocation ends a key, at once or after some seconds.
type APIKeyRevocation struct {
	ID       string              `path:"id"`
	RevokeIn module.Opt[float64] `json:"revoke_in" valid:"notnull"`
}

// APIKeyVerbs change keys. What Create returns is shown to the caller as it is, because a secret can be seen only then.
type APIKeyVerbs[Key any] struct {
	Create        func(context.Context, NewAPIKey) (Key, error)
	Update        func(context.Context, APIKeyPatch) (string, error)
	Delete        func(context.Context, string) error
	Revoke        func(context.Context, APIKeyRevocation) (string, error)
	SalesChannels Linker
}

// APIKeys is /admin/api-keys.
func APIKeys[Key any](v APIKeyVerbs[Key]) resource.Resource {
	own := times(text("q"), list("id"), list("title"), list("token"), resource.Filter{Name: "type", Kind: schema.Enum("publishable", "secret").Optional()})
	return resource.Resource{
		Path: "/admin/api-keys", Entity: "api_key", One: "api_key", Many: "api_keys", Singular: true,
		Fields: "id title token redacted type last_used_at updated_at created_at created_by revoked_at revoked_by " +
			"sales_channels.id sales_channels.name",
		Filters:       append(own, resource.Filter{Name: "revoked_at", Kind: resource.Dates}),
		Limit:         20,
		Missing:       "API Key with id: %s was not found",
		MissingUpdate: "API Key with id: %s was not found",
		Create:        resource.Answer(v.Create),
		Update:        resource.Do(v.Update),
		Delete:        v.Delete,
		Actions: []resource.Action{
			resource.Post("/{id}/revoke", resource.Do(v.Revoke)),
			resource.Post("/{id}/sales-channels", resource.Do(v.SalesChannels)),
		},
	}
}
