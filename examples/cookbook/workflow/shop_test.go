package workflow_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	cookbook "github.com/gorgon-commerce/gorgon/examples/cookbook/workflow"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/notification"
	"github.com/gorgon-commerce/gorgon/modules/order"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// inShop runs a row in a shop over each database, with what a plugin is made of.
func inShop[P interface{ Plugin() gorgon.Plugin }](make func(*commerce.Shop) P, run func(*testing.T, *gorgontest.Shop, P)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		var made sync.Map // by shop
		gorgontest.EachDatabase(t, func(t *testing.T, shop *gorgontest.Shop) {
			p, _ := made.Load(shop.Shop)
			run(t, shop, p.(P))
		}, func(s *commerce.Shop) gorgon.Plugin {
			p := make(s)
			made.Store(s, p)
			return p.Plugin()
		})
	}
}

func diary(run func(*testing.T, *gorgontest.Shop, *cookbook.Diary)) func(*testing.T) {
	return inShop(func(s *commerce.Shop) *cookbook.Diary {
		d := cookbook.NewDiary(s)
		d.Refuse("secret", fault.New(fault.NotAllowed, "this stays between us"))
		s.ProductFlows.ProductsCreated.Handle(func(_ workflow.Context, input productflow.Products) error {
			if input.Products[0].Title == "Cap" {
				return fault.New(fault.NotAllowed, "no caps")
			}
			return nil
		})
		return d
	}, run)
}

func desk(run func(*testing.T, *gorgontest.Shop, *cookbook.Desk)) func(*testing.T) {
	return inShop(func(s *commerce.Shop) *cookbook.Desk {
		s.App.Use(gorgon.Plugin{Name: "mailbox", Providers: []gorgon.Provider{notification.Provide("mailbox", &mailbox{}, "email")}})
		return cookbook.NewDesk(s)
	}, run)
}

func noted(t *testing.T, shop *gorgontest.Shop, n *cookbook.Notebook, want ...string) {
	t.Helper()
	if got := texts(t, shop.Context(), n); !slices.Equal(got, want) {
		t.Errorf("the notes are %q, want %q", got, want)
	}
}

func fromEverywhere(t *testing.T, shop *gorgontest.Shop, d *cookbook.Diary) {
	if a := shop.Anonymous.Post("/notes", cookbook.Message{Message: "by a route"}); a.Status != http.StatusOK {
		t.Errorf("the route answers %d %s", a.Status, a.Body)
	}
	if _, err := shop.App.Jobs().Trigger(shop.Context(), "good-morning"); err != nil {
		t.Error(err)
	}
	var created struct{ Product struct{ ID string } }
	shop.Admin.Post("/admin/products", map[string]any{"title": "Tee", "options": []any{map[string]any{"title": "Size", "values": []string{"S"}}}}).Decode(&created)
	shop.Events()
	noted(t, shop, d.Notebook, "by a route", "good morning", "made "+created.Product.ID, "new: Tee")
}

func products(t *testing.T, shop *gorgontest.Shop, title string) int {
	t.Helper()
	n, err := shop.Product.Products.Count(shop.Context(), module.Filter{"title": title})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The product is gone again when the step after its workflow fails, and so is what its hook did.
func nested(t *testing.T, shop *gorgontest.Shop, d *cookbook.Diary) {
	if _, err := d.Notes.Create(shop.Context(), cookbook.Note{Text: "launched Sofa"}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Launch.Run(shop.Context(), "Sofa"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v, want that the text is taken", err)
	}
	if n := products(t, shop, "Sofa"); n != 0 {
		t.Errorf("%d sofas are left", n)
	}
	if n := shop.CountEvents("product.created"); n != 0 {
		t.Errorf("%d products were told of", n)
	}
	if _, err := d.Launch.Run(shop.Context(), "Lamp"); err != nil {
		t.Error(err)
	}
	if n := products(t, shop, "Lamp"); n != 1 {
		t.Errorf("there are %d lamps, want one", n)
	}
}

// The hook's step is undone when the workflow fails after it.
func consumesHook(t *testing.T, shop *gorgontest.Shop, d *cookbook.Diary) {
	post := func(title string) int {
		return shop.Admin.Post("/admin/products", map[string]any{"title": title, "options": []any{map[string]any{"title": "Size", "values": []string{"S"}}}}).Status
	}
	if status := post("Tee"); status != http.StatusOK {
		t.Errorf("got %d", status)
	}
	if status := post("Cap"); status != http.StatusBadRequest {
		t.Errorf("got %d", status)
	}
	if n := products(t, shop, "Cap"); n != 0 {
		t.Errorf("%d caps are left", n)
	}
	shop.Events()
	list := texts(t, shop.Context(), d.Notebook)
	if !slices.Contains(list, "new: Tee") || slices.Contains(list, "new: Cap") {
		t.Errorf("the notes are %q", list)
	}
}

func exposesHook(t *testing.T, shop *gorgontest.Shop, d *cookbook.Diary) {
	shop.Anonymous.Post("/notes", cookbook.Message{Message: "secret"}).Want(400, `{"type":"not_allowed","message":"this stays between us"}`)
	noted(t, shop, d.Notebook)
	if a := shop.Anonymous.Post("/notes", cookbook.Message{Message: "known"}); a.Status != http.StatusOK {
		t.Errorf("got %d %s", a.Status, a.Body)
	}
	noted(t, shop, d.Notebook, "known")
}

// begin starts a run over HTTP, and waits until it waits.
func begin(t *testing.T, shop *gorgontest.Shop, text string) string {
	t.Helper()
	var run cookbook.Run
	shop.Anonymous.Post("/drafts", cookbook.Message{Message: text}).Decode(&run)
	for end := time.Now().Add(15 * time.Second); !waiting(shop, run.ID); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the run does not come to where it waits")
		}
	}
	return run.ID
}

