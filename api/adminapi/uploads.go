package adminapi

import (
	"context"
	"mime"
	"strings"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/fileflow"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/modules/file"
	"github.com/gorgon-commerce/gorgon/route"
)

// uploadLimit bounds what is uploaded at once, in bytes, for it is held in memory.
const uploadLimit = 64 << 20

// FilesResponse is the answer to uploads.
type FilesResponse struct {
	Files []file.File `json:"files"`
}

// A PresignUploadRequest asks for an address to which a file can be sent.
type PresignUploadRequest struct {
	OriginalName string  `json:"originalname"`
	MimeType     string  `json:"mime_type"`
	Size         float64 `json:"size"`
	Access       string  `json:"access" valid:"optional,enum=public|private"`
}

// A PresignUploadResponse is where to send a file, and what it will be called.
type PresignUploadResponse struct {
	URL          string  `json:"url"`
	Filename     string  `json:"filename"`
	MimeType     string  `json:"mime_type"`
	Size         float64 `json:"size"`
	Extension    string  `json:"extension"`
	OriginalName string  `json:"originalname"`
}

type uploads struct{ flows *fileflow.Flows }

// Uploads routes /admin/uploads.
func Uploads(flows *fileflow.Flows) []route.Route {
	u := uploads{flows}
	r := resource.Resource{
		Path: "/admin/uploads", Entity: "file", RecordKey: "file", Retrievable: true, Fields: "id url", Allow: []string{"id", "url"}, Read: u.read,
		Delete: func(ctx context.Context, key string) error {
			_, err := flows.Delete.Run(ctx, []string{key})
			return err
		},
	}
	return append(r.Routes(),
		route.Post("/admin/uploads", u.create, route.Uploads("files", uploadLimit)),
		route.Post("/admin/uploads/presigned-urls", u.target),
	)
}

// EmptyRequest is the query of requests that look at their bodies themselves.
type EmptyRequest struct {
	Fields string `query:"fields"`
}

func (u uploads) create(ctx context.Context, _ EmptyRequest) (FilesResponse, error) {
	list := route.UploadsFromContext(ctx)
	if len(list) == 0 {
		return FilesResponse{}, fault.New(fault.Invalid, "No files were uploaded")
	}
	drafts := make([]file.CreateInput, len(list))
	for i, f := range list {
		drafts[i] = file.CreateInput{FileInfo: file.FileInfo{Filename: f.Filename, MimeType: f.ContentType, Access: file.Public}, Content: f.Content}
	}
	out, err := u.flows.Upload.Run(ctx, drafts)
	return FilesResponse{out}, err
}

func (u uploads) target(ctx context.Context, in PresignUploadRequest) (PresignUploadResponse, error) {
	media, params, err := mime.ParseMediaType(in.MimeType)
	_, extension, ok := strings.Cut(media, "/")
	if err != nil || !ok || extension == "" {
		return PresignUploadResponse{}, &fault.Error{Kind: fault.Invalid, Code: "invalid_data", Message: `Invalid file type "` + in.MimeType + `"`}
	}
	for name, v := range params {
		media += ";" + name + "=" + v
	}
	t, err := u.flows.Files.Provider.PresignUpload(ctx, file.FileInfo{Filename: id.New("") + "." + extension, MimeType: in.MimeType, Access: file.Access(in.Access)})
	return PresignUploadResponse{t.URL, t.Key, media, in.Size, extension, in.OriginalName}, err
}

// read reads one file. The provider knows whether it is there.
func (u uploads) read(ctx context.Context, q *resource.Query) (resource.Rows, error) {
	f, err := u.flows.Files.Retrieve(ctx, q.Key)
	if err != nil {
		return nil, err
	}
	row := make([]resource.Field, 0, 2)
	for _, name := range q.Fields {
		row = append(row, resource.Field{Name: name, Value: map[string]string{"id": f.ID, "url": f.URL}[name]})
	}
	return resource.Row(row), nil
}
