package resource

import (
	"slices"
	"strings"

	"github.com/gorgon-commerce/gorgon/route/schema"
)

// fields tells what to read: the defaults, changed or replaced by ?fields=, without what may not be seen.
func (s *server) fields(params schema.Value) []string {
	asked := params.Get("fields")
	list := ParseFields(asked.Text(), asked.Exists(), s.key, s.defaults)
	if s.allowed == nil && s.Deny == nil {
		return list
	}
	return slices.DeleteFunc(list, func(f string) bool {
		path := strings.TrimSuffix(f, ".*")
		return s.allowed != nil && !s.allowed[path] || s.Deny != nil && s.Deny(path)
	})
}

// ParseFields reads the parameter fields. Names with a modifier change the defaults: +x adds, -x takes away with all that is below
// it, *x and x.* add all columns of a relation. One name without a modifier makes the list replace the defaults, and so
// does an empty list. An id is always read. In the result, relations that are read whole come last and end in ".*".
func ParseFields(asked string, given bool, key string, defaults []string) []string {
	list := slices.Clone(defaults)
	if given {
		names := slices.DeleteFunc(strings.Split(asked, ","), func(n string) bool { return n == "" })
		if replaces(names) {
			list = list[:0]
			for _, n := range names {
				list = add(list, bare(n))
			}
		} else {
			list = modify(list, names)
		}
		if key == "id" { // other keys are columns like any
			list = add(list, key)
		}
	}
	return starsLast(list)
}

func replaces(names []string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(n string) bool {
		return !strings.ContainsRune("-+ *", rune(n[0])) && !strings.HasSuffix(n, ".*")
	})
}

func bare(name string) string { return strings.TrimSpace(strings.TrimLeft(name, "+ \t-")) }

func add(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

func modify(list, names []string) []string {
	for _, n := range names {
		switch n[0] {
		case '+', ' ':
			list = add(list, bare(n))
		case '-':
			removed := bare(n)
			list = slices.DeleteFunc(list, func(f string) bool {
				f = strings.TrimPrefix(f, "*")
				return f == removed || strings.HasPrefix(f, removed+".")
			})
		default:
			list = add(list, n)
		}
	}
	return list
}

// starsLast moves whole relations to the end, as "name.*". A star for nothing stands for nothing.
func starsLast(list []string) []string {
	var stars []string
	out := list[:0]
	for _, f := range list {
		name, star := strings.CutPrefix(f, "*")
		if !star {
			name, star = strings.CutSuffix(f, ".*")
		}
		switch {
		case !star:
			out = append(out, f)
		case name != "" && strings.Trim(name, "*.") != "":
			stars = add(stars, strings.TrimSuffix(name, ".*")+".*")
		}
	}
	return append(out, stars...)
}
