// Package page writes the few pages that the server has of its own.
package page

import (
	"fmt"
	"html"
	"net/http"
)

// Wait answers that there is nothing to see yet, with a page that asks again by itself.
func Wait(w http.ResponseWriter, title, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Retry-After", "2")
	w.WriteHeader(http.StatusServiceUnavailable)
	fmt.Fprintf(w, `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>%[1]s</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:15vh auto;padding:0 1rem}pre{white-space:pre-wrap}</style>
<h1>%[1]s</h1><pre>%[2]s</pre>
`, html.EscapeString(title), html.EscapeString(text))
}
