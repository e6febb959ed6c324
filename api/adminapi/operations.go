package adminapi

import (
	"context"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/route"
)

// OperationRoutes are the routes of those who look after a shop: events that could not be handed out, and jobs. Medusa has none of them. The bus and the scheduler are asked for when there
// are requests.
func OperationRoutes(bus func() *event.Bus, jobs func() *job.Scheduler) []route.Route {
	l, j := letters{bus}, jobRoutes{jobs}
	return []route.Route{
		route.Get("/admin/event-letters", l.list),
		route.Post("/admin/event-letters/{id}/retry", l.retry),
		route.Delete("/admin/event-letters/{id}", l.drop),
		route.Get("/admin/jobs", j.list),
		route.Get("/admin/jobs/{name}/runs", j.history),
		route.Post("/admin/jobs/{name}/run", j.run),
	}
}

// mostListed is how much one answer has.
const mostListed = 1000

func limit(asked, otherwise int) int {
	if asked <= 0 {
		return otherwise
	}
	return min(asked, mostListed)
}

type letters struct{ bus func() *event.Bus }

// A ListFailedDeliveriesRequest asks for letters: the dead ones only if State is "dead", and those that wait for another attempt too if it is "all", as it is by default.
type ListFailedDeliveriesRequest struct {
	State string `query:"state" valid:"optional"`
	Limit int    `query:"limit" valid:"optional"`
}

// ListFailedDeliveriesResponse is the answer to ListFailedDeliveriesRequest, the newest first.
type ListFailedDeliveriesResponse struct {
	FailedDeliveries []event.FailedDelivery `json:"event_letters"`
	Limit            int                    `json:"limit"`
}

func (x letters) list(ctx context.Context, in ListFailedDeliveriesRequest) (ListFailedDeliveriesResponse, error) {
	if in.State != "" && in.State != "dead" && in.State != "all" {
		return ListFailedDeliveriesResponse{}, fault.New(fault.Invalid, "Invalid request: Expected: 'dead, all' for field 'state', got: '%s'", in.State)
	}
	out := ListFailedDeliveriesResponse{Limit: limit(in.Limit, 50)}
	list, err := x.bus().FailedDeliveries(ctx, in.State == "dead", out.Limit)
	out.FailedDeliveries = append([]event.FailedDelivery{}, list...)
	return out, err
}

// A RetryFailedDeliveryRequest asks that an event be handed out again: to one subscriber, or to all who have a letter of it.
type RetryFailedDeliveryRequest struct {
	ID         string `path:"id"`
	Subscriber string `json:"subscriber" valid:"optional"`
}

// RetryFailedDeliveryResponse is the answer to RetryFailedDeliveryRequest.
type RetryFailedDeliveryResponse struct {
	ID      string `json:"id"`
	Retried int    `json:"retried"`
}

func (x letters) retry(ctx context.Context, in RetryFailedDeliveryRequest) (RetryFailedDeliveryResponse, error) {
	if in.Subscriber == "" {
		n, err := x.bus().ReplayAll(ctx, in.ID)
		return RetryFailedDeliveryResponse{in.ID, n}, err
	}
	return RetryFailedDeliveryResponse{in.ID, 1}, x.bus().Replay(ctx, in.ID, in.Subscriber)
}

// A DiscardDeliveryRequest names a letter that is to be given up.
type DiscardDeliveryRequest struct {
	ID         string `path:"id"`
	Subscriber string `query:"subscriber"`
}

// DiscardDeliveryResponse is the answer to DiscardDeliveryRequest.
type DiscardDeliveryResponse struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Deleted bool   `json:"deleted"`
}

func (x letters) drop(ctx context.Context, in DiscardDeliveryRequest) (DiscardDeliveryResponse, error) {
	if in.Subscriber == "" {
		return DiscardDeliveryResponse{}, fault.New(fault.Invalid, "Invalid request: Field 'subscriber' is required")
	}
	return DiscardDeliveryResponse{in.ID, "event_letter", true}, x.bus().DiscardFailed(ctx, in.ID, in.Subscriber)
}

type jobRoutes struct{ jobs func() *job.Scheduler }

// ListJobsResponse is the answer of /admin/jobs.
type ListJobsResponse struct {
	Jobs []job.Status `json:"jobs"`
}

func (x jobRoutes) list(ctx context.Context, _ struct{}) (ListJobsResponse, error) {
	list, err := x.jobs().Statuses(ctx)
	return ListJobsResponse{append([]job.Status{}, list...)}, err
}

// A ListJobRunsRequest asks what became of a job's ticks.
type ListJobRunsRequest struct {
	Name  string `path:"name"`
	Limit int    `query:"limit" valid:"optional"`
}

// ListJobRunsResponse is the answer to ListJobRunsRequest, the newest first.
type ListJobRunsResponse struct {
	Runs  []job.Run `json:"job_runs"`
	Limit int       `json:"limit"`
}

func (x jobRoutes) history(ctx context.Context, in ListJobRunsRequest) (ListJobRunsResponse, error) {
	out := ListJobRunsResponse{Limit: limit(in.Limit, 20)}
	list, err := x.jobs().History(ctx, in.Name, out.Limit)
	out.Runs = append([]job.Run{}, list...)
	return out, err
}

// A RunJobRequest asks that a job be run now.
type RunJobRequest struct {
	Name string `path:"name"`
}

// RunJobResponse is the answer to RunJobRequest: what became of it.
type RunJobResponse struct {
	Run job.Run `json:"job_run"`
}

// run waits for the job's end, even if the client does not. That the job fails is not an error of the request.
func (x jobRoutes) run(ctx context.Context, in RunJobRequest) (RunJobResponse, error) {
	t, err := x.jobs().Trigger(context.WithoutCancel(ctx), in.Name)
	if t.State == job.StateFailed {
		err = nil
	}
	return RunJobResponse{t}, err
}
