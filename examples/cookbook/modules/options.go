package modules

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route"
)

// Options are what the module of brands has to be told.
type Options struct {
	URL    string // of the system that knows brands
	APIKey string
}

// FromConfig takes options from the environment, and the file .env, as the shop does.
func FromConfig(cfg gorgon.Config) Options {
	return Options{URL: cfg.Getenv("BRANDS_URL"), APIKey: cfg.Getenv("BRANDS_API_KEY")}
}

// A Client keeps brands in the system of somebody else. It has no tables.
type Client struct {
	Options
	http *http.Client
	log  *slog.Logger
}

// NewClient returns the client of a shop.
func NewClient(shop *commerce.Shop, o Options) *Client {
	return &Client{Options: o, http: http.DefaultClient, log: shop.App.Log()}
}

// Brands is the plugin for a main.go: app.Use(modules.Brands(shop)).
func Brands(shop *commerce.Shop) gorgon.Plugin {
	return NewClient(shop, FromConfig(shop.App.Config())).Plugin()
}

// Plugin adds the client to a shop, with a route that uses it.
func (c *Client) Plugin() gorgon.Plugin {
	return gorgon.Plugin{Name: "brands", Routes: []route.Route{route.Post("/admin/brands", c.Create)}}
}

// A Brand is one of theirs.
type Brand struct {
	Name string `json:"name"`
}

// Create makes a brand there.
func (c *Client) Create(ctx context.Context, b Brand) (Brand, error) {
	return b, c.send(ctx, http.MethodPost, "/brands", b)
}

// send sends a request. What goes wrong there is not the caller's fault, and none of their business.
func (c *Client) send(ctx context.Context, method, path string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, c.URL+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.APIKey)
	c.log.InfoContext(ctx, "sending", "method", method, "url", r.URL)
	res, err := c.http.Do(r)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s", method, r.URL, res.Status)
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The brands cannot be reached")
	}
	return res.Body.Close()
}
