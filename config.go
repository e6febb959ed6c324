package gorgon

import (
	"bufio"
	"cmp"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"github.com/mattn/go-isatty"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/gorgon-commerce/gorgon/telemetry"
)

// A Config says how a shop runs. What is left out comes from the environment variable beside it, then from the file .env in the working
// directory, then from the default.
type Config struct {
	Host        string // HOST; all addresses
	Port        string // PORT; 9000
	DatabaseURL string // DATABASE_URL; sqlite:gorgon.db. See db.Open for the forms
	// DATABASE_POOLER; auto. What stands between the shop and PostgreSQL: none, session, transaction (PgBouncer, Supabase, Neon). See db.Pooler
	DatabasePooler string
	// DATABASE_DIRECT_URL; none. Reaches the database without the pooler, for one connection that listens, and for db:create and db:drop
	DatabaseDirectURL string

	JWTSecret    string // JWT_SECRET; signs tokens
	CookieSecret string // COOKIE_SECRET; signs cookies
	StoreCORS    string // STORE_CORS; http://localhost:8000
	AdminCORS    string // ADMIN_CORS; http://localhost:9000 and the ports that the admin is developed on
	AuthCORS     string // AUTH_CORS; both
	RedisURL     string // REDIS_URL; none is needed
	EventsURL    string // EVENTS_URL; none. A stream that events are forwarded to: redis://… or nats://…, in the stock binary
	BackendURL   string // MEDUSA_BACKEND_URL; http://localhost and the port. What addresses begin with that the shop gives out
	WorkerMode   string // MEDUSA_WORKER_MODE: "server" answers requests, "worker" handles events and jobs, "shared" (default) does both
	DisableAdmin bool   // DISABLE_MEDUSA_ADMIN=true; no dashboard at /app
	CacheMB      int    // GORGON_CACHE_MB; 32. What answers may take that are kept in memory, in MiB; negative for none
	Compression  bool   // HTTP_COMPRESSION_ENABLED=true; answers are compressed here, and not by a proxy
	Production   bool   // NODE_ENV=production or GORGON_ENV=production

	Log *slog.Logger // text on a terminal, JSON in production

	// OpenTelemetry's providers, either of which may be nil: then nothing is measured, and nothing spent on it. They belong to the program, which ends them.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider

	// Getenv stands for the environment, .env included: tests pass one that knows nothing.
	Getenv func(string) string
}

// insecure is the secret of shops that have none, for development alone.
const insecure = "supersecret"

const (
	storeCORS = "http://localhost:8000"
	adminCORS = "http://localhost:7000,http://localhost:7001,http://localhost:5173,http://localhost:9000"
)

func (c Config) withDefaults() Config {
	if c.Getenv == nil {
		c.Getenv = environment(".env")
	}
	for _, v := range []struct {
		field           *string
		name, otherwise string
	}{
		{&c.Host, "HOST", ""},
		{&c.Port, "PORT", "9000"},
		{&c.DatabaseURL, "DATABASE_URL", "sqlite:gorgon.db"},
		{&c.DatabasePooler, "DATABASE_POOLER", "auto"},
		{&c.DatabaseDirectURL, "DATABASE_DIRECT_URL", ""},
		{&c.JWTSecret, "JWT_SECRET", insecure},
		{&c.CookieSecret, "COOKIE_SECRET", insecure},
		{&c.StoreCORS, "STORE_CORS", storeCORS},
		{&c.AdminCORS, "ADMIN_CORS", adminCORS},
		{&c.AuthCORS, "AUTH_CORS", storeCORS + "," + adminCORS},
		{&c.RedisURL, "REDIS_URL", ""},
		{&c.EventsURL, "EVENTS_URL", ""},
		{&c.BackendURL, "MEDUSA_BACKEND_URL", ""},
		{&c.WorkerMode, "MEDUSA_WORKER_MODE", "shared"},
	} {
		*v.field = cmp.Or(*v.field, c.Getenv(v.name), v.otherwise)
	}
	if c.CacheMB == 0 {
		c.CacheMB, _ = strconv.Atoi(cmp.Or(c.Getenv("GORGON_CACHE_MB"), "32"))
	}
	c.DisableAdmin = c.DisableAdmin || c.Getenv("DISABLE_MEDUSA_ADMIN") == "true"
	c.Compression = c.Compression || c.Getenv("HTTP_COMPRESSION_ENABLED") == "true"
	c.Production = c.Production || cmp.Or(c.Getenv("GORGON_ENV"), c.Getenv("NODE_ENV")) == "production"
	if c.Log == nil {
		c.Log = newLog(c.Production, c.Getenv("LOG_LEVEL"))
	}
	if c.TracerProvider != nil {
		c.Log = slog.New(telemetry.LogHandler(c.Log.Handler()))
	}
	return c
}

func newLog(production bool, level string) *slog.Logger {
	o := &slog.HandlerOptions{}
	var l slog.Level
	if l.UnmarshalText([]byte(level)) == nil {
		o.Level = l
	}
	if production && !isatty.IsTerminal(os.Stderr.Fd()) {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

// environment is the process's environment, and under it what a file has.
func environment(file string) func(string) string {
	below := readEnv(file)
	return func(name string) string {
		if v, ok := os.LookupEnv(name); ok {
			return v
		}
		return below[name]
	}
}

// readEnv reads lines NAME=value, with quotes or without. A file that is not there has none.
func readEnv(file string) map[string]string {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	out := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(lines.Text()), "export "), "=")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		out[strings.TrimSpace(name)] = unquote(strings.TrimSpace(value))
	}
	return out
}

// unquote takes quotes, or a comment at the end, off a value.
func unquote(v string) string {
	if len(v) > 1 && (v[0] == '"' || v[0] == '\'') {
		if end := strings.IndexByte(v[1:], v[0]); end >= 0 {
			return v[1 : 1+end]
		}
	}
	v, _, _ = strings.Cut(v, " #")
	return strings.TrimSpace(v)
}
