package module_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/query"
)

// A Word goes by itself: it has no other key.
type Word struct {
	Text  string `json:"text" model:"key"`
	Count int    `json:"count"`
}

// Records whose key exists are overwritten, others are new.
func ExampleTable_Upsert() {
	words := module.NewTable[Word]("word")
	ctx, d := moduletest.OpenInMemory(words)
	defer d.Close()

	_, _ = words.Upsert(ctx, []Word{{"hope", 1}, {"feathers", 1}})
	_, _ = words.Upsert(ctx, []Word{{"hope", 2}})
	list, _ := words.List(ctx, nil, module.FindOptions{Order: []string{"text"}})
	fmt.Println(list)
	// Output: [{feathers 1} {hope 2}]
}

// What is soft-deleted is gone for reads, with what cascades, until it is restored.
func ExampleTable_SoftDelete() {
	writers, poems := module.NewTable[Writer]("writer"), module.NewTable[Poem]("poem")
	ctx, d := moduletest.OpenInMemory(writers, poems)
	defer d.Close()

	emily, _ := writers.With("poems").Create(ctx, Writer{Name: "Emily", Poems: []Poem{{Title: "Hope"}}})
	for _, do := range []func(context.Context, ...string) error{writers.SoftDelete, writers.Restore, writers.Delete} {
		_ = do(ctx, emily.ID)
		n, _ := writers.Count(ctx, nil)
		m, _ := poems.Count(ctx, nil)
		fmt.Println(n, m)
	}
	// Output:
	// 0 0
	// 1 1
	// 0 1
}

// A field that code works out is read like any other, for all records of a query at once.
func ExampleCompute() {
	poems := module.NewTable[Poem]("poem")
	module.Compute(poems, "minutes", []string{"lines"}, func(_ context.Context, list []Poem, args module.Map) ([]int, error) {
		out := make([]int, len(list))
		for i, p := range list {
			out[i] = p.Lines / args["pace"].(int)
		}
		return out, nil
	})
	ctx, d := moduletest.OpenInMemory(poems)
	defer d.Close()

	_, _ = poems.Create(ctx, Poem{Title: "Hope", Lines: 12})
	type Reading struct {
		Title   string
		Minutes int
	}
	r, _ := query.One[Reading](ctx, query.From("poem"), query.Context(map[string]any{"pace": 6}))
	fmt.Println(r.Title, r.Minutes)
	// Output: Hope 2
}

// A virtual model is read where its records are kept.
func ExampleNewVirtualTable() {
	stock := map[string]int{"Hope": 3, "Wild Nights": 0}
	copies := module.NewVirtualTable("copies", func(_ context.Context, where module.Filter) (list []Word, _ error) {
		for _, title := range where["text"].([]string) { // a request to the system that has them
			list = append(list, Word{title, stock[title]})
		}
		return list, nil
	})
	ctx, d := moduletest.OpenInMemory(copies)
	defer d.Close()

	list, _ := query.Find[Word](ctx, module.Filter{"text": []string{"Hope"}})
	fmt.Println(list)
	// Output: [{Hope 3}]
}

// A patch tells fields that are left out from those that are null.
func ExampleOpt() {
	var patch struct {
		Title module.Opt[string] `json:"title"`
		Lines module.Opt[int]    `json:"lines"`
		Notes module.Opt[string] `json:"notes"`
	}
	_ = json.Unmarshal([]byte(`{"title": "Hope", "notes": null}`), &patch)
	fmt.Println(patch.Title.Or("?"), patch.Lines.Or(14), patch.Notes.Null)
	fmt.Println(module.SetFrom(patch))
	// Output:
	// Hope 14 true
	// map[notes:<nil> title:Hope]
}

// Records that exist are named by their keys where a new one is related to them.
func ExampleRefs() {
	writers, poems := module.NewTable[Writer]("writer"), module.NewTable[Poem]("poem")
	ctx, d := moduletest.OpenInMemory(writers, poems)
	defer d.Close()

	anon, _ := writers.With("poems").Create(ctx, Writer{Name: "Anon", Poems: []Poem{{Title: "Hope"}}})
	_, _ = writers.With("poems").Create(ctx, Writer{Name: "Emily", Poems: module.Refs[Poem](anon.Poems[0].ID)})
	n, _ := writers.Count(ctx, module.Filter{"name": "Emily", "poems": module.Filter{"title": "Hope"}})
	fmt.Println(n)
	// Output: 1
}
