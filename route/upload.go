package route

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// An Upload is a file of a multipart form.
type Upload struct {
	Filename    string // without folders
	ContentType string
	Content     []byte
}

type uploadsKey struct{}

// UploadsFromContext are the files that a request brought to a route with Uploads, in their order.
func UploadsFromContext(ctx context.Context) []Upload {
	list, _ := ctx.Value(uploadsKey{}).([]Upload)
	return list
}

// Uploads lets a route take the files of a multipart form from one of its fields, which UploadsFromContext returns to the handler. The form may have limit bytes.
// Files in another field are refused; what is not such a form brings no files.
func Uploads(field string, limit int64) Option {
	return Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			list, err := readUploads(w, r, field, limit)
			if err != nil {
				if req, r, ok := requestOf(w, r); ok {
					req.WriteError(w, r, err)
				}
				return
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), uploadsKey{}, list)))
		})
	})
}

func readUploads(w http.ResponseWriter, r *http.Request, field string, limit int64) ([]Upload, error) {
	if media, _ := contentType(r.Header.Get("Content-Type")); media != "multipart/form-data" {
		return nil, nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	form, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "Multipart: %s", strings.TrimPrefix(err.Error(), "multipart: "))
	}
	var out []Upload
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, uploadFault(err)
		}
		if part.FileName() == "" {
			continue
		}
		if part.FormName() != field {
			return nil, fault.New(fault.Invalid, "Unexpected field: files are taken from %q, not from %q", field, part.FormName())
		}
		u, err := readUpload(part)
		if err != nil {
			return nil, uploadFault(err)
		}
		out = append(out, u)
	}
}

func readUpload(part *multipart.Part) (Upload, error) {
	for _, text := range []string{part.FileName(), part.Header.Get("Content-Type")} {
		if err := schema.CheckText(text); err != nil {
			return Upload{}, err
		}
	}
	content, err := io.ReadAll(part)
	return Upload{Filename: part.FileName(), ContentType: part.Header.Get("Content-Type"), Content: content}, err
}

func uploadFault(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.TooLarge, "request entity too large")
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	return fault.New(fault.Invalid, "Multipart: %s", strings.TrimPrefix(err.Error(), "multipart: "))
}
