package adminapi_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/job"
)

func TestLettersOverHTTP(t *testing.T) {
	t.Parallel()
	const sent = event.Topic[event.ID]("parcel.sent")
	var handled atomic.Int64
	s := gorgontest.New(t, func(*commerce.Shop) gorgon.Plugin {
		fail := func(context.Context, event.ID) error { handled.Add(1); return errors.New("no") }
		return gorgon.Plugin{Name: "post", Subscriptions: []event.Subscription{event.On(sent, fail, event.WithName("a"), event.MaxAttempts(1)), event.On(sent, fail, event.WithName("b"), event.MaxAttempts(1))}}
	})
	type letters struct {
		List []struct {
			ID, Subscriber, Error string
			Attempts              int
			Data                  event.ID
		} `json:"event_letters"`
	}
	dead := func(n int) letters {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			var l letters
			s.Admin.Get("/admin/event-letters?state=dead").Decode(&l)
			if len(l.List) == n {
				return l
			}
			if time.Now().After(end) {
				t.Fatal(l)
			}
		}
	}
	s.Admin.Get("/admin/event-letters").Want(200, `{"event_letters":[],"limit":50}`)
	if err := event.Emit(s.Context(), s.App.Bus(), sent, event.ID{ID: "p1"}); err != nil {
		t.Fatal(err)
	}
	l := dead(2).List[0]
	if l.Subscriber != "a" || l.Error != "no" || l.Attempts != 1 || l.Data.ID != "p1" {
		t.Errorf("%+v", l)
	}
	s.Admin.Post("/admin/event-letters/"+l.ID+"/retry", map[string]any{"subscriber": "a"}).Want(200, `{"id":"`+l.ID+`","retried":1}`)
	for end := time.Now().Add(10 * time.Second); handled.Load() < 3; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not handed out again")
		}
	}
	dead(2)
	s.Admin.Post("/admin/event-letters/"+l.ID+"/retry", map[string]any{}).Want(200, `{"id":"`+l.ID+`","retried":2}`)
	dead(2)
	s.Admin.Delete("/admin/event-letters/"+l.ID+"?subscriber=b").Want(200, `{"id":"`+l.ID+`","object":"event_letter","deleted":true}`)
	dead(1)
	s.Admin.Delete("/admin/event-letters/"+l.ID+"?subscriber=b").Want(404, `{"type":"not_found","message":"Event `+l.ID+` has no letter for b"}`)
	s.Admin.Delete("/admin/event-letters/"+l.ID).Want(400, `{"type":"invalid_data","message":"Invalid request: Field 'subscriber' is required"}`)
	s.Admin.Get("/admin/event-letters?state=lost").Want(400, `{"type":"invalid_data","message":"Invalid request: Expected: 'dead, all' for field 'state', got: 'lost'"}`)
	s.Anonymous.Get("/admin/event-letters").Want(401, `{"message":"Unauthorized"}`)
}

func TestJobsOverHTTP(t *testing.T) {
	t.Parallel()
	started, end := make(chan bool), make(chan bool)
	s := gorgontest.New(t, func(*commerce.Shop) gorgon.Plugin {
		return gorgon.Plugin{Name: "chores", Jobs: []job.Job{
			job.Cron("good", "0 3 * * *", func(context.Context) error { return nil }),
			job.Cron("bad", "0 3 * * *", func(context.Context) error { return errors.New("no") }),
			job.Cron("long", "0 3 * * *", func(context.Context) error { started <- true; <-end; return nil }),
		}}
	})
	type run struct {
		Run job.Run `json:"job_run"`
	}
	var r run
	s.Admin.Post("/admin/jobs/good/run", map[string]any{}).Decode(&r)
	if r.Run.State != job.StateDone || r.Run.Job != "good" || r.Run.EndedAt == nil {
		t.Errorf("%+v", r)
	}
	s.Admin.Post("/admin/jobs/bad/run", map[string]any{}).Decode(&r)
	if r.Run.State != job.StateFailed || r.Run.Error != "no" {
		t.Errorf("%+v", r)
	}
	s.Admin.Post("/admin/jobs/none/run", map[string]any{}).Want(404, `{"type":"not_found","message":"Job none was not found"}`)
	ended := make(chan int)
	go func() { ended <- s.Admin.Post("/admin/jobs/long/run", map[string]any{}).Status }()
	<-started
	s.Admin.Post("/admin/jobs/long/run", map[string]any{}).Want(409, `{"code":"invalid_state_error","type":"conflict","message":"Job long is running"}`)
	var list struct {
		Jobs []job.Status `json:"jobs"`
	}
	s.Admin.Get("/admin/jobs").Decode(&list)
	running := map[string]bool{}
	for _, j := range list.Jobs {
		running[j.Name] = j.Running
	}
	if !running["long"] || running["good"] {
		t.Errorf("%+v", list)
	}
	close(end)
	if status := <-ended; status != 200 {
		t.Error(status)
	}
	var runs struct {
		Runs []job.Run `json:"job_runs"`
	}
	s.Admin.Get("/admin/jobs/bad/runs?limit=1").Decode(&runs)
	if len(runs.Runs) != 1 || runs.Runs[0].State != job.StateFailed {
		t.Errorf("%+v", runs)
	}
}
