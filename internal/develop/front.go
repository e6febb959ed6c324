package develop

import (
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"

	"github.com/gorgon-commerce/gorgon/internal/page"
)

// A front is what browsers talk to. It passes requests on to the program and to the bundler. While the program is being built they wait, so that
// what is seen is never older than the code.
type front struct {
	dashboard string // the path of the bundler; empty without one

	mu      sync.Mutex
	shop    http.Handler
	bundler http.Handler
	idle    chan struct{} // closed unless the program is being built
}

func newFront(d *Dashboard) *front {
	f := &front{idle: make(chan struct{})}
	if d != nil {
		f.dashboard = d.Path
		f.bundler = waiting("The dashboard is starting", "The first time it is installed from npm, which takes a minute or two.")
	}
	return f
}

// busy lets requests wait.
func (f *front) busy() {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.idle:
		f.idle = make(chan struct{})
	default:
	}
}

// serve passes requests to the program at an address.
func (f *front) serve(address string) { f.answer(proxy(address)) }

// fail answers requests with what went wrong.
func (f *front) fail(err error) { f.answer(waiting("The shop does not run", err.Error())) }

func (f *front) answer(h http.Handler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shop = h
	select {
	case <-f.idle:
	default:
		close(f.idle)
	}
}

// bundle passes requests for the dashboard to h.
func (f *front) bundle(h http.Handler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bundler = h
}

// ServeHTTP implements http.Handler.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	h, idle := f.bundler, f.idle
	f.mu.Unlock()
	if f.dashboard == "" || r.URL.Path != f.dashboard && !strings.HasPrefix(r.URL.Path, f.dashboard+"/") {
		select {
		case <-idle:
		case <-r.Context().Done():
			return
		}
		f.mu.Lock()
		h = f.shop
		f.mu.Unlock()
	}
	h.ServeHTTP(w, r)
}

func proxy(address string) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", address
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		FlushInterval: -1, // events are streamed
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			page.Wait(w, "There is no answer", err.Error())
		},
	}
}

func waiting(title, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { page.Wait(w, title, text) })
}
