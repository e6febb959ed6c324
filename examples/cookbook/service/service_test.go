package service_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/examples/cookbook/service"
	"github.com/gorgon-commerce/gorgon/gorgontest"
	"github.com/gorgon-commerce/gorgon/module"
)

func TestCookbook(t *testing.T) {
	t.Parallel()
	t.Run("SVC-01", row(methods))
	t.Run("SVC-02", row(resources))
	t.Run("SVC-03", row(options))
	t.Run("SVC-04", row(queries))
	t.Run("SVC-05", row(transactions))
}

// A desk is where a row is tried: the service, and two records of it.
type desk struct {
	*service.Service
	ctx      context.Context
	ada, bob string
	shop     *gorgontest.Shop
}

func row(run func(*testing.T, desk)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		gorgontest.EachDatabaseWith(t, func(s *commerce.Shop) *service.Service { return service.New(s, service.Options{Uppercase: true}) },
			func(t *testing.T, shop *gorgontest.Shop, s *service.Service) {
				d := desk{Service: s, ctx: shop.Context(), shop: shop}
				list, err := s.CreateMany(d.ctx, []service.Custom{{Name: "Ada", Age: 36}, {Name: "Bob", Age: 12}, {Name: "Methuselah", Age: 969}})
				if err != nil {
					t.Fatal(err)
				}
				d.ada, d.bob = list[0].ID, list[1].ID
				run(t, d)
			})
	}
}

func methods(t *testing.T, d desk) {
	if _, err := d.Rename(d.ctx, d.ada, "Augusta"); err != nil {
		t.Fatal(err)
	}
	got, err := d.Retrieve(d.ctx, d.ada) // of the table
	if err != nil || got.Name != "AUGUSTA" {
		t.Errorf("got %+v %v", got, err)
	}
}

func resources(t *testing.T, d desk) {
	if err := d.Report(d.ctx, d.bob); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(d.shop.LogOutput(), "msg=report name=Bob products=0") {
		t.Errorf("logged %s", d.shop.LogOutput())
	}
}

func options(t *testing.T, d desk) {
	if got, err := d.Rename(d.ctx, d.bob, "Rob"); err != nil || got.Name != "ROB" {
		t.Errorf("got %+v %v", got, err)
	}
}

func queries(t *testing.T, d desk) {
	if n, err := d.Adults(d.ctx); err != nil || n != 2 {
		t.Errorf("got %d %v, want 2 adults", n, err)
	}
	if n, err := d.Oldest(d.ctx); err != nil || n != 36 {
		t.Errorf("got %d %v, want Ada's age", n, err)
	}
}

func transactions(t *testing.T, d desk) {
	ages := func() (out []int) {
		list, err := d.List(d.ctx, module.Filter{"id": []string{d.ada, d.bob}}, module.FindOptions{Order: []string{"name"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			out = append(out, c.Age)
		}
		return out
	}
	if got, err := d.Move(d.ctx, 6, d.ada, d.bob); err != nil || got.Age != 18 {
		t.Errorf("got %+v %v", got, err)
	}
	if _, err := d.Move(d.ctx, 6, d.ada, "nobody"); err == nil {
		t.Error("somebody who does not exist was given years")
	}
	if got := ages(); got[0] != 30 || got[1] != 18 {
		t.Errorf("got %v, want what the first move left", got)
	}
	no := errors.New("no")
	_, err := module.InTx(d.ctx, d, func(ctx context.Context) (any, error) {
		if _, err := d.Move(ctx, 5, d.ada, d.bob); err != nil {
			t.Error(err)
		}
		return nil, no
	})
	if got := ages(); !errors.Is(err, no) || got[0] != 30 || got[1] != 18 {
		t.Errorf("got %v %v: what was moved inside of a transaction outlived it", got, err)
	}
}
