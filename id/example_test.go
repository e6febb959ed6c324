package id_test

import (
	"fmt"
	"time"

	"github.com/gorgon-commerce/gorgon/id"
)

// An id says what it is of, and ids sort by when they were made.
func ExampleNew() {
	one, two := id.New("book"), id.New("book")
	fmt.Println(one[:5], len(one), one < two)
	// Output: book_ 31 true
}

// Records that come from elsewhere get ids that sort as if they had been made here.
func ExampleGenerator_NewAt() {
	var source id.Generator
	old := source.NewAt("book", time.Date(2015, 12, 23, 0, 0, 0, 0, time.UTC))
	fmt.Println(old[:5], old < source.New("book"))
	// Output: book_ true
}
