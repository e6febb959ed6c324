// Command gorgon is a shop as it comes: all of commerce, and events to other systems where EVENTS_URL says so. It begins shops of one's own, too.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/event/nats"
	"github.com/gorgon-commerce/gorgon/event/redis"
	"github.com/gorgon-commerce/gorgon/examples/starter"
)

func main() {
	app := gorgon.New(gorgon.Config{})
	shop := commerce.New(app)
	transports, err := stream(app.Config().EventsURL)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	begin := []gorgon.Command{starter.Command()}
	app.Use(shop.Plugin(), gorgon.Plugin{Transports: transports, Commands: begin})
	app.Main()
}

// stream is the transport to a URL. Redis and NATS have a name each, under which it is kept how far they have come.
func stream(url string) (map[string]event.Transport, error) {
	switch scheme, _, _ := strings.Cut(url, ":"); scheme {
	case "":
		return nil, nil
	case "redis", "rediss":
		t, err := redis.New(url)
		return map[string]event.Transport{"redis": t}, err
	case "nats", "tls", "ws", "wss":
		return map[string]event.Transport{"nats": nats.New(url)}, nil
	default:
		return nil, fmt.Errorf("EVENTS_URL is neither of Redis (redis://…) nor of NATS (nats://…): %s://…", scheme)
	}
}
