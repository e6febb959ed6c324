package ddl

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/internal/graph"
)

// A Snapshot is the tables of a plugin at one time, in each dialect by its name. It is kept as schema.json beside the migrations that lead to it.
type Snapshot map[string][]Table

const snapshotFile = "schema.json"

// NewSnapshot describes the tables of entities in all dialects.
func NewSnapshot(entities []*graph.Entity) Snapshot {
	s := Snapshot{}
	for _, k := range []db.Dialect{db.SQLite, db.Postgres} {
		s[k.String()] = Tables(k, entities)
	}
	return s
}

// ReadSnapshot reads the snapshot in a folder of migrations. Where there is none it is empty.
func ReadSnapshot(dir fs.FS) (s Snapshot, err error) {
	b, err := fs.ReadFile(dir, snapshotFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		err = fmt.Errorf("the snapshot of the models: %w", err)
	}
	return s, err
}

var plain = regexp.MustCompile(`^[a-z0-9_-]+$`)

// Write writes the migrations that lead from s to the next snapshot, and back, and the snapshot itself. It returns the names of the files.
func (s Snapshot) Write(dir, name string, next Snapshot) (files []string, err error) {
	if !plain.MatchString(name) {
		return nil, fmt.Errorf("%q is no name for a migration: use small letters, digits, - and _", name)
	}
	number, err := following(dir)
	if err != nil {
		return nil, err
	}
	text := map[string]string{}
	for _, k := range []db.Dialect{db.SQLite, db.Postgres} {
		old, now := s[k.String()], next[k.String()]
		base := filepath.Join(dir, k.String(), fmt.Sprintf("%04d_%s", number, name))
		if up := Diff(k, old, now); len(up) > 0 {
			text[base+".up.sql"], text[base+".down.sql"] = Script(up), Script(Diff(k, now, old))
			files = append(files, base+".up.sql", base+".down.sql")
		}
	}
	if len(files) == 0 {
		return nil, nil
	}
	b, err := json.MarshalIndent(next, "", "\t")
	if err != nil {
		return nil, err
	}
	files = append(files, filepath.Join(dir, snapshotFile))
	text[files[len(files)-1]] = string(b) + "\n"
	for _, f := range files {
		if err := write(f, text[f]); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func write(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text), 0o644)
}

// following is the number after those of the migrations that there are.
func following(dir string) (int, error) {
	last := 0
	for _, k := range []db.Dialect{db.SQLite, db.Postgres} {
		names, err := filepath.Glob(filepath.Join(dir, k.String(), "*.up.sql"))
		if err != nil {
			return 0, err
		}
		for _, n := range names {
			var number int
			if _, err := fmt.Sscanf(filepath.Base(n), "%d_", &number); err == nil {
				last = max(last, number)
			}
		}
	}
	return last + 1, nil
}

// Script makes one text of statements.
func Script(statements []string) string {
	if len(statements) == 0 {
		return ""
	}
	return strings.Join(statements, ";\n") + ";\n"
}
