package link_test

import (
	"fmt"

	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/module/moduletest"
	"github.com/gorgon-commerce/gorgon/query"
)

// A Band and a Song are models of two modules, which know nothing of each other.
type Band struct {
	module.Model
	Name string `json:"name"`
}

// A Song is played by bands.
type Song struct {
	module.Model
	Title string `json:"title"`
}

// Linked records show each other in queries, and filters reach over the link.
func ExampleManyToMany() {
	bands, songs := module.NewTable[Band]("band", "bands"), module.NewTable[Song]("song", "songs")
	plays := link.ManyToMany(bands, songs)
	ctx, d := moduletest.OpenInMemory(bands, songs, plays)
	defer d.Close()

	band, _ := bands.Create(ctx, Band{Name: "The Gophers"})
	song, _ := songs.Create(ctx, Song{Title: "Select"})
	_, _ = plays.Attach(ctx, link.Join(band.ID, song.ID))

	type Page struct {
		Band
		Songs []Song
	}
	page, _ := query.Get[Page](ctx, band.ID)
	fmt.Println(page.Name, page.Songs[0].Title)

	n, _ := songs.Count(ctx, module.Filter{"bands": module.Filter{"name": "The Gophers"}})
	fmt.Println(n)

	_ = plays.Dismiss(ctx, link.Join(band.ID, song.ID))
	page, _ = query.Get[Page](ctx, band.ID)
	fmt.Println(len(page.Songs))
	// Output:
	// The Gophers Select
	// 1
	// 0
}

// A link may have columns of its own.
func ExampleJSONColumn() {
	bands, songs := module.NewTable[Band]("band", "bands"), module.NewTable[Song]("song", "songs")
	plays := link.ManyToMany(bands, songs, link.JSONColumn("notes"))
	ctx, d := moduletest.OpenInMemory(bands, songs, plays)
	defer d.Close()

	band, _ := bands.Create(ctx, Band{Name: "The Gophers"})
	song, _ := songs.Create(ctx, Song{Title: "Select"})
	_, _ = plays.AttachWith(ctx, link.Pair{From: band.ID, To: song.ID, Extra: map[string]any{"notes": []string{"slowly"}}})

	type Row struct {
		Notes []string
		Song  Song
	}
	row, _ := query.One[Row](ctx, query.From("band_song"), query.Where(module.Filter{"band_id": band.ID}))
	fmt.Println(row.Song.Title, row.Notes)
	// Output: Select [slowly]
}
