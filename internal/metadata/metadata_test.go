package metadata_test

import (
	"fmt"

	"github.com/gorgon-commerce/gorgon/internal/metadata"
)

func ExampleMerge() {
	old := map[string]any{"size": "L", "colour": "red"}
	fmt.Println(metadata.Merge(old, map[string]any{"size": "", "weight": nil}))
	fmt.Println(metadata.Merge(old, nil))
	fmt.Println(old)
	// Output:
	// map[colour:red weight:<nil>]
	// map[]
	// map[colour:red size:L]
}
