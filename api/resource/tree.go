package resource

import (
	"slices"
	"strings"
)

// Take removes the fields at and below path, and returns what was asked below it; whole is set when all of it was.
func Take(fields []string, path string) (rest, below []string, whole bool) {
	for _, f := range fields {
		switch name, under := strings.CutPrefix(f, path+"."); {
		case f == path, under && name == "*":
			whole = true
		case under:
			below = append(below, name)
		default:
			rest = append(rest, f)
		}
	}
	return rest, below, whole
}

// Plain are the fields that are of the record itself.
func Plain(fields []string) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return strings.ContainsAny(f, ".*") })
}
