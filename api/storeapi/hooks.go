package storeapi

import (
	"io"
	"net/http"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/checkoutflow"
	"github.com/gorgon-commerce/gorgon/modules/payment"
	"github.com/gorgon-commerce/gorgon/route"
)

// PaymentHookRoutes routes /hooks/payment, where payment providers call.
func PaymentHookRoutes(flows *checkoutflow.Flows) []route.Route {
	return []route.Route{route.Handle(http.MethodPost, "/hooks/payment/{provider}", hook{flows})}
}

type hook struct{ flows *checkoutflow.Flows }

// ServeHTTP writes down what a provider says, and says OK; what follows is done in the background.
func (h hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.heed(r); err != nil {
		route.RequestFromContext(r.Context()).WriteError(w, r, err)
		return
	}
	route.WriteRaw(w, r, route.RawResponse{ContentType: "text/plain; charset=utf-8", Body: []byte("OK")})
}

func (h hook) heed(r *http.Request) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, route.DefaultBodyLimit))
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "The body could not be read")
	}
	n, ok, err := h.flows.Payment.Payment.ParseWebhook(r.Context(), "pp_"+r.PathValue("provider"), payment.WebhookRequest{Header: r.Header, Body: body})
	if err != nil || !ok {
		return err
	}
	_, err = h.flows.Process.Start(r.Context(), n)
	return err
}
