package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route"
)

// Sum has a route whose body is checked: what is missing, of another type or unknown is refused before the handler is called.
func Sum(*commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{Name: "sum", Routes: []route.Route{route.Post("/custom", sum)}}
}

// Terms are what is added up. The tag valid says what else has to be so.
type Terms struct {
	A    float64  `json:"a"`
	B    float64  `json:"b" valid:"min=0"`
	Unit string   `json:"unit" valid:"optional,enum=cm|inch"`
	Note *string  `json:"note"` // may be null, and left out
	Tags []string `json:"tags" valid:"optional,max=3"`
}

func sum(_ context.Context, in Terms) (out struct {
	Sum float64 `json:"sum"`
}, err error) {
	out.Sum = in.A + in.B
	return out, nil
}

// Webhook has a route that looks at the body as it came, because that is what was signed.
func Webhook(*commerce.Shop) gorgon.Plugin {
	return gorgon.Plugin{Name: "webhook", Routes: []route.Route{route.Post("/webhooks/payments", Hook{"s3cret"}.receive)}}
}

// A Hook hears of payments from who knows its secret.
type Hook struct{ secret string }

func (h Hook) receive(_ context.Context, in struct {
	Raw       []byte `body:"raw"`
	Signature string `header:"X-Signature"`
}) (out struct{}, err error) {
	mac := hmac.New(sha256.New, []byte(h.secret))
	mac.Write(in.Raw)
	if !hmac.Equal([]byte(in.Signature), []byte(hex.EncodeToString(mac.Sum(nil)))) {
		return out, fault.New(fault.Unauthorized, "The signature is not ours")
	}
	return out, nil
}
