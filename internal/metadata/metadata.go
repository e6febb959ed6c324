// Package metadata changes the shop's own data of a record as Medusa does.
package metadata

import "maps"

// Merge returns old with the keys of patch. The value "" takes a key away; null is kept as null. A nil patch leaves nothing.
func Merge(old, patch map[string]any) map[string]any {
	if patch == nil {
		return nil
	}
	out := maps.Clone(old)
	if out == nil {
		out = make(map[string]any, len(patch))
	}
	for k, v := range patch {
		if v == "" {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out
}
