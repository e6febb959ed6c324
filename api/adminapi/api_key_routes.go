package adminapi

import (
	"bytes"
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/flow/apikeyflow"
	"github.com/gorgon-commerce/gorgon/internal/jstime"
	"github.com/gorgon-commerce/gorgon/modules/apikey"
	"github.com/gorgon-commerce/gorgon/route"
)

// A keyAPI is /admin/api-keys.
type keyAPI struct{ flows *apikeyflow.Flows }

// APIKeyRoutes routes /admin/api-keys over their workflows. Tokens of secret keys are blank, and salts cannot be asked for.
func APIKeyRoutes(flows *apikeyflow.Flows, read resource.Reader) []route.Route {
	k := keyAPI{flows}
	r := APIKeys(APIKeyHandlers[jstime.Value]{Create: k.create, Update: k.update, Delete: k.delete, Revoke: k.revoke, SalesChannels: k.link})
	r.Read = blankTokens(read)
	r.Deny = func(path string) bool { return path == "salt" }
	return r.Routes()
}

func (k keyAPI) create(ctx context.Context, in CreateAPIKeyRequest) (jstime.Value, error) {
	list, err := k.flows.Create.Run(ctx, []apikey.CreateInput{{Title: in.Title, Type: in.Type, CreatedBy: actorID(ctx)}})
	if err != nil {
		return jstime.Value{}, err
	}
	return jstime.Wrap(list[0]), nil
}

func (k keyAPI) update(ctx context.Context, in UpdateAPIKeyRequest) (string, error) {
	_, err := k.flows.Update.Run(ctx, apikeyflow.UpdateInput{ID: in.ID, Title: in.Title})
	return in.ID, err
}

func (k keyAPI) delete(ctx context.Context, id string) error {
	_, err := k.flows.Delete.Run(ctx, []string{id})
	return err
}

func (k keyAPI) revoke(ctx context.Context, in RevokeAPIKeyRequest) (string, error) {
	_, err := k.flows.Revoke.Run(ctx, apikey.RevokeInput{IDs: []string{in.ID}, RevokedBy: actorID(ctx), RevokeIn: in.RevokeIn.Value})
	return in.ID, err
}

func (k keyAPI) link(ctx context.Context, in resource.Link) (string, error) {
	return k.flows.LinkSalesChannels.Run(ctx, apikeyflow.LinkSalesChannelsInput{ID: in.ID, Add: in.Add, Remove: in.Remove})
}

// blankTokens shows the tokens of publishable keys alone; what is kept of others is a hash, and nobody's business.
func blankTokens(next resource.Reader) resource.Reader {
	if next == nil {
		return nil
	}
	return func(ctx context.Context, q *resource.Query) (resource.Rows, error) {
		q.Fields = slices.DeleteFunc(slices.Clone(q.Fields), func(f string) bool { return f == "salt" })
		rows, err := next(ctx, q)
		if err != nil {
			return nil, err
		}
		return blank{rows}, nil
	}
}

// blank takes secrets out of rows.
type blank struct{ resource.Rows }

func (b blank) AppendRow(dst []byte, i int) []byte {
	at := len(dst)
	dst = b.Rows.AppendRow(dst, i)
	return append(dst[:at], blankOut(slices.Clone(dst[at:]))...)
}

func (b blank) AppendList(dst []byte) []byte {
	return append(dst, blankOut(b.Rows.AppendList(nil))...)
}

// blankOut empties each "token" that is not of a publishable key, and each "salt".
func blankOut(b []byte) []byte {
	for _, key := range []string{`"token":"`, `"salt":"`} {
		at := 0
		for {
			i := bytes.Index(b[at:], []byte(key))
			if i < 0 {
				break
			}
			at += i + len(key)
			end := bytes.IndexByte(b[at:], '"')
			if end < 0 {
				break
			}
			if !bytes.HasPrefix(b[at:], []byte("pk_")) {
				b = slices.Delete(b, at, at+end)
			}
		}
	}
	return b
}
