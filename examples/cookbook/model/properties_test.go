package model_test

import (
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/examples/cookbook/model"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

func types(t *testing.T, d *db.DB) {
	all := table[model.Everything](t, d, "everything")
	born := time.Date(1815, 12, 10, 7, 30, 0, 0, time.UTC)
	in := model.Everything{Text: "Ada", Number: 36, Big: money.MustParse("1234567890.0123456789"), Float: 1.5, Boolean: true, Color: model.White, Born: born,
		Metadata: module.Map{"a": []any{1.0, "x"}}, Names: []string{"Ada", "Lovelace"}}
	first := must(all.Create(t.Context(), in))(t)
	second := must(all.Create(t.Context(), in))(t)
	got := must(all.Retrieve(t.Context(), first.ID))(t)
	is(t, "text", got.Text, in.Text)
	is(t, "number", got.Number, in.Number)
	is(t, "big number", got.Big, in.Big)
	is(t, "float", got.Float, in.Float)
	is(t, "boolean", got.Boolean, true)
	is(t, "enum", got.Color, model.White)
	is(t, "date-time", got.Born.UTC(), born)
	is(t, "JSON", got.Metadata, in.Metadata)
	is(t, "array", got.Names, in.Names)
	is(t, "autoincrement", []int{first.Serial, second.Serial}, []int{1, 2})
	n := must(all.Count(t.Context(), module.Filter{"names": module.Filter{"$contains": []string{"Ada"}}, "big": module.Filter{"$gt": 1}, "born": module.Filter{"$lt": time.Now()}}))(t)
	is(t, "the number of records that a filter over them finds", n, 2)
	in.Color = "pink"
	_, err := all.Create(t.Context(), in)
	refused(t, "a color that is none", err, fault.Invalid)
}

func keys(t *testing.T, d *db.DB) {
	tags, years := table[model.Tag](t, d, "tag"), table[model.Year](t, d, "year")
	check(t, discard(tags.Create(t.Context(), model.Tag{Name: "sale"})))
	is(t, "the tag", must(tags.Retrieve(t.Context(), "sale"))(t).Name, "sale")
	_, err := tags.Create(t.Context(), model.Tag{Name: "sale"})
	refused(t, "a tag that exists", err, fault.Invalid)

	year := must(years.Create(t.Context(), model.Year{Year: 1999}))(t)
	is(t, "the key of the year", years.Key(year), "1999")
	is(t, "the year", must(years.Retrieve(t.Context(), "1999"))(t).Year, 1999)
	check(t, years.Remove(t.Context(), year))
	_, err = years.Retrieve(t.Context(), "1999")
	refused(t, "a year that is gone", err, fault.NotFound)
}

func discard[T any](_ T, err error) error { return err }

func defaults(t *testing.T, d *db.DB) {
	lamps, off := table[model.Lamp](t, d, "lamp"), 0
	plain := must(lamps.Create(t.Context(), model.Lamp{}))(t)
	is(t, "the color", plain.Color, model.Black)
	is(t, "the watts", *plain.Watts, 40)
	dark := must(lamps.Create(t.Context(), model.Lamp{Color: model.White, Watts: &off}))(t)
	got := must(lamps.Retrieve(t.Context(), dark.ID))(t)
	is(t, "the color that was given", got.Color, model.White)
	is(t, "the watts that were given", *got.Watts, 0)
	if _, err := d.Exec(t.Context(), db.Statement{SQL: `INSERT INTO lamp (id) VALUES ('by hand')`}); err != nil {
		t.Fatal(err)
	}
	is(t, "the color of a row that was written without the model", must(lamps.Retrieve(t.Context(), "by hand"))(t).Color, model.Black)
}

func nullable(t *testing.T, d *db.DB) {
	offers, price := table[model.Offer](t, d, "offer"), money.MustParse("9.90")
	free := must(offers.Create(t.Context(), model.Offer{}))(t)
	check(t, discard(offers.Create(t.Context(), model.Offer{Price: &price})))
	none := must(offers.List(t.Context(), module.Filter{"price": nil}))(t)
	if len(none) != 1 || none[0].ID != free.ID || none[0].Price != nil {
		t.Errorf("got %+v, want the offer without a price", none)
	}
	is(t, "the price", must(offers.UpdateOne(t.Context(), free.ID, module.Set{"price": price}))(t).Price, "9.9")
	if got := must(offers.UpdateOne(t.Context(), free.ID, module.Set{"price": nil}))(t); got.Price != nil {
		t.Errorf("got %v, want no price again", got.Price)
	}
}

func unique(t *testing.T, d *db.DB) {
	accounts := table[model.Account](t, d, "account")
	first := must(accounts.Create(t.Context(), model.Account{Email: "ada@example.com"}))(t)
	_, err := accounts.Create(t.Context(), model.Account{Email: "ada@example.com"})
	refused(t, "an address that is taken", err, fault.Invalid)
	has(t, fault.Message(err), "Account with email: ada@example.com, already exists.")
	check(t, accounts.Remove(t.Context(), first))
	check(t, discard(accounts.Create(t.Context(), model.Account{Email: "ada@example.com"})))
}

func namedIndex(t *testing.T, d *db.DB) {
	table[model.City](t, d, "city")
	has(t, index(t, d, "IDX_MY_CITY_NAME"), "city", "(name)")
}

func compositeIndex(t *testing.T, d *db.DB) {
	table[model.Person](t, d, "person")
	has(t, index(t, d, "IDX_person_name_age"), "person", "(name, age)", "age IS NOT NULL", "deleted_at IS NULL")
}

func searchable(t *testing.T, d *db.DB) {
	books := table[model.Book](t, d, "book")
	check(t, discard(books.CreateMany(t.Context(), []model.Book{{Title: "John and the Whale", Shelf: "A"}, {Title: "Emma", Shelf: "John"}})))
	found := must(books.List(t.Context(), module.Filter{"q": "john"}))(t)
	if len(found) != 1 || found[0].Title != "John and the Whale" {
		t.Errorf("got %+v, want the book whose title has the word, in whatever case", found)
	}
	is(t, "the number of books with both words", must(books.Count(t.Context(), module.Filter{"q": "whale john"}))(t), 1)
}
