// Package userflow has the workflows of those who work in the admin, and of the invites by which they come.
package userflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/modules/user"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// What happens to users and invites.
const (
	Created        = event.Topic[event.ID]("user.created")
	Updated        = event.Topic[event.ID]("user.updated")
	Deleted        = event.Topic[event.ID]("user.deleted")
	InviteCreated  = event.Topic[event.ID]("invite.created")
	InviteAccepted = event.Topic[event.ID]("invite.accepted")
	InviteResent   = event.Topic[event.ID]("invite.resent")
	InviteDeleted  = event.Topic[event.ID]("invite.deleted")
)

// A UpdateInput of one user.
type UpdateInput struct {
	ID  string     `json:"id"`
	Set module.Set `json:"set"`
}

// A CreateAccountInput is a user who can log in with an identity.
type CreateAccountInput struct {
	AuthIdentityID string    `json:"auth_identity_id"`
	User           user.User `json:"user"`
}

// An AcceptInviteInput makes a user of an invite. Email is that of the invite unless it is set.
type AcceptInviteInput struct {
	Token          string  `json:"token"`
	AuthIdentityID string  `json:"auth_identity_id"`
	Email          *string `json:"email"`
	FirstName      *string `json:"first_name"`
	LastName       *string `json:"last_name"`
}

// Flows are the workflows of users.
type Flows struct {
	User *user.Module
	Auth *auth.Module

	Create        *workflow.Workflow[[]user.User, []user.User]
	Update        *workflow.Workflow[[]UpdateInput, []user.User]
	Delete        *workflow.Workflow[[]string, []string]
	CreateAccount *workflow.Workflow[CreateAccountInput, user.User]
	RemoveAccount *workflow.Workflow[string, string]

	CreateInvites       *workflow.Workflow[[]user.CreateInviteInput, []user.Invite]
	RefreshInviteTokens *workflow.Workflow[[]string, []user.Invite]
	DeleteInvites       *workflow.Workflow[[]string, []string]
	AcceptInvite        *workflow.Workflow[AcceptInviteInput, user.User]
}

// New returns the workflows of a module's users, whose logins are in a.
func New(u *user.Module, a *auth.Module) *Flows {
	f := &Flows{User: u, Auth: a}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-users-workflow", f.create, atomic)
	f.Update = workflow.New("update-users-workflow", f.update, atomic)
	f.Delete = workflow.New("delete-user", f.delete, atomic)
	f.CreateAccount = workflow.New("create-user-account", f.createAccount, atomic)
	f.RemoveAccount = workflow.New("remove-user-account", f.removeAccount, atomic)
	f.CreateInvites = workflow.New("create-invite-step", f.invite, atomic)
	f.RefreshInviteTokens = workflow.New("refresh-invite-tokens-workflow", f.resend, atomic)
	f.DeleteInvites = workflow.New("delete-invites-workflow", f.deleteInvites, atomic)
	f.AcceptInvite = workflow.New("accept-invite-workflow", f.accept, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.Delete, f.CreateAccount, f.RemoveAccount, f.CreateInvites, f.RefreshInviteTokens, f.DeleteInvites, f.AcceptInvite}
}

// tell emits one event for each record.
func tell[T any](ctx workflow.Context, topic event.Topic[event.ID], list []T, id func(T) string) error {
	for _, v := range list {
		if err := workflow.Emit(ctx, topic, event.ID{ID: id(v)}); err != nil {
			return err
		}
	}
	return nil
}

func idOf(u user.User) string       { return u.ID }
func inviteID(v user.Invite) string { return v.ID }
func itself(id string) string       { return id }

func (f *Flows) create(ctx workflow.Context, list []user.User) ([]user.User, error) {
	out, err := workflow.Step(ctx, "create-users-step", f.User.Create, list)
	if err != nil {
		return nil, err
	}
	return out, tell(ctx, Created, out, idOf)
}

