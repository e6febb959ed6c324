package commerce_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/modules/webhook"
)

// With this in its environment the test binary is a worker of a shop over the database that it names, until it is killed.
const workerEnv = "COMMERCE_TEST_WORKER"

func TestMain(m *testing.M) {
	url := os.Getenv(workerEnv)
	if url == "" {
		os.Exit(m.Run())
	}
	if err := work(url); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {}
}

// restless is a shop whose leases are short.
func restless(url string) (*gorgon.App, *commerce.Shop) {
	app := gorgon.New(gorgon.Config{DatabaseURL: url, JWTSecret: "x", CookieSecret: "x", Log: slog.New(slog.DiscardHandler), Getenv: func(string) string { return "" }})
	shop := commerce.New(app)
	hurried(shop)
	shop.Webhook.Config.Timeout, shop.Webhook.Config.Backoff = 500*time.Millisecond, []time.Duration{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	app.Use(shop.Plugin())
	return app, shop
}

func work(url string) error {
	app, _ := restless(url)
	if err := app.Open(context.Background()); err != nil {
		return err
	}
	app.Bus().Lease = time.Second
	return app.Start(context.Background())
}

// TestKilledBetweenEventAndDelivery kills workers at any moment. Each event is delivered all the same.
func TestKilledBetweenEventAndDelivery(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"postgres": dbtest.PostgresURL, "sqlite": func(t testing.TB) string {
		return "sqlite:" + filepath.Join(t.TempDir(), "shop.db")
	}} {
		t.Run(name, func(t *testing.T) { killed(t, url(t)) })
	}
}

func killed(t *testing.T, url string) {
	app, shop := restless(url)
	t.Cleanup(app.Close)
	if _, err := app.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx := app.Context(t.Context())
	target, received := receiver(t, func() int { time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond); return 200 })
	if _, err := shop.WebhookFlows.Add(ctx, webhook.Webhook{URL: target, Events: []string{"tested"}, Enabled: true}); err != nil {
		t.Fatal(err)
	}
	want, kills := map[string]bool{}, 0
	for end := time.Now().Add(4 * time.Second); time.Now().Before(end); kills++ {
		worker := spawn(t, url)
		time.Sleep(time.Duration(100+rand.IntN(200)) * time.Millisecond)
		for range 10 {
			want[tested(t, ctx, app.Bus())] = true
		}
		time.Sleep(time.Duration(rand.IntN(80)) * time.Millisecond)
		_ = worker.Process.Kill()
		_ = worker.Wait()
	}
	spawn(t, url)
	arrive(t, received, want, kills)
}

// arrive waits for a request for each event.
func arrive(t *testing.T, received chan request, want map[string]bool, kills int) {
	t.Helper()
	requests, n := 0, len(want)
	for ; len(want) > 0; requests++ {
		select {
		case r := <-received:
			var e event.Message
			if err := json.Unmarshal(r.body, &e); err != nil {
				t.Fatal(err)
			}
			delete(want, e.ID)
		case <-time.After(30 * time.Second):
			t.Fatalf("%d of %d events are lost after %d kills", len(want), n, kills)
		}
	}
	t.Logf("%d events, %d kills, %d requests", n, kills, requests)
}

func tested(t *testing.T, ctx context.Context, b *event.Bus) string {
	t.Helper()
	m, err := event.Topic[event.ID]("tested").Message(event.ID{ID: "x"})
	if err == nil {
		err = b.Emit(ctx, m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m.ID
}

// spawn starts a worker, which is killed at the end of the test if not before.
func spawn(t *testing.T, url string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), workerEnv+"="+url)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return c
}
