package gorgon_test

import (
	"bytes"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/gorgon-commerce/gorgon"
)

func command(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	var b bytes.Buffer
	code = gorgon.New(gorgon.Config{Getenv: func(string) string { return "" }}).Run(t.Context(), args, &b, io.Discard)
	return b.String(), code
}

// What may come next are commands, then the flags of the command that is there, or its choices.
func TestComplete(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line []string
		want string
	}{
		{[]string{"db:mi"}, "db:migrate"},
		{[]string{"develop", "--po"}, "--port"},
		{[]string{"completion", "z"}, "zsh"},
		{[]string{"complete"}, ""},
		{[]string{"no-such-thing"}, ""},
	} {
		out, code := command(t, append([]string{"complete", "--", "shop"}, c.line...)...)
		if got := strings.Fields(out); code != 0 || !slices.Equal(got, strings.Fields(c.want)) && c.line[0] != "complete" {
			t.Errorf("%v got %d %q, want %q", c.line, code, got, c.want)
		}
	}
	if out, _ := command(t, "complete", "--", "shop", ""); strings.Contains(out, "db:drop") || !strings.Contains(out, "develop\n") {
		t.Errorf("of all commands got %q", out)
	}
}

// The scripts are what their shells understand, where these are installed.
func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		out, code := command(t, "completion", shell)
		if code != 0 || !strings.Contains(out, "complete -- ") {
			t.Errorf("%s got %d %q", shell, code, out)
		}
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		check := exec.Command(shell, "-n")
		check.Stdin = strings.NewReader(out)
		if output, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", shell, err, output)
		}
	}
	if _, code := command(t, "completion", "ksh"); code != 2 {
		t.Errorf("an unknown shell got %d", code)
	}
}
