package route

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// A Server serves HTTP until its context ends, then lets requests finish.
type Server struct {
	Handler         http.Handler
	Log             *slog.Logger  // nil is slog.Default
	ShutdownTimeout time.Duration // for requests under way when the server stops; 0 is 30 s
}

// Serve serves on a listener, which it closes.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	log := s.Log
	if log == nil {
		log = slog.Default()
	}
	stopping, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	hs := &http.Server{
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), stopKey{}, stopping)
		},
		Handler:           s.Handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute,
		IdleTimeout:       75 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	hs.RegisterOnShutdown(stop)
	failed := make(chan error, 1)
	go func() { failed <- hs.Serve(ln) }()
	log.InfoContext(ctx, "serving", "address", ln.Addr().String())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	return s.stop(ctx, hs, log)
}

// stop waits for the requests under way, but not for ever.
func (s *Server) stop(ctx context.Context, hs *http.Server, log *slog.Logger) error {
	grace := s.ShutdownTimeout
	if grace == 0 {
		grace = 30 * time.Second
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := hs.Shutdown(bounded)
	if errors.Is(err, context.DeadlineExceeded) {
		log.WarnContext(ctx, "requests were cut off", "after", grace)
		return hs.Close()
	}
	return err
}
