package webhook_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/event/signature"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/modules/webhook"
)

// A URL is told of the events that it wants, and checks that they are the shop's.
func ExampleModule_Enqueue() {
	hooks := webhook.New(webhook.Config{AllowHTTP: true, AllowPrivate: true}) // the receiver is this program
	ctx, d := moduletest.OpenInMemory(hooks.Tables()...)
	defer d.Close()

	received := make(chan string, 1)
	secret := signature.NewSecret()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := signature.Verify(r.Header, body, secret); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		received <- r.Header.Get("Content-Type")
	}))
	defer receiver.Close()

	if _, err := hooks.Create(ctx, []webhook.Webhook{{URL: receiver.URL, Events: []string{"order.*"}, Enabled: true, Secret: secret}}); err != nil {
		panic(err)
	}
	working, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- hooks.Run(working) }()

	for _, topic := range []event.Topic[event.ID]{"product.created", "order.placed"} { // a bus does this
		m, _ := topic.Message(event.ID{ID: "order_1"})
		if err := hooks.Enqueue(ctx, m); err != nil {
			panic(err)
		}
	}
	fmt.Println("heard", <-received)
	for {
		log, _ := hooks.Deliveries.List(ctx, module.Filter{"state": webhook.DeliveryDelivered})
		if len(log) > 0 {
			fmt.Println(log[0].EventName, log[0].State)
			break
		}
		time.Sleep(time.Millisecond)
	}
	stop()
	<-ended
	// Output:
	// heard application/json
	// order.placed delivered
}
