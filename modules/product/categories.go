package product

import (
	"context"
	"regexp"
	"strings"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/id"
	"github.com/gorgon-commerce/gorgon/module"
)

// A UpdateCategoryInput changes a category. With another parent it takes its descendants along.
type UpdateCategoryInput struct {
	ID  string
	Set module.Set
}

var (
	humps  = regexp.MustCompile(`([a-z])([A-Z])`)
	spaces = regexp.MustCompile(`[\s_]+`)
)

// CategoryHandle makes a handle of a category's name.
func CategoryHandle(name string) string {
	return strings.ToLower(spaces.ReplaceAllString(humps.ReplaceAllString(name, "$1-$2"), "-"))
}

// last is the rank of a category that comes after all its siblings.
const last = 1 << 30

// CreateCategories saves new categories, each at its rank among those of the same parent; a negative rank means the end.
func (m *Module) CreateCategories(ctx context.Context, list []Category) ([]Category, error) {
	out := make([]Category, len(list))
	for i, c := range list {
		if c.Handle == "" {
			c.Handle = CategoryHandle(c.Name)
		}
		c.ID = id.New("pcat")
		parent, err := m.parent(ctx, c.ParentCategoryID)
		if err != nil {
			return nil, err
		}
		c.MPath = path(parent, c.ID)
		if c.Rank < 0 {
			c.Rank = last
		}
		if c.Rank, err = m.open(ctx, c.ParentCategoryID, c.Rank); err != nil {
			return nil, err
		}
		if out[i], err = m.Categories.Create(ctx, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// parent reads a category that others are put under.
func (m *Module) parent(ctx context.Context, key *string) (*Category, error) {
	if key == nil || *key == "" {
		return nil, nil
	}
	list, err := m.Categories.List(ctx, module.Filter{"id": *key})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.New(fault.InvalidArgument, "Parent category with id: '%s' does not exist", *key)
	}
	return &list[0], nil
}

func path(parent *Category, id string) string {
	if parent == nil {
		return id
	}
	return parent.MPath + "." + id
}

// siblings matches the children of a parent, or the roots.
func siblings(parent *string) module.Filter {
	if parent == nil || *parent == "" {
		return module.Filter{"parent_category_id": nil}
	}
	return module.Filter{"parent_category_id": *parent}
}

// open makes room at a rank among the children of a parent, and returns the rank: the end when it is beyond that.
func (m *Module) open(ctx context.Context, parent *string, rank int) (int, error) {
	n, err := m.Categories.Count(ctx, siblings(parent))
	if err != nil || rank >= n {
		return n, err
	}
	return rank, m.shift(ctx, parent, rank, last, 1)
}

// shift moves the children of a parent from rank low to high by one.
func (m *Module) shift(ctx context.Context, parent *string, low, high, by int) error {
	where := siblings(parent)
	where["rank"] = module.Filter{"$gte": low, "$lte": high}
	list, err := m.Categories.List(ctx, where)
	if err != nil {
		return err
	}
	for _, c := range list {
		if _, err := m.Categories.Update(ctx, module.Filter{"id": c.ID}, module.Set{"rank": c.Rank + by}); err != nil {
			return err
		}
	}
	return nil
}

// UpdateCategories changes categories.
func (m *Module) UpdateCategories(ctx context.Context, patches []UpdateCategoryInput) ([]Category, error) {
	out := make([]Category, len(patches))
	for i, p := range patches {
		list, err := m.Categories.List(ctx, module.Filter{"id": p.ID}, module.FindOptions{Lock: true})
		if err == nil && len(list) == 0 {
			err = fault.New(fault.NotFound, "ProductCategory with id: %s was not found", p.ID)
		}
		if err == nil {
			err = m.move(ctx, list[0], p.Set)
		}
		if err == nil {
			out[i], err = patch(ctx, m.Categories, p.ID, p.Set)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// move finds the place of a category whose rank or parent changes, and puts rank and path into set.
func (m *Module) move(ctx context.Context, c Category, set module.Set) error {
	rank, ranked := set["rank"].(int)
	to, moved := c.ParentCategoryID, false
	if v, given := set["parent_category_id"]; given {
		to = nil
		if s, ok := v.(string); ok && s != "" {
			to = &s
		}
		moved = value(to) != value(c.ParentCategoryID)
	}
	switch {
	case moved:
		if !ranked {
			rank = last
		}
		return m.adopt(ctx, c, to, rank, set)
	case ranked:
		return m.rerank(ctx, c, rank, set)
	}
	return nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (m *Module) rerank(ctx context.Context, c Category, rank int, set module.Set) error {
	n, err := m.Categories.Count(ctx, siblings(c.ParentCategoryID))
	if err != nil {
		return err
	}
	rank = min(rank, n-1)
	set["rank"] = rank
	if rank > c.Rank {
		return m.shift(ctx, c.ParentCategoryID, c.Rank+1, rank, -1)
	}
	return m.shift(ctx, c.ParentCategoryID, rank, c.Rank-1, 1)
}

// adopt moves a category, and all below it, under another parent.
func (m *Module) adopt(ctx context.Context, c Category, to *string, rank int, set module.Set) error {
	parent, err := m.parent(ctx, to)
	if err != nil {
		return err
	}
	if parent != nil && (parent.ID == c.ID || strings.HasPrefix(parent.MPath, c.MPath+".")) {
		return fault.New(fault.Invalid, "A category cannot be moved under itself")
	}
	if err := m.shift(ctx, c.ParentCategoryID, c.Rank+1, last, -1); err != nil {
		return err
	}
	if rank, err = m.open(ctx, to, rank); err != nil {
		return err
	}
	now := path(parent, c.ID)
	set["rank"], set["mpath"] = rank, now
	below, err := m.Categories.List(ctx, module.Filter{"mpath": module.Filter{"$like": c.MPath + ".%"}})
	if err != nil {
		return err
	}
	for _, b := range below {
		if _, err := m.Categories.Update(ctx, module.Filter{"id": b.ID}, module.Set{"mpath": now + strings.TrimPrefix(b.MPath, c.MPath)}); err != nil {
			return err
		}
	}
	return nil
}

// RemoveCategories soft-deletes categories without children.
func (m *Module) RemoveCategories(ctx context.Context, ids []string) error {
	for _, key := range ids {
		list, err := m.Categories.List(ctx, module.Filter{"id": key}, module.FindOptions{Relations: []string{"category_children"}})
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fault.New(fault.NotFound, "ProductCategory with id: %s was not found", key)
		}
		c := list[0]
		if len(c.Children) > 0 {
			return fault.New(fault.NotAllowed, "Deleting ProductCategory (%s) with category children is not allowed", key)
		}
		if err := m.shift(ctx, c.ParentCategoryID, c.Rank+1, last, -1); err != nil {
			return err
		}
		if err := m.Categories.SoftDelete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
