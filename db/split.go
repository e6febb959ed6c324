package db

import (
	"iter"
	"strings"
)

// statements cuts a script at its semicolons, except those in strings, quoted names, comments and bodies of triggers.
func statements(script string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest := script; rest != ""; {
			end := statementEnd(rest)
			if one := strings.TrimSpace(rest[:end]); !blank(one) && !yield(one) {
				return
			}
			rest = rest[min(end+1, len(rest)):]
		}
	}
}

// blank reports whether there is nothing but comments.
func blank(sql string) bool {
	for sql != "" {
		switch {
		case strings.HasPrefix(sql, "--"), strings.HasPrefix(sql, "/*"):
			sql = strings.TrimSpace(sql[skip(sql, 0):])
		default:
			return false
		}
	}
	return true
}

func statementEnd(sql string) int {
	words := wordScanner{}
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case c == ';' && words.complete():
			return i
		case isLetter(c):
			end := i
			for end < len(sql) && (isLetter(sql[end]) || sql[end] >= '0' && sql[end] <= '9') {
				end++
			}
			words.see(sql[i:end])
			i = end
		default:
			i = skip(sql, i)
		}
	}
	return len(sql)
}

func isLetter(c byte) bool { return (c|0x20) >= 'a' && (c|0x20) <= 'z' || c == '_' || c >= 0x80 }

// skip returns where what begins at i ends: a string, a quoted name, a comment, or one byte.
func skip(sql string, i int) int {
	switch c := sql[i]; {
	case c == '\'' || c == '"' || c == '`':
		return after(sql, i+1, sql[i:i+1])
	case c == '[':
		return after(sql, i+1, "]")
	case strings.HasPrefix(sql[i:], "--"):
		return after(sql, i+2, "\n")
	case strings.HasPrefix(sql[i:], "/*"):
		return after(sql, i+2, "*/")
	}
	return i + 1
}

func after(sql string, from int, mark string) int {
	n := strings.Index(sql[from:], mark)
	if n < 0 {
		return len(sql)
	}
	return from + n + len(mark)
}

// A wordScanner notices CREATE [TEMP] TRIGGER … BEGIN … END, in which CASE … END may occur.
type wordScanner struct {
	seen    int
	create  bool
	trigger bool
	depth   int // of BEGIN and CASE
	ended   bool
}

func (w *wordScanner) see(word string) {
	w.seen++
	switch strings.ToUpper(word) {
	case "CREATE":
		w.create = w.seen == 1
	case "TRIGGER":
		w.trigger = w.trigger || w.create && w.seen <= 3
	case "BEGIN", "CASE":
		w.depth++
	case "END":
		w.depth--
		w.ended = w.depth == 0
	}
}

func (w *wordScanner) complete() bool { return !w.trigger || w.ended && w.depth == 0 }
