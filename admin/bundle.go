package admin

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// comment begins the comment of the zip files that are dashboards; the stamp follows.
const comment = "gorgon dashboard "

// A Bundle is a dashboard that was built.
type Bundle struct {
	Fingerprint string // of the project that it was built from
	files       map[string]*zip.File
	file        *zip.ReadCloser
}

// OpenBundle opens a dashboard: a zip file, or a program that ends in one. The error is fs.ErrNotExist where there is none.
func OpenBundle(file string) (*Bundle, error) {
	r, err := zip.OpenReader(file)
	if errors.Is(err, zip.ErrFormat) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("no dashboard in %s: %w", file, err)
	}
	stamp, ok := strings.CutPrefix(r.Comment, comment)
	if !ok {
		r.Close()
		return nil, fmt.Errorf("no dashboard in %s: %w", file, fs.ErrNotExist)
	}
	b := &Bundle{stamp, map[string]*zip.File{}, r}
	for _, f := range r.File {
		b.files[f.Name] = f
	}
	return b, nil
}

// Close closes the file.
func (b *Bundle) Close() error { return b.file.Close() }

// pack writes files as a bundle. A reader sees the old bundle or the new one, never a part.
func pack(files fs.FS, stamp, to string) error {
	f, err := os.CreateTemp("", "dashboard-*.zip")
	if err == nil {
		defer os.Remove(f.Name())
		err = errors.Join(compress(f, files, stamp), f.Close())
	}
	if err != nil {
		return err
	}
	return replace(to, 0o644, f.Name())
}

func compress(to io.Writer, files fs.FS, stamp string) error {
	w := zip.NewWriter(to)
	w.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	return errors.Join(w.AddFS(files), w.SetComment(comment+stamp), w.Close())
}

// AppendBundle puts a bundle at the end of a program. The last one counts.
func AppendBundle(program, bundle string) error {
	return replace(program, 0o755, program, bundle)
}

// replace makes a file of others, one after another, at once.
func replace(file string, mode fs.FileMode, parts ...string) (err error) {
	out, err := os.Create(file + ".new")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	for _, part := range parts {
		in, err := os.Open(part)
		if err != nil {
			return errors.Join(err, out.Close())
		}
		_, err = io.Copy(out, in)
		if err = errors.Join(err, in.Close()); err != nil {
			return errors.Join(err, out.Close())
		}
	}
	if err := errors.Join(out.Chmod(mode), out.Close()); err != nil {
		return err
	}
	return os.Rename(out.Name(), file)
}
