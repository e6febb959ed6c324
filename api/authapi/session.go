package authapi

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gorgon-commerce/gorgon/modules/auth"
	"github.com/gorgon-commerce/gorgon/route"
)

// sessions routes the login by cookie.
func (a api) sessions() []route.Route {
	return []route.Route{
		route.Handle(http.MethodPost, "/auth/session", http.HandlerFunc(a.startSession), anybody(route.Bearer|route.WithoutMFA)),
		route.Handle(http.MethodDelete, "/auth/session", http.HandlerFunc(a.endSession), anybody(route.Session|route.WithoutMFA)),
	}
}

func (a api) startSession(w http.ResponseWriter, r *http.Request) {
	_, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	c, ok := a.auth.Tokens.Parse(strings.TrimSpace(text))
	if !ok { // the route has let it in a moment ago
		answer(w, http.StatusUnauthorized, map[string]string{"message": "Unauthorized"})
		return
	}
	if err := a.auth.Sessions.Start(w, r, c); err != nil {
		route.RequestFromContext(r.Context()).WriteError(w, r, err)
		return
	}
	c.CredentialVersion = ""
	answer(w, http.StatusOK, map[string]auth.Claims{"user": c})
}

func (a api) endSession(w http.ResponseWriter, r *http.Request) {
	if err := a.auth.Sessions.End(w, r); err != nil {
		route.RequestFromContext(r.Context()).WriteError(w, r, err)
		return
	}
	answer(w, http.StatusOK, success{true})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the client is gone
}
