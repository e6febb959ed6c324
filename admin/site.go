package admin

import (
	"archive/zip"
	"encoding/binary"
	"io"
	"mime"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/gorgon-commerce/gorgon/internal/page"
)

// Path is where the dashboard is served. The dashboard is built for it.
const Path = "/app"

// A Site serves the dashboard under Path. Until there is one it says how to get it, and looks again at each request.
type Site struct {
	Files   []string // where it may be, the best first
	Command string   // builds it, in the words of who is told

	mu     sync.Mutex
	bundle *Bundle
}

// BundleLocations are where the dashboard of this process may be: in its program, or built beside it.
func BundleLocations() []string {
	var out []string
	if program, err := os.Executable(); err == nil {
		out = append(out, program)
	}
	return append(out, (&Project{}).BundleFile())
}

// Bundle is the dashboard that is served, nil if there is none.
func (s *Site) Bundle() *Bundle {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 0; s.bundle == nil && i < len(s.Files); i++ {
		if b, err := OpenBundle(s.Files[i]); err == nil {
			s.bundle = b
		}
	}
	return s.bundle
}

// ServeHTTP serves a file of the dashboard, and its one page at all other addresses: which page that shows, the browser decides.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "frame-ancestors 'self'")
	b := s.Bundle()
	if b == nil {
		page.Wait(w, "There is no dashboard here yet", s.Command+" builds it, with Node.js 20 or newer. All else works without it.")
		return
	}
	name := strings.TrimPrefix(strings.TrimPrefix(path.Clean(r.URL.Path), Path), "/")
	f := b.files[name]
	switch {
	case f != nil && strings.HasPrefix(name, "assets/"): // their names have a hash of what is in them
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	case strings.HasPrefix(name, "assets/"):
		http.Error(w, "404 page not found", http.StatusNotFound)
		return
	default:
		h.Set("Cache-Control", "no-cache")
		if f == nil {
			f = b.files["index.html"]
		}
	}
	if err := send(w, r, f); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// send answers with a file as it is compressed in the zip, if the browser can take it so.
func send(w http.ResponseWriter, r *http.Request, f *zip.File) error {
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(f.Name)))
	h.Set("Vary", "Accept-Encoding")
	size, zipped := f.UncompressedSize64, f.Method == zip.Deflate && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	if zipped {
		h.Set("Content-Encoding", "gzip")
		size = f.CompressedSize64 + uint64(len(gzipHeader)) + 8
	}
	h.Set("Content-Length", strconv.FormatUint(size, 10))
	if r.Method == http.MethodHead {
		return nil
	}
	if zipped {
		return sendZipped(w, f)
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.Copy(w, in)
	return err
}

// gzipHeader begins a gzip file of unknown name and age, as RFC 1952 has it.
const gzipHeader = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

// sendZipped wraps what a zip file has compressed as gzip, which differ in what stands around it.
func sendZipped(w io.Writer, f *zip.File) error {
	raw, err := f.OpenRaw()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, gzipHeader); err != nil {
		return err
	}
	if _, err := io.Copy(w, raw); err != nil {
		return err
	}
	end := binary.LittleEndian.AppendUint32(nil, f.CRC32)
	_, err = w.Write(binary.LittleEndian.AppendUint32(end, uint32(f.UncompressedSize64)))
	return err
}
