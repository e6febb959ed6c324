package commerce_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/event/signature"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/route/routetest"
)

// hurried lets a shop's webhooks call this machine, and not wait for long.
func hurried(s *commerce.Shop) gorgon.Plugin {
	c := &s.Webhook.Config
	c.AllowHTTP, c.AllowPrivate, c.Poll, c.Backoff = true, true, 10*time.Millisecond, []time.Duration{}
	return gorgon.Plugin{Name: "hurried"}
}

type request struct {
	header http.Header
	body   []byte
}

// receiver is a program that is told of events. It answers with what status returns.
func receiver(t *testing.T, status func() int) (url string, requests chan request) {
	requests = make(chan request, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- request{r.Header, body}
		w.WriteHeader(status())
	}))
	t.Cleanup(s.Close)
	return s.URL, requests
}

type hook struct {
	Webhook struct{ ID, Secret, URL string }
}

type deliveryList struct {
	Deliveries []struct {
		ID, State string
		EventName string `json:"event_name"`
	}
	Count int
}

// A webhook hears what the shop does, signed, from the change over the outbox to the request; the admin sees what became of it.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	gorgontest.EachDatabase(t, func(t *testing.T, s *gorgontest.Shop) {
		status := 200
		url, requests := receiver(t, func() int { return status })
		var created hook
		want(t, s.Admin.Post("/admin/webhooks", map[string]any{"url": url, "events": []string{"product-tag.*"}, "description": "search"}), 200).Decode(&created)
		at := "/admin/webhooks/" + created.Webhook.ID
		if !strings.HasPrefix(created.Webhook.Secret, "whsec_") {
			t.Fatal(created)
		}
		var tag struct {
			Tag struct{ ID string } `json:"product_tag"`
		}
		want(t, s.Admin.Post("/admin/product-tags", map[string]any{"value": "red"}), 200).Decode(&tag)
		got := <-requests
		var e event.Message
		if err := signature.Verify(got.header, got.body, created.Webhook.Secret); err != nil {
			t.Error(err)
		}
		if err := json.Unmarshal(got.body, &e); err != nil || e.Name != "product-tag.created" || string(e.Data) != `{"id":"`+tag.Tag.ID+`"}` {
			t.Errorf("%s %v", got.body, err)
		}
		list := await(t, s, at+"/deliveries?state=delivered", 1)
		one := want(t, s.Admin.Get(at+"/deliveries/"+list.Deliveries[0].ID), 200).Body
		for _, part := range []string{`"payload":{"id":"` + e.ID, `"attempts":[{`, `"status":200`, `"state":"delivered"`} {
			if !bytes.Contains(one, []byte(part)) {
				t.Errorf("no %s in %s", part, one)
			}
		}

		status = 500
		want(t, s.Admin.Post(at+"/ping", nil), 200)
		<-requests
		failed := await(t, s, at+"/deliveries?state=failed", 1)
		status = 200
		want(t, s.Admin.Post(at+"/deliveries/"+failed.Deliveries[0].ID+"/retry", nil), 200)
		<-requests
		await(t, s, at+"/deliveries?state=delivered", 2)
		s.Admin.Post(at+"/replay", map[string]any{"since": time.Now().Add(-time.Hour).UTC(), "all": true}).Want(200, `{"count":2}`)
		<-requests
		<-requests
	}, hurried)
}

// want wants a status, whatever the body.
func want(t *testing.T, a *routetest.Response, status int) *routetest.Response {
	t.Helper()
	if a.Status != status {
		t.Fatalf("%d instead of %d: %s", a.Status, status, a.Body)
	}
	return a
}

// await reads deliveries until there are n.
func await(t *testing.T, s *gorgontest.Shop, path string, n int) (list deliveryList) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		list = deliveryList{}
		want(t, s.Admin.Get(path), 200).Decode(&list)
		if list.Count == n {
			return list
		}
		if time.Now().After(end) {
			t.Fatalf("%s has %d, not %d", path, list.Count, n)
		}
	}
}

