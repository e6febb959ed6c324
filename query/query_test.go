package query_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/db/dbtest"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/query"
)

type Author struct {
	module.Model `model:"prefix=auth"`
	Name         string `json:"name"`
	Books        []Book `json:"books,omitempty" rel:"has=author_id"`
}

type Book struct {
	module.Model `model:"prefix=book"`
	Title        string        `json:"title" model:"searchable"`
	Price        money.Decimal `json:"price"`
	AuthorID     string        `json:"author_id"`
	Author       *Author       `json:"author,omitempty" rel:"belongs=author_id"`
}

type Shop struct {
	module.Model `model:"prefix=shop"`
	City         string `json:"city"`
}

type library struct {
	authors *module.Table[Author]
	books   *module.Table[Book]
	shops   *module.Table[Shop]
	sells   *link.Link[Shop, Book]
}

func each(t *testing.T, run func(t *testing.T, ctx context.Context, l library)) {
	t.Parallel()
	dbtest.EachDatabase(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		l := library{authors: module.NewTable[Author]("author", "authors"), books: module.NewTable[Book]("book", "books"), shops: module.NewTable[Shop]("shop", "shops")}
		l.sells = link.ManyToMany(l.shops, l.books)
		l.books.Entity().AddComputed(&graph.Computed{Name: "shout", Needs: []string{"title"}, Value: shout})
		ctx := moduletest.Open(t, d, []module.Entity{l.authors, l.books, l.shops, l.sells})
		l.fill(t, ctx)
		run(t, ctx, l)
	})
}

func shout(_ context.Context, set *graph.Set, args map[string]any, out [][]byte) error {
	end, _ := args["end"].(string)
	for i := range out {
		out[i], _ = json.Marshal(string(set.Text(i, "title")) + end)
	}
	return nil
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (l library) fill(t *testing.T, ctx context.Context) {
	t.Helper()
	_, err := l.authors.Create(ctx, Author{Model: module.Model{ID: "auth_1"}, Name: "Ann"})
	ok(t, err)
	_, err = l.books.CreateMany(ctx, []Book{
		{Model: module.Model{ID: "book_1"}, Title: "One", Price: money.MustParse("12345678901234567.89"), AuthorID: "auth_1"},
		{Model: module.Model{ID: "book_2"}, Title: "Two", Price: money.MustParse("2.50"), AuthorID: "auth_1"},
	})
	ok(t, err)
	_, err = l.shops.CreateMany(ctx, []Shop{{Model: module.Model{ID: "shop_1"}, City: "Rome"}, {Model: module.Model{ID: "shop_2"}, City: "Oslo"}})
	ok(t, err)
	_, err = l.sells.Attach(ctx, link.Join("shop_1", "book_2"))
	ok(t, err)
}

func TestGraph(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ library) {
		for _, c := range []struct {
			want string
			r    query.GraphRequest
		}{
			{`[{"title":"Two","id":"book_2","shout":"Two!","author":{"name":"Ann","id":"auth_1"},"shops":[{"city":"Rome","id":"shop_1"}]}]`,
				query.GraphRequest{Entity: "book", Fields: []string{"title", "shout", "author.name", "shops.city"}, Filters: module.Filter{"title": "Two"}, Context: map[string]any{"end": "!"}}},
			{`[{"city":"Rome","id":"shop_1"}]`,
				query.GraphRequest{Entity: "shops", Fields: []string{"city"}, Filters: module.Filter{"books": module.Filter{"author": module.Filter{"name": "Ann"}}}}},
			{`[{"id":"shop_2"}]`, query.GraphRequest{Entity: "shop", Filters: module.Filter{"books": nil}}},
			{`[{"id":"book_2"},{"id":"book_1"}]`, query.GraphRequest{Entity: "books", Fields: []string{"id", "nothing"}, Order: []string{"author.name", "-title"}}},
			{`[{"id":"book_1"}]`, query.GraphRequest{Entity: "books", Fields: []string{"id"}, Order: []string{"title"}, Take: 1, Count: true}},
		} {
			rows, err := query.Graph(ctx, c.r)
			ok(t, err)
			if got := string(rows.AppendList(nil)); got != c.want {
				t.Errorf("%+v\n got %s\nwant %s", c.r, got, c.want)
			}
			if c.r.Count && rows.Total() != 2 {
				t.Errorf("total %d", rows.Total())
			}
		}
		if _, err := query.Graph(ctx, query.GraphRequest{Entity: "none"}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an unknown entity: %v", err)
		}
	})
}

