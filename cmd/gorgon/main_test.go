package main

import (
	"testing"

	"github.com/gorgon-commerce/gorgon/event/nats"
	"github.com/gorgon-commerce/gorgon/event/redis"
)

func TestStream(t *testing.T) {
	t.Parallel()
	for url, ok := range map[string]func(any) bool{
		"redis://localhost:6379/1":    func(v any) bool { _, ok := v.(*redis.Transport); return ok },
		"rediss://u:p@localhost:6379": func(v any) bool { _, ok := v.(*redis.Transport); return ok },
		"nats://localhost:4222":       func(v any) bool { _, ok := v.(*nats.Transport); return ok },
	} {
		list, err := stream(url)
		if err != nil || len(list) != 1 {
			t.Error(url, list, err)
		}
		for _, to := range list {
			if !ok(to) {
				t.Errorf("%s gives a %T", url, to)
			}
		}
	}
	if list, err := stream(""); err != nil || list != nil {
		t.Error(list, err)
	}
	for _, url := range []string{"localhost:6379", "kafka://x", "redis://h:port"} {
		if _, err := stream(url); err == nil {
			t.Error("no error for", url)
		}
	}
}
