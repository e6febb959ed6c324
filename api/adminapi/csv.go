package adminapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/csvflow"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// TransactionResponse is the answer to requests whose work goes on without them.
type TransactionResponse struct {
	TransactionID string `json:"transaction_id"`
}

// An ImportResponse also tells what is going to be done once it is confirmed.
type ImportResponse struct {
	TransactionID string `json:"transaction_id"`
	Summary       any    `json:"summary"`
}

// An ImportUploadedRequest names a file with a table that was uploaded before.
type ImportUploadedRequest struct {
	FileKey      string  `json:"file_key"`
	OriginalName string  `json:"originalname"`
	Extension    string  `json:"extension"`
	Size         float64 `json:"size"`
	MimeType     string  `json:"mime_type"`
}

// A ConfirmImportRequest import.
type ConfirmImportRequest struct {
	TransactionID string `path:"transaction_id"`
}

// sheets are the routes by which tables leave the shop and come into it.
type sheets struct {
	flows  *csvflow.Flows
	engine func() *workflow.Engine
}

// ImportsExports routes the exports of products, stock and orders, and the imports of products.
func ImportsExports(flows *csvflow.Flows, engine func() *workflow.Engine) []route.Route {
	s := sheets{flows, engine}
	accepted := route.Status(http.StatusAccepted)
	return []route.Route{
		s.export(productAPI{flows.Products}.resource(nil), flows.ExportProducts.Name()),
		s.export(inventoryAPI{}.resource(nil), flows.ExportInventory.Name()),
		s.export(orderList(nil), flows.ExportOrders.Name()),
		route.Post("/admin/products/import", s.upload, route.Uploads("file", uploadLimit), accepted),
		route.Post("/admin/products/imports", s.uploaded, accepted),
		route.Post("/admin/products/import/{transaction_id}/confirm", s.confirm(flows.ImportProducts.Name()), accepted),
		route.Post("/admin/products/imports/{transaction_id}/confirm", s.confirm(flows.ImportFile.Name()), accepted),
	}
}

// export begins to export the list of a resource that the query asks for.
func (s sheets) export(of resource.Resource, workflow string) route.Route {
	return route.Func(http.MethodPost, of.Path+"/export", func(ctx context.Context, req *route.Request) (any, error) {
		q, err := of.ParseListQuery(ctx, req)
		if err != nil {
			return nil, err
		}
		in, err := json.Marshal(csvflow.ExportRequest{Fields: q.Fields, Filters: q.Filters})
		if err != nil {
			return nil, err
		}
		b := TransactionResponse{"auto-" + id.New("")}
		_, err = s.engine().StartJSON(ctx, workflow, in, b.TransactionID)
		return b, err
	}, route.Status(http.StatusAccepted))
}

func (s sheets) upload(ctx context.Context, _ EmptyRequest) (ImportResponse, error) {
	list := route.UploadsFromContext(ctx)
	if len(list) == 0 {
		return ImportResponse{}, fault.New(fault.Invalid, "No file was uploaded for importing")
	}
	return s.begin(ctx, s.flows.ImportProducts.Name(), csvflow.ImportInput{Filename: list[0].Filename, Content: string(list[0].Content)})
}

func (s sheets) uploaded(ctx context.Context, in ImportUploadedRequest) (ImportResponse, error) {
	return s.begin(ctx, s.flows.ImportFile.Name(), csvflow.ImportInput{Filename: in.OriginalName, FileKey: in.FileKey})
}

func (s sheets) begin(ctx context.Context, name string, u csvflow.ImportInput) (ImportResponse, error) {
	in, err := json.Marshal(u)
	if err != nil {
		return ImportResponse{}, err
	}
	_, err = s.engine().RunJSON(ctx, name, in, "")
	waits, ok := errors.AsType[*workflow.SuspendedError](err)
	if !ok {
		return ImportResponse{}, err
	}
	return ImportResponse{waits.TransactionID, waits.Reply}, nil
}

func (s sheets) confirm(name string) func(context.Context, ConfirmImportRequest) (struct{}, error) {
	return func(ctx context.Context, in ConfirmImportRequest) (struct{}, error) {
		err := s.engine().CompleteStep(ctx, name, in.TransactionID, csvflow.ConfirmationStep, json.RawMessage("true"), nil)
		if fault.KindOf(err) == fault.NotAllowed {
			err = fault.New(fault.NotFound, "Transaction %s could not be found.", in.TransactionID)
		}
		return struct{}{}, err
	}
}
