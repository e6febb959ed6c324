package user

import (
	"time"

	"github.com/gorgon-commerce/gorgon/module"
)

// A User works in the admin.
type User struct {
	module.Model `model:"prefix=user,deleted=gone"`
	FirstName    *string    `json:"first_name" model:"searchable"`
	LastName     *string    `json:"last_name" model:"searchable"`
	Email        string     `json:"email" model:"searchable,unique"`
	AvatarURL    *string    `json:"avatar_url"`
	Metadata     module.Map `json:"metadata"`
}

// Indexes has Medusa's index of deleted users.
func (User) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_user_deleted_at", Columns: []string{"deleted_at"}, Where: "deleted_at IS NOT NULL"}}
}

// An CreateInvites lets somebody become a user. Its token is a JSON web token that names it.
type Invite struct {
	module.Model `model:"prefix=invite,deleted=gone"`
	Email        string     `json:"email" model:"searchable,unique"`
	Accepted     bool       `json:"accepted" model:"default=false"`
	Token        string     `json:"token" model:"index"`
	ExpiresAt    time.Time  `json:"expires_at"`
	Metadata     module.Map `json:"metadata"`
}

// Indexes has Medusa's index of deleted invites.
func (Invite) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_invite_deleted_at", Columns: []string{"deleted_at"}, Where: "deleted_at IS NOT NULL"}}
}
