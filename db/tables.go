package db

import (
	"slices"
	"strings"
)

// tablesOf lists the tables of a statement, those that it writes to included. Where it cannot tell it rather lists a name that is no table than
// leaves one out.
func tablesOf(sql string) []string {
	s := scanner{from: []bool{false}}
	for sql != "" {
		var word string
		if word, sql = token(sql); word != "" {
			s.word(strings.ToLower(word), strings.TrimLeft(sql, " \n\t"))
		}
	}
	return s.list
}

// A scanner goes through a statement word by word.
type scanner struct {
	list     []string
	from     []bool // by depth of parentheses: whether a comma is followed by a table
	expected bool   // the next name is a table's
	written  bool   // and it is one that is written to
	last     string
}

func (s *scanner) word(word, rest string) {
	top := len(s.from) - 1
	switch word {
	case "(":
		s.from, s.expected = append(s.from, false), false
	case ")":
		s.from, s.expected = s.from[:max(top, 1)], false
	case ",":
		s.expected, s.written = s.from[top], false
	case "from", "join", "using":
		s.from[top], s.expected, s.written = true, s.last != "distinct", false
	case "into", "update", "truncate":
		s.expected, s.written = true, true
	case "where", "set", "values", "select", "order", "group", "having", "limit", "returning", "union":
		s.from[top], s.expected = false, false
	case "only", "lateral", "table", ".":
	default:
		s.name(strings.Trim(word, `"`), rest)
	}
	s.last = word
}

// name takes a name that may be a table's, unless it is a schema's, or a function's.
func (s *scanner) name(name, rest string) {
	if !s.expected || strings.HasPrefix(rest, ".") {
		return
	}
	s.expected = false
	if (s.written || !strings.HasPrefix(rest, "(")) && !slices.Contains(s.list, name) {
		s.list = append(s.list, name)
	}
}

// token takes a word, a quoted name or a sign off the beginning of a statement. Texts and blanks are "".
func token(sql string) (word, rest string) {
	switch c := sql[0]; {
	case c == '\'' || c == '"':
		end := strings.IndexByte(sql[1:], c)
		switch {
		case end < 0:
			return "", ""
		case c == '"':
			return sql[:end+2], sql[end+2:]
		}
		return "", sql[end+2:]
	case c <= ' ':
		return "", sql[1:]
	case !letter(c):
		return sql[:1], sql[1:]
	}
	n := 1
	for n < len(sql) && (letter(sql[n]) || sql[n] >= '0' && sql[n] <= '9' || sql[n] == '$') {
		n++
	}
	return sql[:n], sql[n:]
}

func letter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
