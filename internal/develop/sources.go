package develop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
)

// sources is the code that a program is built from and that may change: not the standard library, nor modules at a version.
type sources struct {
	code     map[string]bool // folders of Go packages, and of the module
	embedded map[string]bool // files that are embedded
}

type listed struct {
	Dir        string
	Standard   bool
	EmbedFiles []string
	Module     *struct {
		Main    bool
		Dir     string
		Replace *struct{ Version string }
	}
}

// local reports whether the package's code is there to be changed.
func (l listed) local() bool {
	return !l.Standard && l.Module != nil && (l.Module.Main || l.Module.Replace != nil && l.Module.Replace.Version == "")
}

func list(ctx context.Context, pkg string) (*sources, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-deps", "-json=Dir,Standard,EmbedFiles,Module", pkg)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s, err := read(json.NewDecoder(out))
	if waited := cmd.Wait(); err == nil {
		err = waited
	}
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	return s, nil
}

func read(d *json.Decoder) (*sources, error) {
	s := &sources{map[string]bool{}, map[string]bool{}}
	for {
		var l listed
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			return s, nil
		} else if err != nil {
			return nil, err
		}
		if !l.local() || l.Dir == "" {
			continue
		}
		s.code[l.Dir], s.code[l.Module.Dir] = true, true
		for _, f := range l.EmbedFiles {
			s.embedded[filepath.Join(l.Dir, filepath.FromSlash(f))] = true
		}
	}
}