func waiting(shop *gorgontest.Shop, run string) bool {
	s, err := shop.App.Engine().Snapshot(shop.Context(), run)
	return err == nil && s.Waiting && len(s.Steps) == 2
}

func waits(t *testing.T, shop *gorgontest.Shop, d *cookbook.Desk) {
	id := begin(t, shop, "hello")
	noted(t, shop, d.Notebook, "draft: hello")
	s, err := shop.App.Engine().Snapshot(shop.Context(), id)
	if err != nil || s.State != "invoking" || s.Steps[1].Name != "approval" || s.Steps[1].State != "waiting" {
		t.Errorf("got %+v %v", s, err)
	}
}

func succeeds(t *testing.T, shop *gorgontest.Shop, d *cookbook.Desk) {
	id := begin(t, shop, "hello")
	shop.Anonymous.Post("/drafts/"+id+"/success", map[string]string{"by": "Ada"}).Want(200, `{"id":"`+id+`"}`)
	var note cookbook.Note
	shop.Anonymous.Get("/drafts/" + id).Decode(&note)
	if note.Text != "hello, says Ada" {
		t.Errorf("got %+v", note)
	}
	noted(t, shop, d.Notebook, "hello, says Ada")
	if a := shop.Anonymous.Post("/drafts/"+id+"/success", map[string]string{"by": "Bob"}); a.Status != http.StatusBadRequest {
		t.Errorf("a run that is over was answered again: %d %s", a.Status, a.Body)
	}
}

func fails(t *testing.T, shop *gorgontest.Shop, d *cookbook.Desk) {
	id := begin(t, shop, "hello")
	shop.Anonymous.Post("/drafts/"+id+"/failure", map[string]string{"why": "too short"}).Want(200, `{"id":"`+id+`"}`)
	shop.Anonymous.Get("/drafts/"+id).Want(400, `{"type":"not_allowed","message":"too short"}`)
	noted(t, shop, d.Notebook)
}

// Whoever watches a run hears of its steps, and gets its result when it ends, however much later that is.
func subscribes(t *testing.T, shop *gorgontest.Shop, d *cookbook.Desk) {
	id := begin(t, shop, "hello")
	ctx := shop.Context()
	changes, err := d.Watch(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Approve.Signal(ctx, id, "approval", "Ada"); err != nil {
		t.Fatal(err)
	}
	var received []string
	for c := range changes {
		received = append(received, c.Type)
		if c.Type == workflow.OnFinish {
			if c.State != workflow.StateDone || !strings.Contains(string(c.Output), "hello, says Ada") {
				t.Errorf("it ended as %s with %s %v", c.State, c.Output, c.Err)
			}
			break
		}
	}
	if !slices.Contains(received, workflow.OnStepSuccess) || !slices.Contains(received, workflow.OnFinish) {
		t.Errorf("was told of %v", received)
	}
	if note, err := d.Approve.Wait(ctx, id); err != nil || note.Text != "hello, says Ada" {
		t.Errorf("got %+v %v", note, err)
	}
}

// mailbox keeps what is sent by email.
type mailbox struct {
	mu   sync.Mutex
	sent []notification.Notification
}

// Send implements notification.Provider.
func (m *mailbox) Send(_ context.Context, n notification.Notification) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if strings.HasPrefix(n.To, "bounce") {
		return "", errors.New("no such mailbox")
	}
	m.sent = append(m.sent, n)
	return "mail-1", nil
}

func confirmation(t *testing.T, shop *gorgontest.Shop, d *cookbook.Desk) {
	email := "ada@example.com"
	o, err := shop.Order.Create(shop.Context(), order.Order{Email: &email, CurrencyCode: "eur", Status: order.StatusPending, Items: []order.LineItem{
		{Title: "Tee", UnitPrice: money.Int(10), Metadata: module.Map{}, Detail: &order.Item{Quantity: money.Int(3)}}}})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := d.Confirm.Run(shop.Context(), o.ID)
	if err != nil || len(sent) != 1 || sent[0].Status != "success" {
		t.Fatalf("got %+v %v", sent, err)
	}
	saved, err := shop.Notification.Notifications.List(shop.Context(), module.Filter{"to": email})
	if err != nil || len(saved) != 1 || *saved[0].Template != "order-placed" {
		t.Fatalf("got %+v %v", saved, err)
	}
	data := saved[0].Data["order"].(map[string]any)
	items := data["Items"].([]any)
	if data["total"] != 30.0 || len(items) != 1 || items[0].(map[string]any)["Title"] != "Tee" {
		t.Errorf("the mail is about %v", data)
	}
	if _, err := d.Confirm.Run(shop.Context(), "none"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a confirmation of no order: %v", err)
	}
}
