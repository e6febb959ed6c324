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

// An Invite lets somebody become a user. Its token is a JSON web token that names it.
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

// A Preference is something that a user has set in the admin, such as the columns of a table.
type Preference struct {
	module.Model `model:"prefix=usrpref"`
	UserID       string      `json:"user_id" model:"index"`
	Key          string      `json:"key"`
	Value        module.JSON `json:"value"`
}

// Indexes keep one value per user and key.
func (Preference) Indexes() []module.Index {
	return []module.Index{{Name: "IDX_user_preference_user_id_key_unique", Columns: []string{"user_id", "key"}, Unique: true, Where: "deleted_at IS NULL"}}
}
