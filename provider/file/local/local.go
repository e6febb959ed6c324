// Package local is a file provider that keeps files in a folder of the machine and serves them under /static. It is for development and for shops of one
// machine: processes on other machines do not see the files, and whoever knows the address of a private file can read it.
package local

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/modules/file"
	"github.com/gorgon-commerce/gorgon/route"
)

// Path is where Handler is meant to stand, and where the addresses of files begin.
const Path = "/static/"

// private begins the keys of files that not everybody may read.
const private = "private-"

// A Provider is the provider "local".
type Provider struct {
	Dir  string        // where files are; "static" when empty. It is made with the first file
	Base func() string // the address of the server, without a slash at the end; http://localhost:9000 when nil
}

// Upload implements file.Provider. Keys begin with the time, so that files of one name do not meet.
func (p *Provider) Upload(_ context.Context, info file.FileInfo, content io.Reader) (file.File, error) {
	root, err := p.open(true)
	if err != nil {
		return file.File{}, err
	}
	defer root.Close()
	dir, base := path.Split(path.Clean("/" + strings.ReplaceAll(info.Filename, `\`, "/")))
	dir = strings.TrimPrefix(dir, "/")
	if base == "" {
		return file.File{}, fault.New(fault.Invalid, "Invalid file key: %s", info.Filename)
	}
	if dir != "" {
		if err := root.MkdirAll(path.Clean(dir), 0o755); err != nil {
			return file.File{}, err
		}
	}
	prefix := ""
	if info.Access != file.Public {
		prefix = private
	}
	for at := time.Now().UnixMilli(); ; at++ {
		key := dir + prefix + strconv.FormatInt(at, 10) + "-" + base
		err := save(root, key, content)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return file.File{}, err
		}
		return file.File{ID: key, URL: p.address(key)}, nil
	}
}

// save writes a new file, or nothing.
func save(root *os.Root, key string, content io.Reader) error {
	f, err := root.OpenFile(key, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = root.Remove(key) // the first error counts
	}
	return err
}

func (p *Provider) dir() string {
	if p.Dir == "" {
		return "static"
	}
	return p.Dir
}

// open opens the folder. Nothing outside of it can be reached, whatever the key.
func (p *Provider) open(create bool) (*os.Root, error) {
	if create {
		if err := os.MkdirAll(p.dir(), 0o755); err != nil {
			return nil, err
		}
	}
	return os.OpenRoot(p.dir())
}

func (p *Provider) address(key string) string {
	base := "http://localhost:9000"
	if p.Base != nil {
		base = p.Base()
	}
	return base + (&url.URL{Path: Path + key}).EscapedPath()
}

// Delete implements file.Provider.
func (p *Provider) Delete(_ context.Context, keys ...string) error {
	root, err := p.open(false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	for _, key := range keys {
		if !valid(key) {
			return fault.New(fault.Invalid, "Invalid file key: %s", key)
		}
		if err := root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func valid(key string) bool { return fs.ValidPath(key) && key != "." }

// URL implements file.Provider.
func (p *Provider) URL(ctx context.Context, key string) (string, error) {
	f, err := p.Open(ctx, key)
	if err != nil {
		return "", err
	}
	return p.address(key), f.Close()
}

// PresignUpload implements file.Provider. Files for this provider go through the shop.
func (p *Provider) PresignUpload(_ context.Context, info file.FileInfo) (file.PresignedUpload, error) {
	if info.Filename == "" {
		return file.PresignedUpload{}, fault.New(fault.Invalid, "No filename provided")
	}
	return file.PresignedUpload{URL: "/admin/uploads", Key: info.Filename}, nil
}

// Open implements file.Provider.
func (p *Provider) Open(_ context.Context, key string) (io.ReadCloser, error) {
	f, err := p.read(key)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (p *Provider) read(key string) (*os.File, error) {
	missing := fault.New(fault.NotFound, "File with key %s not found", key)
	if !valid(key) {
		return nil, missing
	}
	root, err := p.open(false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := root.Open(key)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			return nil, missing
		}
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.IsDir() {
		f.Close()
		return nil, missing
	}
	return f, nil
}

// Handler serves the files. It lists no folders, and what it serves can neither run scripts nor be taken for another type, for it may come from anybody.
func (p *Provider) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := p.read(strings.TrimPrefix(path.Clean("/"+r.URL.Path), Path))
		if err != nil {
			route.RequestFromContext(r.Context()).WriteError(w, r, fault.New(fault.NotFound, "Cannot %s %s", r.Method, r.URL.Path))
			return
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox")
		w.Header().Set("Cache-Control", "public, max-age=0")
		http.ServeContent(w, r, info.Name(), info.ModTime(), f)
	})
}
