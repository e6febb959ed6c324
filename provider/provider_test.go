package provider_test

import (
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/provider"
)

type greeter interface{ Greet() string }

type english struct{}

func (english) Greet() string { return "hello" }

func greet(id string) provider.Registration { return provider.New[greeter]("greeting", id, english{}) }

func TestSet(t *testing.T) {
	t.Parallel()
	set := provider.NewSet[greeter]("greeting", greet("en"))
	if err := set.Add(greet("gb")); err != nil {
		t.Fatal(err)
	}
	if p, err := set.Get("gb"); err != nil || p.Greet() != "hello" {
		t.Errorf("got %v %v", p, err)
	}
	if got := strings.Join(set.IDs(), " "); got != "en gb" {
		t.Errorf("the ids are %s", got)
	}
	_, err := set.Get("fr")
	if fault.KindOf(err) != fault.NotFound || fault.Message(err) != "Could not find greeting provider with id: fr" {
		t.Errorf("got %v", err)
	}
}

// TestInstall quotes what somebody reads whose providers do not fit.
func TestInstall(t *testing.T) {
	t.Parallel()
	other := provider.New("greeting", "number", 7)
	for name, c := range map[string]struct {
		list []provider.Registration
		want []string
	}{
		"one id twice":   {[]provider.Registration{greet("en"), greet("en")}, []string{`greeting provider "en" (`, "provider_test.go:17) is registered already: greeting"}},
		"unknown kind":   {[]provider.Registration{provider.New("smell", "rose", 1)}, []string{"no plugin of this app uses providers of this kind", `smell provider "rose"`}},
		"another type":   {[]provider.Registration{other}, []string{"is not a greeting provider: it is a int"}},
		"nothing is bad": {[]provider.Registration{greet("en"), greet("de")}, nil},
	} {
		err := provider.Install([]provider.Registry{provider.NewSet[greeter]("greeting")}, c.list)
		if (err == nil) != (c.want == nil) {
			t.Errorf("%s: got %v", name, err)
		}
		for _, want := range c.want {
			if err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v does not say %q", name, err, want)
			}
		}
	}
}
