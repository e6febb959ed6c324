package commerce

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/flow/userflow"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/modules/user"
)

// userCmd is the command user.
type userCmd struct {
	Email    string `short:"e" required:"" help:"The address that the user logs in with."`
	Password string `short:"p" help:"The password; not needed for an invite."`
	Invite   bool   `help:"Invite instead: print a token with which the user joins."`

	shop *Shop
}

// Run implements kong's command.
func (c *userCmd) Run(ctx context.Context, app *gorgon.App, out io.Writer) error {
	if err := app.Open(ctx); err != nil {
		return err
	}
	ctx = app.Context(ctx)
	if c.Invite {
		list, err := c.shop.UserFlows.CreateInvites.Run(ctx, []user.CreateInviteInput{{Email: c.Email}})
		if err == nil {
			fmt.Fprintln(out, "Invite token:", list[0].Token)
		}
		return err
	}
	if c.Password == "" {
		return errors.New("a password is needed: -p PASSWORD, or --invite")
	}
	u, err := c.shop.AddUser(ctx, c.Email, c.Password)
	if err == nil {
		fmt.Fprintln(out, "User created:", u.Email, u.ID)
	}
	return err
}

// AddUser lets somebody into the admin by e-mail and password.
func (s *Shop) AddUser(ctx context.Context, email, password string) (user.User, error) {
	identity, err := s.Auth.Register(ctx, "emailpass", auth.Request{ActorType: "user", Body: map[string]any{"email": email, "password": password}})
	if err != nil {
		return user.User{}, err
	}
	return s.UserFlows.CreateAccount.Run(ctx, userflow.CreateAccountInput{AuthIdentityID: identity.ID, User: user.User{Email: email}})
}
