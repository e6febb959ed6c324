// Package model shows data models: their properties, keys, indexes, and how they relate to each other.
package model

import (
	"time"

	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/money"
)

// A Brand is a data model: a struct that embeds module.Model, which gives it an id and its times.
type Brand struct {
	module.Model `model:"prefix=brand"`
	Name         string `json:"name"`
}

// Brands returns the table of a model.
func Brands() *module.Table[Brand] { return module.NewTable[Brand]("brand") }

// A Color is one of a few texts.
type Color string

// The colors.
const (
	Black Color = "black"
	White Color = "white"
)

// Everything has a property of each type.
type Everything struct {
	module.Model
	Text     string        `json:"text"`
	Number   int           `json:"number"`
	Big      money.Decimal `json:"big"`
	Float    float64       `json:"float"`
	Boolean  bool          `json:"boolean"`
	Color    Color         `json:"color" model:"enum=black|white"`
	Born     time.Time     `json:"born"`
	Metadata module.Map    `json:"metadata"`
	Names    []string      `json:"names"`
	Serial   int           `json:"serial" model:"serial"` // numbered by the database
}

// A Tag has a text as its key.
type Tag struct {
	Name string `json:"name" model:"key"`
	module.Timestamps
}

// A Year has a number as its key.
type Year struct {
	Year int `json:"year" model:"key"`
	module.Timestamps
}

// A Lamp has defaults. Where the zero value means something of its own, a pointer tells it from nothing at all.
type Lamp struct {
	module.Model
	Color Color `json:"color" model:"enum=black|white,default=black"`
	Watts *int  `json:"watts" model:"notnull,default=40"`
}

// An Offer may have no price: a pointer is nullable.
type Offer struct {
	module.Model
	Price *money.Decimal `json:"price"`
}

// An Account has an address that no other account has.
type Account struct {
	module.Model
	Email string `json:"email" model:"unique"`
}

// A City has an index with a name.
type City struct {
	module.Model
	Name string `json:"name" model:"index=IDX_MY_CITY_NAME"`
}

// A Person has an index over two columns, of those whose age is known.
type Person struct {
	module.Model
	Name string `json:"name"`
	Age  *int   `json:"age"`
}

// Indexes lists the indexes that no single property has.
func (Person) Indexes() []module.Index {
	return []module.Index{{Columns: []string{"name", "age"}, Where: "age IS NOT NULL"}}
}

// A Book can be searched for by its title.
type Book struct {
	module.Model
	Title string `json:"title" model:"searchable"`
	Shelf string `json:"shelf"`
}
