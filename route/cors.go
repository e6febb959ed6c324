package route

import (
	"net/http"
	"regexp"
	"strings"
)

// cors tells browsers which pages may use a part of the API.
type cors struct {
	exact    map[string]bool
	patterns []*regexp.Regexp
}

// CORS is middleware that lets browsers use routes from pages of these origins, which are as those of [Config]: for routes that are not under /admin, /store or /auth, which
// have it already.
func CORS(origins string) func(http.Handler) http.Handler {
	c := newCORS(origins)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !c.apply(w, r) {
				next.ServeHTTP(w, r)
			}
		})
	}
}

// newCORS reads origins as Medusa writes them: separated by commas, those between slashes are regular expressions.
func newCORS(origins string) cors {
	c := cors{exact: map[string]bool{}}
	for o := range strings.SplitSeq(origins, ",") {
		if re := originPattern(o); re != nil {
			c.patterns = append(c.patterns, re)
		} else if o != "" {
			c.exact[o] = true
		}
	}
	return c
}

// originPattern compiles /…/flags, also with another delimiter; nil when it is not one.
func originPattern(s string) *regexp.Regexp {
	if len(s) < 2 || !strings.ContainsRune("/~@;%#'", rune(s[0])) {
		return nil
	}
	body, flags, ok := strings.Cut(s[1:], s[:1])
	if end := strings.LastIndex(s, s[:1]); !ok || end == 0 {
		return nil
	} else if strings.Trim(flags, "gimsuy") != "" {
		body, flags = s[1:end], s[end+1:]
	}
	if strings.Trim(flags, "gimsuy") != "" {
		return nil
	}
	if strings.Contains(flags, "i") {
		body = "(?i)" + body
	}
	re, err := regexp.Compile(body)
	if err != nil {
		return nil
	}
	return re
}

func (c cors) allows(origin string) bool {
	if c.exact[origin] {
		return true
	}
	for _, re := range c.patterns {
		if re.MatchString(origin) {
			return true
		}
	}
	return false
}

// apply sets the headers. It reports whether the request was a preflight, which is answered then.
func (c cors) apply(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	if origin := r.Header.Get("Origin"); origin != "" && c.allows(origin) {
		h["Access-Control-Allow-Origin"] = []string{origin}
	}
	h["Access-Control-Allow-Credentials"] = []string{"true"}
	h["Vary"] = []string{"Origin"}
	if r.Method != http.MethodOptions {
		return false
	}
	h["Vary"] = []string{"Origin, Access-Control-Request-Headers"}
	h["Access-Control-Allow-Methods"] = []string{"GET,HEAD,PUT,PATCH,POST,DELETE"}
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h["Access-Control-Allow-Headers"] = []string{asked}
	}
	h["Content-Length"] = []string{"0"}
	w.WriteHeader(http.StatusNoContent)
	return true
}