// A page is a book with what a page shows of it.
type page struct {
	Book
	Shout  string
	Author struct {
		Name string `json:"name"`
	} `json:"author"`
	Shops []Shop
}

func TestTyped(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ library) {
		p, err := query.One[page](ctx, query.ID("book_2"), query.Context(map[string]any{"end": "?"}))
		ok(t, err)
		if p.Title != "Two" || p.Author.Name != "Ann" || p.Shout != "Two?" || len(p.Shops) != 1 || p.Shops[0].City != "Rome" || p.Book.Author != nil {
			t.Errorf("%+v", p)
		}
		list, err := query.List[Book](ctx, query.Where(module.Filter{"author": module.Filter{"name": "Ann"}}), query.Order("-title"))
		ok(t, err)
		titles := []string{}
		for _, b := range list {
			titles = append(titles, b.Title)
		}
		if !slices.Equal(titles, []string{"Two", "One"}) || list[1].Price.String() != "12345678901234567.89" {
			t.Errorf("%+v", list)
		}
		if _, err := query.One[page](ctx, query.ID("none")); fault.KindOf(err) != fault.NotFound || err.Error() != "Book was not found" {
			t.Errorf("no book: %v", err)
		}
		if _, err := query.One[struct{ Title string }](ctx, query.From("book"), query.Order("title")); err != nil {
			t.Error(err)
		}
		if _, err := query.List[struct{ Wrong string }](ctx, query.From("book")); err == nil {
			t.Error("a field that does not exist is taken")
		}
	})
}

// The forms that steps have.
func TestShapes(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ library) {
		if p, err := query.Get[page](ctx, "book_2"); err != nil || p.Title != "Two" {
			t.Errorf("%+v %v", p, err)
		}
		if _, err := query.Get[page](ctx, "none"); fault.KindOf(err) != fault.NotFound {
			t.Error(err)
		}
		if list, err := query.Find[Book](ctx, module.Filter{"shops": module.Filter{"city": "Rome"}}); err != nil || len(list) != 1 || list[0].ID != "book_2" {
			t.Errorf("%+v %v", list, err)
		}
		if list, count, err := query.ListAndCount[Book](ctx, query.Order("title"), query.Page(1, 1)); err != nil || count != 2 || len(list) != 1 || list[0].Title != "Two" {
			t.Errorf("%+v %d %v", list, count, err)
		}
		args := map[string]any{"end": "!"}
		if p, err := query.One[page](ctx, query.ID("book_2"), query.Context(args), query.Context(map[string]any{"end": "?", "x": 1})); err != nil || p.Shout != "Two?" || len(args) != 1 {
			t.Errorf("%+v %v %v", p, err, args)
		}
	})
}

// Whatever the filter, what is counted is what is listed.
func TestCountIsLength(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, l library) {
		_, err := l.authors.Create(ctx, Author{Name: "Nobody"})
		ok(t, err)
		ann, rome := module.Filter{"name": "Ann"}, module.Filter{"city": "Rome"}
		for want, list := range map[int][]struct {
			entity string
			where  module.Filter
		}{
			0: {{"book", module.Filter{"$not": module.Filter{"author": ann}}}, {"book", module.Filter{"author": module.Filter{"name": "Bob"}}}},
			1: {{"book", module.Filter{"shops": rome}}, {"book", module.Filter{"shops": nil}}, {"shop", module.Filter{"$not": module.Filter{"books": module.Filter{"author": ann}}}},
				{"author", module.Filter{"books": module.Filter{"shops": rome}}}, {"author", module.Filter{"books": module.Filter{"$none": module.Filter{"title": "One"}}}},
				{"book", module.Filter{"shops": rome, "id": "book_2"}}},
			2: {{"book", module.Filter{"author": ann}}, {"book", module.Filter{"$or": []module.Filter{{"shops": rome}, {"title": "One"}}}},
				{"shop", module.Filter{"books": module.Filter{"$every": module.Filter{"title": "Two"}}}}},
		} {
			for _, c := range list {
				rows, err := query.Graph(ctx, query.GraphRequest{Entity: c.entity, Filters: c.where, Count: true})
				if err != nil || rows.Len() != want || rows.Total() != want {
					t.Errorf("%s %v: %d listed and %d counted, want %d %v", c.entity, c.where, rows.Len(), rows.Total(), want, err)
				}
			}
		}
	})
}
