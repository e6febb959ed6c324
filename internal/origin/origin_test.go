package origin_test

import (
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/internal/origin"
)

func declare() origin.Place { return origin.Caller() }

func TestPlace(t *testing.T) {
	t.Parallel()
	if got := declare().String(); !strings.HasSuffix(got, "origin_test.go:13") && !strings.HasSuffix(got, "origin_test.go:14") {
		t.Errorf("got %s, want this test", got)
	}
	if got := (origin.Place{}).String(); got != "an unknown place" {
		t.Errorf("got %s", got)
	}
}
