package link_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
)

type author struct {
	module.Model `model:"prefix=auth"`
	Name         string `json:"name"`
}

type book struct {
	module.Model `model:"prefix=book"`
	Title        string  `json:"title"`
	EditorID     *string `json:"editor_id"`
}

type shelf struct {
	authors *module.Table[author]
	books   *module.Table[book]
	wrote   *link.Link[author, book]
}

func tables(options ...link.Option) func() (shelf, []module.Entity) {
	return func() (shelf, []module.Entity) {
		s := shelf{authors: module.NewTable[author]("author", "authors"), books: module.NewTable[book]("book", "books")}
		s.wrote = link.ManyToMany(s.authors, s.books, options...)
		link.ReadOnly(s.books, s.authors, "editor_id", "editor", "edited")
		return s, []module.Entity{s.authors, s.books, s.wrote}
	}
}

func (s shelf) fill(t *testing.T) (a author, b []book) {
	t.Helper()
	a, err := s.authors.Create(t.Context(), author{Name: "Ann"})
	if err != nil {
		t.Fatal(err)
	}
	b, err = s.books.CreateMany(t.Context(), []book{{Title: "One", EditorID: &a.ID}, {Title: "Two"}})
	if err != nil {
		t.Fatal(err)
	}
	return a, b
}

func (s shelf) others(t *testing.T, id string, want ...string) {
	t.Helper()
	got, err := s.wrote.LinkedIDs(t.Context(), id)
	slices.Sort(got)
	slices.Sort(want)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Others(%s) = %v, %v; want %v", id, got, err, want)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestVerbs(t *testing.T) {
	moduletest.EachDatabase(t, tables(), func(t *testing.T, s shelf) {
		ctx := t.Context()
		a, b := s.fill(t)
		_, err := s.wrote.Attach(ctx, link.Join(a.ID, b[0].ID, b[1].ID, b[0].ID))
		ok(t, err)
		s.others(t, a.ID, b[0].ID, b[1].ID)
		ok(t, s.wrote.Detach(ctx, link.Join(a.ID, b[0].ID)))
		s.others(t, a.ID, b[1].ID)
		ok(t, s.wrote.Restore(ctx, link.Join(a.ID)))
		s.others(t, a.ID, b[0].ID, b[1].ID)
		ok(t, s.wrote.Dismiss(ctx, link.Join(a.ID, b[1].ID)))
		ok(t, s.wrote.Restore(ctx, link.Join(a.ID)))
		s.others(t, a.ID, b[0].ID)
		ok(t, s.wrote.FromA().Set(ctx, a.ID, []string{b[1].ID}))
		s.others(t, a.ID, b[1].ID)
		back, err := s.wrote.FromB().LinkedIDs(ctx, b[1].ID)
		if err != nil || !slices.Equal(back, []string{a.ID}) {
			t.Errorf("seen from the book: %v, %v", back, err)
		}
		missing, err := s.wrote.FromA().MissingIDs(ctx, []string{b[0].ID, "book_none"})
		if err != nil || !slices.Equal(missing, []string{"book_none"}) {
			t.Errorf("missing: %v, %v", missing, err)
		}
	})
}

func TestExtraColumns(t *testing.T) {
	moduletest.EachDatabase(t, tables(link.NumberColumn("share", "1")), func(t *testing.T, s shelf) {
		a, b := s.fill(t)
		_, err := s.wrote.AttachMany(t.Context(), []link.Pair{{From: a.ID, To: b[0].ID, Extra: map[string]any{"share": 0.5}}, {From: a.ID, To: b[1].ID}})
		ok(t, err)
		list, err := s.wrote.FromA().Pairs(t.Context(), a.ID)
		ok(t, err)
		got := map[string]any{}
		for _, p := range list {
			got[p.To] = p.Extra["share"]
		}
		if got[b[0].ID] != "0.5" || got[b[1].ID] != "1" {
			t.Errorf("shares %v", got)
		}
		ok(t, s.wrote.DetachMany(t.Context(), list[:1]))
		s.others(t, a.ID, list[1].To)
		if _, err := s.wrote.AttachMany(t.Context(), []link.Pair{{From: a.ID, To: b[0].ID, Extra: map[string]any{"none": 1}}}); err == nil {
			t.Error("an unknown column is taken")
		}
	})
}

