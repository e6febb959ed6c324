package notification

import (
	"context"
	"errors"
	"testing"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/provider"
)

// A pigeon carries mail, and sometimes does not arrive.
type pigeon struct {
	lost bool
	sent []string
}

func (p *pigeon) Send(_ context.Context, n Notification) (string, error) {
	if p.lost {
		return "", errors.New("lost")
	}
	p.sent = append(p.sent, n.To)
	return "p1", nil
}

func fresh() (*Module, []module.Entity) {
	m := New(Provide("pigeon", &pigeon{}, "email"))
	return m, m.Tables()
}

func TestDeliver(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		p, err := m.ProviderRecords.Get("pigeon")
		if err != nil {
			t.Fatal(err)
		}
		bird := p.(channelProvider).Provider.(*pigeon)
		if err := m.SyncProviders(ctx); err != nil {
			t.Fatal(err)
		}
		key := "order-1"
		mail := []Notification{{To: "a@x.io", Channel: "email", IdempotencyKey: &key}}
		bird.lost = true
		list, err := m.CreateAndSend(ctx, mail)
		if fault.KindOf(err) != fault.Unavailable || len(list) != 1 || list[0].Status != "failure" {
			t.Fatalf("got %+v %v", list, err)
		}
		bird.lost = false
		if list, err = m.CreateAndSend(ctx, mail); err != nil || len(list) != 1 || list[0].Status != "success" || *list[0].ExternalID != "p1" {
			t.Fatalf("got %+v %v", list, err)
		}
		if list, err = m.CreateAndSend(ctx, mail); err != nil || len(list) != 0 || len(bird.sent) != 1 {
			t.Errorf("the same mail was sent %d times: %v", len(bird.sent), err)
		}
		got, err := m.Notifications.List(ctx, nil, module.FindOptions{Relations: []string{"provider"}})
		if err != nil || len(got) != 1 || got[0].Status != "success" || got[0].Provider == nil || got[0].Provider.Channels[0] != "email" {
			t.Errorf("got %+v %v", got, err)
		}
		_, err = m.CreateAndSend(ctx, []Notification{{To: "b", Channel: "smoke"}})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v", err)
		}
	})
}

func TestRegister(t *testing.T) {
	moduletest.EachDatabase(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		for _, want := range []bool{true, false} {
			if err := m.SyncProviders(ctx); err != nil {
				t.Fatal(err)
			}
			p, err := m.Records.Retrieve(ctx, "pigeon")
			if err != nil || p.IsEnabled != want {
				t.Errorf("got %+v %v, want enabled %v", p, err, want)
			}
			m.ProviderRecords = provider.NewSet[Provider](Kind)
		}
	})
}
