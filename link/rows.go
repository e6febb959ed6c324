package link

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/internal/graph"
	"github.com/gorgon-commerce/gorgon/module"
)

// rows is the table of a link.
type rows struct {
	entity, from, to     *graph.Entity
	fromColumn, toColumn string
	prefix               string
	extra                []*graph.Column
}

// put writes pairs; of those that there are, it overwrites the extra columns that are given.
func (r *rows) put(ctx context.Context, list []Pair) error {
	list = distinct(list)
	if len(list) == 0 {
		return nil
	}
	columns, err := r.given(list)
	if err != nil {
		return err
	}
	put := graph.RowInsert{Columns: []string{r.fromColumn, r.toColumn, "id", "created_at", "updated_at"}, Over: []string{"updated_at"}, Revive: true}
	for _, c := range columns {
		put.Columns, put.Over = append(put.Columns, c.Name), append(put.Over, c.Name)
	}
	now := db.Now()
	for _, p := range list {
		row := []any{p.From, p.To, id.New(r.prefix), now, now}
		for _, c := range columns {
			v, ok := p.Extra[c.Name]
			if !ok && c.Default != nil {
				v = *c.Default
			}
			row = append(row, v)
		}
		put.Rows = append(put.Rows, row)
	}
	return r.words(r.entity.InsertRows(ctx, put))
}

// words tells what it means that the database has refused a second link.
func (r *rows) words(err error) error {
	if ce, ok := errors.AsType[*db.ConstraintError](err); ok && ce.Kind == db.UniqueViolation {
		return fault.Wrap(err, fault.Invalid, "There cannot be more than one link between %s and %s here", r.from.Label, r.to.Label)
	}
	return err
}

// given are the extra columns that some pair has a value for.
func (r *rows) given(list []Pair) (out []*graph.Column, err error) {
	seen := map[string]bool{}
	for _, p := range list {
		for k := range p.Extra {
			seen[k] = true
		}
	}
	for _, c := range r.extra {
		if seen[c.Name] {
			out = append(out, c)
			delete(seen, c.Name)
		}
	}
	for k := range seen {
		return nil, fault.New(fault.Invalid, "%s has no column %s", r.entity.Table, k)
	}
	return out, nil
}

// distinct leaves out pairs that come again later, for one statement cannot write a row twice.
func distinct(list []Pair) []Pair {
	last := make(map[[2]string]int, len(list))
	for i, p := range list {
		last[[2]string{p.From, p.To}] = i
	}
	out := make([]Pair, 0, len(last))
	for i, p := range list {
		if last[[2]string{p.From, p.To}] == i {
			out = append(out, p)
		}
	}
	return out
}

func (r *rows) mark(ctx context.Context, where module.Filter, deleted bool) error {
	if where == nil {
		return nil
	}
	return r.entity.SetDeletedWhere(ctx, where, deleted)
}

func (r *rows) drop(ctx context.Context, where module.Filter) error {
	if where == nil {
		return nil
	}
	_, err := r.entity.Delete(ctx, where)
	return err
}

func (r *rows) ends(e Endpoints) module.Filter {
	f := module.Filter{r.fromColumn: e.From}
	if len(e.To) > 0 {
		f[r.toColumn] = e.To
	}
	return f
}

func (r *rows) either(list []Pair) module.Filter {
	if len(list) == 0 {
		return nil
	}
	or := make([]module.Filter, len(list))
	for i, p := range list {
		or[i] = module.Filter{r.fromColumn: p.From, r.toColumn: p.To}
	}
	return module.Filter{"$or": or}
}

func (r *rows) read(ctx context.Context, where module.Filter) ([]Pair, error) {
	set, err := graph.Read(ctx, graph.Query{Node: r.entity.Plan(false, "*"), Where: where, Order: []string{"created_at", "id"}})
	if err != nil {
		return nil, err
	}
	out := make([]Pair, set.Len())
	for i := range out {
		out[i] = Pair{From: string(set.Text(i, r.fromColumn)), To: string(set.Text(i, r.toColumn))}
		for _, c := range r.extra {
			if out[i].Extra == nil {
				out[i].Extra = map[string]any{}
			}
			if out[i].Extra[c.Name], err = extra(c, set.Text(i, c.Name)); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// extra is the value of an extra column as a Pair has it.
func extra(c *graph.Column, text []byte) (v any, err error) {
	switch {
	case text == nil:
		return nil, nil
	case c.Type == graph.JSON:
		err = json.Unmarshal(text, &v)
		return v, err
	}
	return string(text), nil
}
