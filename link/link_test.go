package link_test

import (
	"slices"
	"testing"

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
		s.wrote = link.Many(s.authors, s.books, options...)
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
	got, err := s.wrote.Others(t.Context(), id)
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
	moduletest.Each(t, tables(), func(t *testing.T, s shelf) {
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
		ok(t, s.wrote.Near().Set(ctx, a.ID, []string{b[1].ID}))
		s.others(t, a.ID, b[1].ID)
		back, err := s.wrote.Far().Others(ctx, b[1].ID)
		if err != nil || !slices.Equal(back, []string{a.ID}) {
			t.Errorf("seen from the book: %v, %v", back, err)
		}
		missing, err := s.wrote.Near().Missing(ctx, []string{b[0].ID, "book_none"})
		if err != nil || !slices.Equal(missing, []string{"book_none"}) {
			t.Errorf("missing: %v, %v", missing, err)
		}
	})
}

func TestExtraColumns(t *testing.T) {
	moduletest.Each(t, tables(link.Number("share", "1")), func(t *testing.T, s shelf) {
		a, b := s.fill(t)
		_, err := s.wrote.AttachMany(t.Context(), []link.Pair{{From: a.ID, To: b[0].ID, Extra: map[string]any{"share": 0.5}}, {From: a.ID, To: b[1].ID}})
		ok(t, err)
		list, err := s.wrote.Near().Pairs(t.Context(), a.ID)
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
	moduletest.Each(t, tables(link.DeleteB()), func(t *testing.T, s shelf) {
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
		if n, err := s.books.Count(ctx, nil); n != 2 || err != nil {
			t.Errorf("books after restore: %d, %v", n, err)
		}
	})
}

func TestGraph(t *testing.T) {
	moduletest.Each(t, tables(link.Fields("books", "authors")), func(t *testing.T, s shelf) {
		a, b := s.fill(t)
		_, err := s.wrote.Attach(t.Context(), link.Join(a.ID, b[1].ID))
		ok(t, err)
		read := func(e module.Entity, where module.Filter, fields ...string) string {
			t.Helper()
			set, err := graph.Read(t.Context(), graph.Query{Node: graph.NewNode(e.Entity(), graph.Paths(fields...), false), Where: where})
			ok(t, err)
			return string(set.AppendList(nil))
		}
		for _, c := range []struct{ got, want string }{
			{read(s.authors, nil, "books.title"), `[{"id":"` + a.ID + `","books":[{"title":"Two","id":"` + b[1].ID + `"}]}]`},
			{read(s.books, module.Filter{"authors": module.Filter{"name": "Ann"}}, "title"), `[{"title":"Two","id":"` + b[1].ID + `"}]`},
			{read(s.authors, module.Filter{"books_link": module.Filter{"book_id": b[1].ID}}, "name"), `[{"name":"Ann","id":"` + a.ID + `"}]`},
			{read(s.books, module.Filter{"editor": module.Filter{"name": "Ann"}}, "editor.name"), `[{"id":"` + b[0].ID + `","editor":{"name":"Ann","id":"` + a.ID + `"}}]`},
			{read(s.authors, nil, "edited.title"), `[{"id":"` + a.ID + `","edited":[{"title":"One","id":"` + b[0].ID + `"}]}]`},
		} {
			if c.got != c.want {
				t.Errorf("\n%s\n%s", c.got, c.want)
			}
		}
	})
}
