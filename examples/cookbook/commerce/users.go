package commerce

import (
	"context"

	"github.com/gorgon-commerce/gorgon/flow/userflow"
	"github.com/gorgon-commerce/gorgon/modules/user"
)

// Invite invites somebody to the admin. The event invite.created tells whoever sends the mail.
func (d *Desk) Invite(ctx context.Context, email string) (user.Invite, error) {
	list, err := d.shop.UserFlows.CreateInvites.Run(ctx, []user.CreateInviteInput{{Email: email}})
	if err != nil {
		return user.Invite{}, err
	}
	return list[0], nil
}

// Accept makes a user of an invite, who logs in with an identity. A token that is wrong, used or too old is refused.
func (d *Desk) Accept(ctx context.Context, token, identity string) (user.User, error) {
	return d.shop.UserFlows.AcceptInvite.Run(ctx, userflow.AcceptInviteInput{Token: token, AuthIdentityID: identity})
}
