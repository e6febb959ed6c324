package module

import "strings"

// AnyCase is a condition for a column: it is the text, in upper or lower case.
func AnyCase(text string) Filter {
	return Filter{"$ilike": likeLiteral.Replace(text)}
}

// likeLiteral escapes what LIKE would take for a pattern.
var likeLiteral = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)
