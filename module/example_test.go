package module_test

import (
	"context"
	"fmt"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
)

// A Writer has many poems, which go when the writer goes.
type Writer struct {
	module.Model `model:"prefix=writer"`
	Name         string `json:"name" model:"unique"`
	Poems        []Poem `json:"poems" rel:"has=writer_id,cascade"`
}

// A Poem belongs to its writer.
type Poem struct {
	module.Model
	Title    string `json:"title" model:"searchable"`
	Lines    int    `json:"lines" model:"default=14"`
	WriterID string `json:"writer_id"`
}

// A table keeps the records of a model. Its methods take part in the transaction of their context.
func ExampleTable() {
	writers := module.NewTable[Writer]("writer")
	poems := module.NewTable[Poem]("poem")
	ctx, d := moduletest.OpenInMemory(writers, poems) // an application does this when it starts
	defer d.Close()

	ada, _ := writers.Create(ctx, Writer{Name: "Ada"})
	ada, _ = writers.UpdateOne(ctx, ada.ID, module.Set{"name": "Ada Lovelace"})
	fmt.Println(ada.Name, ada.ID[:7])

	_, err := writers.Create(ctx, Writer{Name: "Ada Lovelace"})
	fmt.Println(fault.Message(err))

	_ = writers.Remove(ctx, ada)
	_, err = writers.Retrieve(ctx, ada.ID)
	fmt.Println(fault.KindOf(err) == fault.NotFound)
	// Output:
	// Ada Lovelace writer_
	// Writer with name: Ada Lovelace, already exists.
	// true
}

// Relations that are named are saved and read along with their record.
func ExampleTable_With() {
	writers := module.NewTable[Writer]("writer")
	poems := module.NewTable[Poem]("poem")
	ctx, d := moduletest.OpenInMemory(writers, poems)
	defer d.Close()

	emily, _ := writers.With("poems").Create(ctx, Writer{Name: "Emily", Poems: []Poem{{Title: "Hope"}, {Title: "Much Madness", Lines: 8}}})
	got, _ := writers.With("poems").Retrieve(ctx, emily.ID)
	for _, p := range got.Poems {
		fmt.Println(p.Title, p.Lines)
	}
	// Unordered output:
	// Hope 14
	// Much Madness 8
}

// A filter may use operators, search, and reach over relations.
func ExampleFilter() {
	writers := module.NewTable[Writer]("writer")
	poems := module.NewTable[Poem]("poem")
	ctx, d := moduletest.OpenInMemory(writers, poems)
	defer d.Close()
	_, _ = writers.With("poems").Create(ctx, Writer{Name: "Emily", Poems: []Poem{{Title: "Hope", Lines: 12}, {Title: "Wild Nights", Lines: 12}}})

	short, _ := poems.Count(ctx, module.Filter{"lines": module.Filter{"$lt": 14}})
	named, _ := poems.Count(ctx, module.Filter{"q": "hope"})
	list, _ := writers.List(ctx, module.Filter{"poems": module.Filter{"title": module.Filter{"$like": "Wild%"}}})
	fmt.Println(short, named, list[0].Name)
	// Output: 2 1 Emily
}

// Several operations are one transaction, which others join.
func ExampleInTx() {
	poems := module.NewTable[Poem]("poem")
	ctx, d := moduletest.OpenInMemory(poems)
	defer d.Close()

	_, err := module.InTx(ctx, poems, func(ctx context.Context) (Poem, error) {
		if _, err := poems.Create(ctx, Poem{Title: "Hope"}); err != nil {
			return Poem{}, err
		}
		return poems.Retrieve(ctx, "none")
	})
	n, _ := poems.Count(ctx, nil)
	fmt.Println(err != nil, n)
	// Output: true 0
}