func TestCascade(t *testing.T) {
	moduletest.EachDatabase(t, tables(link.CascadeToB()), func(t *testing.T, s shelf) {
		ctx := t.Context()
		a, b := s.fill(t)
		_, err := s.wrote.Attach(ctx, link.Join(a.ID, b[0].ID))
		ok(t, err)
		ok(t, s.authors.SoftDelete(ctx, a.ID))
		left, err := s.books.List(ctx, nil)
		if err != nil || len(left) != 1 || left[0].ID != b[1].ID {
			t.Fatalf("books left: %v, %v", left, err)
		}
		s.others(t, a.ID)
		ok(t, s.authors.Restore(ctx, a.ID))
		s.others(t, a.ID, b[0].ID)

		_, err = s.wrote.Attach(ctx, link.Join(a.ID, b[1].ID))
		ok(t, err)
		ok(t, s.wrote.Detach(ctx, link.Join(a.ID, b[1].ID)))
		time.Sleep(2 * time.Millisecond) // what is deleted in the same millisecond went along
		ok(t, s.authors.SoftDelete(ctx, a.ID))
		ok(t, s.authors.Restore(ctx, a.ID))
		s.others(t, a.ID, b[0].ID)
		if n, err := s.books.Count(ctx, nil); n != 2 || err != nil {
			t.Errorf("books after restore: %d, %v", n, err)
		}
	})
}

func TestGraph(t *testing.T) {
	moduletest.EachDatabase(t, tables(link.FieldNames("books", "authors")), func(t *testing.T, s shelf) {
		a, b := s.fill(t)
		_, err := s.wrote.Attach(t.Context(), link.Join(a.ID, b[1].ID))
		ok(t, err)
		for want, where := range map[int]module.Filter{1: {"$not": module.Filter{"editor": module.Filter{"name": "Ann"}}}, 0: {"editor": module.Filter{"name": "Bob"}}} {
			if n, err := s.books.Count(t.Context(), where); err != nil || n != want { // one book has no editor
				t.Errorf("%v: counted %d, want %d %v", where, n, want, err)
			}
		}
		read := func(e module.Entity, where module.Filter, fields ...string) string {
			t.Helper()
			set, err := graph.Read(t.Context(), graph.Query{Node: e.Entity().Plan(false, fields...), Where: where})
			ok(t, err)
			return string(set.AppendList(nil))
		}
		for _, c := range []struct{ got, want string }{
			{read(s.authors, nil, "books.title"), `[{"id":"` + a.ID + `","books":[{"title":"Two","id":"` + b[1].ID + `"}]}]`},
			{read(s.books, module.Filter{"authors": module.Filter{"name": "Ann"}}, "title"), `[{"title":"Two","id":"` + b[1].ID + `"}]`},
			{read(s.authors, module.Filter{"books_link": module.Filter{"book_id": b[1].ID}}, "name"), `[{"name":"Ann","id":"` + a.ID + `"}]`},
			{read(s.books, module.Filter{"editor": module.Filter{"name": "Ann"}}, "editor.name"), `[{"editor_id":"` + a.ID + `","id":"` + b[0].ID + `","editor":{"name":"Ann","id":"` + a.ID + `"}}]`},
			{read(s.authors, nil, "edited.title"), `[{"id":"` + a.ID + `","edited":[{"title":"One","id":"` + b[0].ID + `"}]}]`},
		} {
			if c.got != c.want {
				t.Errorf("\n%s\n%s", c.got, c.want)
			}
		}
		_, err = s.wrote.Attach(t.Context(), link.Join(a.ID, "book_0"))
		ok(t, err)
		if got, want := read(s.authors, module.Filter{"id": a.ID}, "books.title"), `[{"id":"`+a.ID+`","books":[{"title":"Two","id":"`+b[1].ID+`"},null]}]`; got != want {
			t.Errorf("\n%s\n%s", got, want)
		}
	})
}

// Where there is one at most, the database refuses more, until the first link is gone.
func TestOne(t *testing.T) {
	moduletest.EachDatabase(t, func() (shelf, []module.Entity) {
		s := shelf{authors: module.NewTable[author]("author", "authors"), books: module.NewTable[book]("book", "books")}
		s.wrote = link.OneToMany(s.authors, s.books)
		return s, []module.Entity{s.authors, s.books, s.wrote}
	}, func(t *testing.T, s shelf) {
		ctx := t.Context()
		a, b := s.fill(t)
		other, err := s.authors.Create(ctx, author{Name: "Bob"})
		ok(t, err)
		_, err = s.wrote.Attach(ctx, link.Join(a.ID, b[0].ID, b[1].ID))
		ok(t, err)
		if _, err := s.wrote.Attach(ctx, link.Join(other.ID, b[0].ID)); fault.KindOf(err) != fault.Invalid || fault.Message(err) != "There cannot be more than one link between Author and Book here" {
			t.Errorf("a second author of a book: %v", err)
		}
		ok(t, s.wrote.Detach(ctx, link.Join(a.ID, b[0].ID)))
		_, err = s.wrote.Attach(ctx, link.Join(other.ID, b[0].ID))
		ok(t, err)
		s.others(t, other.ID, b[0].ID)
	})
}

