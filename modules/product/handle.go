package product

import (
	"regexp"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
)

var (
	strange  = regexp.MustCompile(`[^\p{L}\p{M}\p{N}\s\p{Z}\x{FEFF}_-]`)
	gaps     = regexp.MustCompile(`[\s\p{Z}\x{FEFF}_]+`)
	dashes   = regexp.MustCompile(`-+`)
	validURL = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}]+(?:-[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}]+)*$`)
)

// ProductHandle makes a product's handle of its title: lower case, letters, digits and vowel signs of any script, single hyphens between words. A title that
// has none of these gets one by chance.
func ProductHandle(title string) string {
	h := strings.ReplaceAll(strings.ToLower(title), "ß", "ss")
	h = strange.ReplaceAllString(h, "")
	h = gaps.ReplaceAllString(h, "-")
	h = dashes.ReplaceAllString(h, "-")
	h = strings.Trim(h, "-")
	if h == "" {
		chance := strings.ToLower(id.New(""))
		h = "product-" + chance[len(chance)-6:]
	}
	return h
}

// CollectionHandle makes a collection's handle of its title: words in lower case with hyphens in place of gaps, at its ends too.
func CollectionHandle(title string) string { return gaps.ReplaceAllString(strings.ToLower(title), "-") }

// checkHandle refuses handles that do not fit into an address. An empty one passes.
func checkHandle(h string) error {
	if h != "" && !validURL.MatchString(h) {
		return fault.New(fault.Invalid, "Invalid product handle '%s'. It must contain URL safe characters", h)
	}
	return nil
}
