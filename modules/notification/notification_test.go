package notification

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/module"
)

func fresh() (*Module, []module.Entity) {
	m := New()
	return m, m.Tables()
}

func TestNotification(t *testing.T) {
	each(t, fresh, func(t *testing.T, m *Module) {
		ctx := t.Context()
		p, err := m.Providers.Create(ctx, Provider{Handle: "local", Name: "local", IsEnabled: true, Channels: []string{"feed"}})
		if err != nil {
			t.Fatal(err)
		}
		n, err := m.Notifications.Create(ctx, Notification{To: "a@x.io", Channel: "feed", ProviderID: &p.ID})
		if err != nil || n.Status != "pending" {
			t.Fatalf("got %+v %v", n, err)
		}
		got, err := m.Notifications.Retrieve(ctx, n.ID, module.Find{Relations: []string{"provider"}})
		if err != nil || got.Provider == nil || got.Provider.Channels[0] != "feed" {
			t.Errorf("got %+v %v", got, err)
		}
	})
}
