package link_test

import (
	"context"
	"fmt"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/query"
)

// One record has one other. The database refuses a second one.
func ExampleOneToOne() {
	bands, songs := module.NewTable[Band]("band", "bands"), module.NewTable[Song]("song", "songs")
	anthem := link.OneToOne(bands, songs)
	ctx, d := moduletest.OpenInMemory(bands, songs, anthem)
	defer d.Close()

	band, _ := bands.Create(ctx, Band{Name: "The Gophers"})
	list, _ := songs.CreateMany(ctx, []Song{{Title: "Select"}, {Title: "Defer"}})
	_, _ = anthem.Attach(ctx, link.Join(band.ID, list[0].ID))
	_, err := anthem.Attach(ctx, link.Join(band.ID, list[1].ID))

	type Page struct {
		Band
		Song Song
	}
	page, _ := query.Get[Page](ctx, band.ID)
	fmt.Println(page.Name, page.Song.Title, fault.KindOf(err))
	// Output: The Gophers Select invalid_data
}

// One record has many others, each of which belongs to no more than one.
func ExampleOneToMany() {
	bands, songs := module.NewTable[Band]("band", "bands"), module.NewTable[Song]("song", "songs")
	wrote := link.OneToMany(bands, songs)
	ctx, d := moduletest.OpenInMemory(bands, songs, wrote)
	defer d.Close()

	band, _ := bands.Create(ctx, Band{Name: "The Gophers"})
	list, _ := songs.CreateMany(ctx, []Song{{Title: "Defer"}, {Title: "Select"}})
	_, _ = wrote.Attach(ctx, link.Join(band.ID, module.IDs(list)...))

	type Credit struct {
		Title string
		Band  Band
	}
	credits, _ := query.List[Credit](ctx, query.From("song"), query.Order("title"))
	for _, c := range credits {
		fmt.Println(c.Title, "by", c.Band.Name)
	}
	// Output:
	// Defer by The Gophers
	// Select by The Gophers
}

// A link may have numbers and texts of its own, by which the linked records are found.
func ExampleNumberColumn() {
	bands, songs := module.NewTable[Band]("band", "bands"), module.NewTable[Song]("song", "songs")
	charts := link.ManyToMany(bands, songs, link.NumberColumn("position", "0"), link.TextColumn("country", "de"))
	ctx, d := moduletest.OpenInMemory(bands, songs, charts)
	defer d.Close()

	band, _ := bands.Create(ctx, Band{Name: "The Gophers"})
	list, _ := songs.CreateMany(ctx, []Song{{Title: "Defer"}, {Title: "Select"}})
	_, _ = charts.AttachMany(ctx, []link.Pair{
		{From: band.ID, To: list[0].ID, Extra: map[string]any{"position": "40"}},
		{From: band.ID, To: list[1].ID, Extra: map[string]any{"position": "3", "country": "nl"}},
	})

	type Row struct {
		Position money.Decimal
		Country  string
		Song     Song
	}
	rows, _ := query.List[Row](ctx, query.From("band_song"), query.Where(module.Filter{"position": module.Filter{"$lte": 10}}))
	for _, r := range rows {
		fmt.Println(r.Song.Title, r.Position, r.Country)
	}
	// Output: Select 3 nl
}

// A Review is kept by another system.
type Review struct {
	ID     string `json:"id" model:"key"`
	SongID string `json:"song_id"`
	Stars  int    `json:"stars"`
}

// What another system keeps is read along, once for all records of a page.
func ExampleReadOnlyMany() {
	songs := module.NewTable[Song]("song", "songs")
	reviews := module.NewVirtualTable("review", func(_ context.Context, where module.Filter) (list []Review, _ error) {
		for i, song := range where["song_id"].([]string) { // a request to the other system
			list = append(list, Review{ID: fmt.Sprint(i), SongID: song, Stars: 5})
		}
		return list, nil
	}, "reviews")
	link.ReadOnlyMany(songs, "id", reviews, "song_id")
	ctx, d := moduletest.OpenInMemory(songs, reviews)
	defer d.Close()

	_, _ = songs.Create(ctx, Song{Title: "Select"})
	type Page struct {
		Song
		Reviews []Review
	}
	page, _ := query.One[Page](ctx)
	fmt.Println(page.Title, page.Reviews[0].Stars)
	// Output: Select 5
}
