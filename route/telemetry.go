package route

import (
	"cmp"
	"errors"
	"net/http"

	"go.opentelemetry.io/otel/attribute"

	"github.com/gorgon-commerce/gorgon/telemetry"
)

// observe begins the span of a request, which belongs to the trace that the request names.
func (rt *Router) observe(rec *recorder, r *http.Request, req *Request) (*http.Request, func()) {
	t := rt.cfg.Telemetry
	ctx, span := t.Start(t.ContinueTraceHeader(r.Context(), r.Header), telemetry.HTTPRequest, r.Method, attribute.String("http.request.method", known(r.Method)))
	span.AddAttributes(attribute.String("url.path", r.URL.Path), attribute.String("gorgon.request", req.id))
	return r.WithContext(ctx), func() {
		if req.pattern != "" {
			span.SetName(r.Method + " " + req.pattern)
			span.AddLabels(attribute.String("http.route", req.pattern))
		}
		status := cmp.Or(rec.status, http.StatusOK)
		span.AddLabels(attribute.Int("http.response.status_code", status))
		var err error
		if status >= http.StatusInternalServerError {
			err = errors.New(http.StatusText(status))
		}
		span.End(err)
	}
}

// known keeps methods that somebody makes up out of labels.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "_OTHER"
}
