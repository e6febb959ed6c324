package gorgon

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type shellsCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help implements kong's help of a command.
func (*shellsCmd) Help() string {
	return `Examples:
  source <(gorgon completion bash)                                   in ~/.bashrc
  source <(gorgon completion zsh)                                    in ~/.zshrc
  gorgon completion fish > ~/.config/fish/completions/gorgon.fish`
}

// scripts ask the program what may come next. Bash breaks words at colons, so what stands before the last one is not repeated to it.
var scripts = map[string]string{
	"bash": `_%[1]s() {
	local line=${COMP_LINE:0:COMP_POINT} word next
	word=${line##*[[:space:]]}
	COMPREPLY=()
	while IFS= read -r next; do
		COMPREPLY+=("${next#"${word%%"${word##*:}"}"}")
	done < <(%[2]s complete -- ${line%%"$word"} "$word" 2>/dev/null)
}
complete -F _%[1]s %[2]s
`,
	"zsh": `#compdef %[2]s
_%[1]s() { compadd -- ${(f)"$(%[2]s complete -- ${words[1,CURRENT]} 2>/dev/null)"} }
compdef _%[1]s %[2]s
`,
	"fish": `complete -c %[2]s -f -a '(%[2]s complete -- (commandline -opc) (commandline -ct) 2>/dev/null)'
`,
}

// Run implements kong's command.
func (c *shellsCmd) Run(k *kong.Kong, out io.Writer) error {
	name := k.Model.Name
	_, err := fmt.Fprintf(out, scripts[c.Shell], strings.Map(letter, name), name)
	return err
}

// letter keeps what the name of a shell's function may have.
func letter(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return '_'
}

// completeCmd is what the scripts ask.
type completeCmd struct {
	Words []string `arg:"" passthrough:"" help:"The line so far, the program first; what is being written is last."`
}

// Run implements kong's command.
func (c *completeCmd) Run(k *kong.Kong, out io.Writer) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) < 2 {
		return nil
	}
	for _, s := range next(k.Model.Node, words[1:len(words)-1]) {
		if strings.HasPrefix(s, words[len(words)-1]) {
			fmt.Fprintln(out, s)
		}
	}
	return nil
}

// next is all that may follow words: commands, or the flags and choices of the one that is there.
func next(at *kong.Node, words []string) (out []string) {
	for _, w := range words {
		for _, child := range at.Children {
			if child.Name == w {
				at = child
			}
		}
	}
	for _, child := range at.Children {
		if !child.Hidden {
			out = append(out, child.Name)
		}
	}
	for _, group := range at.AllFlags(true) {
		for _, f := range group {
			out = append(out, "--"+f.Name)
		}
	}
	for _, arg := range at.Positional {
		out = append(out, arg.EnumSlice()...)
	}
	return out
}