func (f *Flows) update(ctx workflow.Context, list []UpdateInput) ([]user.User, error) {
	out, err := workflow.Step(ctx, "update-users-step", func(ctx context.Context, list []UpdateInput) (out []user.User, err error) {
		for _, c := range list {
			u, err := f.User.Update(ctx, c.ID, c.Set)
			if err != nil {
				return nil, err
			}
			out = append(out, u)
		}
		return out, nil
	}, list)
	if err != nil {
		return nil, err
	}
	return out, tell(ctx, Updated, out, idOf)
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	_, err := workflow.Step(ctx, "delete-users-step", func(ctx context.Context, ids []string) (int, error) {
		return len(ids), f.User.Users.SoftDelete(ctx, ids...)
	}, ids)
	if err != nil {
		return nil, err
	}
	return ids, tell(ctx, Deleted, ids, itself)
}

func (f *Flows) createAccount(ctx workflow.Context, in CreateAccountInput) (user.User, error) {
	out, err := f.Create.Run(ctx, []user.User{in.User})
	if err != nil {
		return user.User{}, err
	}
	return out[0], f.attach(ctx, in.AuthIdentityID, out[0].ID)
}

func (f *Flows) attach(ctx workflow.Context, identity, id string) error {
	_, err := workflow.Step(ctx, "set-auth-app-metadata", f.Auth.LinkActor, auth.ActorLink{AuthIdentityID: identity, ActorType: "user", ActorID: id})
	return err
}

func (f *Flows) removeAccount(ctx workflow.Context, id string) (string, error) {
	if _, err := f.Delete.Run(ctx, []string{id}); err != nil {
		return "", err
	}
	_, err := workflow.Step(ctx, "remove-auth-identity", func(ctx context.Context, id string) (bool, error) {
		return true, f.Auth.UnlinkActor(ctx, auth.ActorLink{ActorType: "user", ActorID: id})
	}, id)
	return id, err
}

func (f *Flows) invite(ctx workflow.Context, list []user.CreateInviteInput) ([]user.Invite, error) {
	out, err := workflow.Step(ctx, "create-invite-step", f.User.CreateInvites, list)
	if err != nil {
		return nil, err
	}
	return out, tell(ctx, InviteCreated, out, inviteID)
}

func (f *Flows) resend(ctx workflow.Context, ids []string) ([]user.Invite, error) {
	out, err := workflow.Step(ctx, "refresh-invite-tokens-step", f.User.RefreshInviteTokens, ids)
	if err != nil {
		return nil, err
	}
	return out, tell(ctx, InviteResent, out, inviteID)
}

func (f *Flows) deleteInvites(ctx workflow.Context, ids []string) ([]string, error) {
	if err := f.dropInvites(ctx, ids); err != nil {
		return nil, err
	}
	return ids, tell(ctx, InviteDeleted, ids, itself)
}

func (f *Flows) dropInvites(ctx workflow.Context, ids []string) error {
	_, err := workflow.Step(ctx, "delete-invites", func(ctx context.Context, ids []string) (int, error) {
		return len(ids), f.User.Invites.SoftDelete(ctx, ids...)
	}, ids)
	return err
}

func (f *Flows) accept(ctx workflow.Context, in AcceptInviteInput) (u user.User, err error) {
	v, err := workflow.Step(ctx, "validate-invite-token-step", f.User.ValidateInviteToken, in.Token)
	if err != nil {
		return u, err
	}
	email := v.Email
	if in.Email != nil {
		email = *in.Email
	}
	out, err := f.Create.Run(ctx, []user.User{{Email: email, FirstName: in.FirstName, LastName: in.LastName}})
	if err != nil {
		return u, err
	}
	if err := f.attach(ctx, in.AuthIdentityID, out[0].ID); err != nil {
		return u, err
	}
	if err := f.dropInvites(ctx, []string{v.ID}); err != nil {
		return u, err
	}
	return out[0], workflow.Emit(ctx, InviteAccepted, event.ID{ID: v.ID})
}