// Secrets are shown once; mistakes are told, and change nothing.
func TestWebhookRoutes(t *testing.T) {
	t.Parallel()
	s := gorgontest.New(t)
	body := func(url string, events ...string) map[string]any { return map[string]any{"url": url, "events": events} }
	want(t, s.Anonymous.Get("/admin/webhooks"), 401)
	s.Admin.Post("/admin/webhooks", body("http://example.com", "*")).Want(400, `{"type":"invalid_data","message":"The URL of a webhook has to begin with https://"}`)
	want(t, s.Admin.Post("/admin/webhooks", body("https://10.0.0.1", "*")), 400)
	want(t, s.Admin.Post("/admin/webhooks", body("https://example.com")), 400)
	want(t, s.Admin.Post("/admin/webhooks", map[string]any{"url": "https://example.com", "events": "*"}), 400)
	want(t, s.Admin.Post("/admin/webhooks", map[string]any{"url": "https://example.com", "events": []string{"*"}, "secret": "mine"}), 400)
	s.Admin.Get("/admin/webhooks").Want(200, `{"webhooks":[],"count":0,"offset":0,"limit":20}`)

	var created, next hook
	want(t, s.Admin.Post("/admin/webhooks", body("https://example.com", "*")), 200).Decode(&created)
	at := "/admin/webhooks/" + created.Webhook.ID
	want(t, s.Admin.Post(at, map[string]any{"url": "http://example.com"}), 400)
	want(t, s.Admin.Post(at, map[string]any{"events": []string{}}), 400)
	want(t, s.Admin.Post(at, map[string]any{"url": "https://example.org", "enabled": false}), 200).Decode(&next)
	if next.Webhook.URL != "https://example.org" || next.Webhook.Secret != "" {
		t.Error(next)
	}
	want(t, s.Admin.Post(at+"/rotate-secret", map[string]any{"expire_in": 60}), 200).Decode(&next)
	if next.Webhook.Secret == "" || next.Webhook.Secret == created.Webhook.Secret {
		t.Error(next)
	}
	for _, path := range []string{at, at + "?fields=*", at + "?fields=%2Bsecret,%2Bformer_secret", "/admin/webhooks?fields=secret", at + "/deliveries?fields=*"} {
		if answer := s.Admin.Get(path); bytes.Contains(answer.Body, []byte("whsec_")) || answer.Status >= 500 {
			t.Errorf("%s: %d %s", path, answer.Status, answer.Body)
		}
	}
	for _, path := range []string{"/admin/webhooks/none/ping", "/admin/webhooks/none/replay", "/admin/webhooks/none", "/admin/webhooks/none/rotate-secret", at + "/deliveries/none/retry"} {
		want(t, s.Admin.Post(path, map[string]any{}), 404)
	}
	want(t, s.Admin.Get("/admin/webhooks/none"), 404)
	want(t, s.Admin.Get(at+"/deliveries/none"), 404)
	s.Admin.Delete(at).Want(200, `{"id":"`+created.Webhook.ID+`","object":"webhook","deleted":true}`)
	want(t, s.Admin.Get(at), 404)
}

func TestWebhooksCommand(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "shop.db")
	try := func(want int, args ...string) string {
		t.Helper()
		app := gorgon.New(gorgon.Config{DatabaseURL: url, JWTSecret: "x", CookieSecret: "x", Getenv: func(string) string { return "" }})
		app.Use(commerce.New(app).Plugin())
		var out bytes.Buffer
		if code := app.Run(context.Background(), args, &out, &out); code != want {
			t.Fatalf("%v ends with %d: %s", args, code, out.String())
		}
		return out.String()
	}
	try(0, "db:migrate")
	created := regexp.MustCompile(`ID: +(whk_\w+)\nSecret: +(whsec_\S+)\n`).FindStringSubmatch(try(0, "webhooks", "create", "https://example.com/in", "order.*", "product.created"))
	if created == nil {
		t.Fatal("no id and secret")
	}
	id := created[1]
	if out := try(0, "webhooks", "list"); !regexp.MustCompile(id+` +on +order.\* product.created +https://example.com/in\n`).MatchString(out) || strings.Contains(out, "whsec_") {
		t.Error(out)
	}
	if out := try(0, "webhooks", "rotate-secret", id); !strings.Contains(out, "whsec_") || strings.Contains(out, created[2]) {
		t.Error(out)
	}
	try(0, "webhooks", "update", id, "--no-enabled", "--events", "a,b")
	if out := try(0, "webhooks", "list"); !regexp.MustCompile(id + ` +off +a b +https`).MatchString(out) {
		t.Error(out)
	}
	try(0, "webhooks", "ping", id)
	out := try(0, "webhooks", "deliveries", id, "--state", "pending")
	delivery := regexp.MustCompile(`(whd_\w+) .* webhook.ping +pending +0`).FindStringSubmatch(out)
	if delivery == nil {
		t.Fatal(out)
	}
	if out := try(0, "webhooks", "retry", id, delivery[1]); !strings.HasPrefix(out, "1 ") {
		t.Error(out)
	}
	if out := try(0, "webhooks", "retry", id); !strings.HasPrefix(out, "0 ") {
		t.Error(out)
	}
	try(1, "webhooks", "create", "http://example.com", "*")
	try(1, "webhooks", "ping", "whk_none")
	try(1, "webhooks", "delete", "whk_none")
	try(0, "webhooks", "delete", id)
	if out := try(0, "webhooks", "list"); strings.Contains(out, id) {
		t.Error(out)
	}
}
