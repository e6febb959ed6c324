// Package file keeps files that people upload and programs make, such as the images of products and exports. A provider decides where: a folder, a
// bucket. The module has no tables: a file is known by the key that its provider gave it.
package file

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A File is one that a provider keeps.
type File struct {
	ID  string `json:"id"`  // the provider's key
	URL string `json:"url"` // where it can be read
}

// Access says who may read a file.
type Access string

// The kinds of access.
const (
	Public  Access = "public"  // everybody who has its address
	Private Access = "private" // those who are given an address for it, for a while
)

// FileInfo is what is known of a file before it is kept.
type FileInfo struct {
	Filename string `json:"filename"`
	MimeType string `json:"mime_type"`
	Access   Access `json:"access"` // empty is Private
}

// A CreateInput is a file that is to be kept, with its bytes.
type CreateInput struct {
	FileInfo
	Content []byte `json:"content"`
}

// A PresignedUpload is where a client may send a file to by itself, which is then kept under the key.
type PresignedUpload struct {
	URL string `json:"url"`
	Key string `json:"key"`
}

// A Provider keeps files. Errors about what a caller asked for are faults; a key that does not exist is fault.NotFound.
type Provider interface {
	// Upload keeps a file under a new key.
	Upload(ctx context.Context, about FileInfo, content io.Reader) (File, error)
	// Delete removes files. Those that are not there are no error.
	Delete(ctx context.Context, keys ...string) error
	// URL is an address from which a file can be read now, whatever its access.
	URL(ctx context.Context, key string) (string, error)
	// PresignUpload is an address to which a file may be sent. The file name of about is the key.
	PresignUpload(ctx context.Context, about FileInfo) (PresignedUpload, error)
	// Open reads a file. The caller closes it.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
}

// Kind is the kind of file providers.
const Kind = "file"

// Provide registers a provider. A shop stores its files in one place: a provider that a plugin
// registers replaces the built-in one, and a second one is refused when the app opens.
func Provide(id string, p Provider) provider.Registration { return provider.New(Kind, id, p) }

// A Module stores files by means of its provider.
type Module struct {
	Provider Provider

	registered *provider.Registration
}

// New returns a module over a provider, which is used unless another one is added.
func New(p Provider) *Module { return &Module{Provider: p} }

// Kind implements [provider.Registry].
func (m *Module) Kind() string { return Kind }

// Add implements [provider.Registry]. It replaces the provider that New was given.
func (m *Module) Add(r provider.Registration) error {
	if m.registered != nil {
		return fmt.Errorf("%s: a shop has one file provider, and %s is registered already", r, m.registered)
	}
	set := provider.NewSet[Provider](Kind)
	if err := set.Add(r); err != nil {
		return err
	}
	m.registered = &r
	p, err := set.Get(r.ID())
	m.Provider = p
	return err
}

// Create keeps files. When one cannot be kept, those before it are removed again.
func (m *Module) Create(ctx context.Context, list []CreateInput) ([]File, error) {
	out := make([]File, 0, len(list))
	for _, d := range list {
		f, err := m.Upload(ctx, d.FileInfo, bytes.NewReader(d.Content))
		if err != nil {
			return nil, joined(err, m.Remove(context.WithoutCancel(ctx), out))
		}
		out = append(out, f)
	}
	return out, nil
}

// joined is the first error; a second one is no reason to hide it.
func joined(first, second error) error {
	if first == nil {
		return second
	}
	return first
}

// Upload keeps one file whose bytes are read as they come.
func (m *Module) Upload(ctx context.Context, info FileInfo, content io.Reader) (File, error) {
	if info.Filename == "" {
		return File{}, fault.New(fault.Invalid, "No filename provided")
	}
	if info.Access != Public {
		info.Access = Private
	}
	return m.Provider.Upload(ctx, info, content)
}

// Remove removes files, as the undoing of Create.
func (m *Module) Remove(ctx context.Context, list []File) error {
	keys := make([]string, len(list))
	for i, f := range list {
		keys[i] = f.ID
	}
	return m.Delete(ctx, keys)
}

// Delete removes files by their keys. Those that are not there are no error.
func (m *Module) Delete(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	return m.Provider.Delete(ctx, keys...)
}

// Retrieve returns a file with an address from which it can be read now.
func (m *Module) Retrieve(ctx context.Context, key string) (File, error) {
	url, err := m.Provider.URL(ctx, key)
	if err != nil {
		return File{}, err
	}
	return File{ID: key, URL: url}, nil
}

// Open reads a file. The caller closes it.
func (m *Module) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	return m.Provider.Open(ctx, key)
}

// Read reads a whole file.
func (m *Module) Read(ctx context.Context, key string) ([]byte, error) {
	f, err := m.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