func TestJSONColumn(t *testing.T) {
	moduletest.EachDatabase(t, tables(link.JSONColumn("note"), link.TextColumn("role", "author")), func(t *testing.T, s shelf) {
		a, b := s.fill(t)
		p, err := s.wrote.AttachWith(t.Context(), link.Pair{From: a.ID, To: b[0].ID, Extra: map[string]any{"note": map[string]any{"a": []any{1.0}}}})
		ok(t, err)
		_, err = s.wrote.AttachWith(t.Context(), link.Pair{From: a.ID, To: b[1].ID, Extra: map[string]any{"note": nil, "role": "editor"}})
		ok(t, err)
		list, err := s.wrote.FromA().Pairs(t.Context(), a.ID)
		ok(t, err)
		got := map[string]string{}
		for _, p := range list {
			got[p.To] = fmt.Sprintf("%v %v", p.Extra["note"], p.Extra["role"])
		}
		if got[b[0].ID] != "map[a:[1]] author" || got[b[1].ID] != "<nil> editor" {
			t.Errorf("got %v", got)
		}
		ok(t, s.wrote.DetachWith(t.Context(), p))
		s.others(t, a.ID, b[1].ID)
	})
}

// A prize is kept by somebody else.
type prize struct {
	Name     string `json:"name" model:"key"`
	AuthorID string `json:"author_id"`
	Year     int    `json:"year"`
}

// What another system keeps is asked for once for all records of a level, and read into JSONColumn and structs.
func TestVirtual(t *testing.T) {
	type world struct {
		shelf
		asked *[]module.Filter
		lost  *error
	}
	moduletest.EachDatabase(t, func() (world, []module.Entity) {
		s, list := tables()()
		w := world{s, new([]module.Filter), new(error)}
		prizes := module.NewVirtualTable("prize", func(_ context.Context, where module.Filter) ([]prize, error) {
			*w.asked = append(*w.asked, where)
			return []prize{{"Booker", "auth_1", 1999}, {"Nobel", "auth_2", 2001}, {"Pulitzer", "auth_1", 2004}}, *w.lost
		}, "prizes")
		link.ReadOnlyMany(s.authors, "id", prizes, "author_id")
		return w, append(list, prizes)
	}, func(t *testing.T, w world) {
		ctx := t.Context()
		_, err := w.authors.CreateMany(ctx, []author{{Model: module.Model{ID: "auth_1"}, Name: "Ann"}, {Model: module.Model{ID: "auth_3"}, Name: "Eve"}})
		ok(t, err)
		read := func(e string, q graph.Query, fields ...string) (string, error) {
			entity, _ := w.authors.Entity().Schema().Entity(e)
			q.Node = entity.Plan(false, fields...)
			set, err := graph.Read(ctx, q)
			if err != nil {
				return "", err
			}
			return string(set.AppendList(nil)), nil
		}
		got, err := read("author", graph.Query{Order: []string{"name"}}, "name", "prizes.name", "prizes.year")
		want := `[{"name":"Ann","id":"auth_1","prizes":[{"name":"Booker","year":1999},{"name":"Pulitzer","year":2004}]},{"name":"Eve","id":"auth_3","prizes":[]}]`
		if err != nil || got != want {
			t.Errorf("got %s %v\nwant %s", got, err, want)
		}
		if len(*w.asked) != 1 || fmt.Sprint((*w.asked)[0]) != "map[author_id:[auth_1 auth_3]]" {
			t.Errorf("asked for %v", *w.asked)
		}
		if got, err := read("prizes", graph.Query{Skip: 1, Take: 1}, "name"); err != nil || got != `[{"name":"Nobel"}]` {
			t.Errorf("got %s %v", got, err)
		}
		for _, q := range []graph.Query{{Where: module.Filter{"prizes": module.Filter{"year": 1999}}}, {Order: []string{"prizes.year"}}} {
			if _, err := read("author", q, "name"); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%+v: %v", q, err)
			}
		}
		*w.lost = fault.New(fault.NotAllowed, "no answer")
		if _, err := read("author", graph.Query{}, "prizes.name"); err == nil || fault.Message(err) != "no answer" {
			t.Errorf("the other system's error became %v", err)
		}
	})
}
