// Package blog adds a blog to a shop: posts that are about products. It shows all that a plugin may consist of.
package blog

import (
	"context"
	"embed"
	"time"

	"github.com/gorgon-commerce/gorgon"
	"github.com/gorgon-commerce/gorgon/commerce"
	"github.com/gorgon-commerce/gorgon/db"
	"github.com/gorgon-commerce/gorgon/event"
	"github.com/gorgon-commerce/gorgon/flow/productflow"
	"github.com/gorgon-commerce/gorgon/job"
	"github.com/gorgon-commerce/gorgon/link"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/product"
	"github.com/gorgon-commerce/gorgon/query"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// admin has what the blog adds to the dashboard.
//
//go:embed admin
var admin embed.FS

// A Post is an article about some products.
type Post struct {
	module.Model
	Title       string     `json:"title" model:"searchable"`
	PublishedAt *time.Time `json:"published_at"`
}

// Created is told of each new post.
const Created = event.Topic[event.ID]("post.created")

// A Blog keeps posts, and knows which products each is about.
type Blog struct {
	Posts    *module.Table[Post]
	Products *link.Link[Post, product.Product]
}

// New returns the blog of a shop.
func New(shop *commerce.Shop) *Blog {
	posts := module.NewTable[Post]("post", "posts")
	return &Blog{posts, link.ManyToMany(posts, shop.Product.Products)}
}

// Plugin lists all that the blog adds to its shop.
func (b *Blog) Plugin() gorgon.Plugin {
	create := workflow.New("create-post", b.create)
	return gorgon.Plugin{
		Name:          "blog",
		Tables:        []module.Entity{b.Posts},
		Links:         []link.Definition{b.Products},
		Workflows:     []workflow.AnyWorkflow{create},
		Routes:        []route.Route{route.Post("/admin/posts", create.Run), route.Get("/store/posts/{id}", b.show)},
		Subscriptions: []event.Subscription{event.On(productflow.Deleted, b.unlink)},
		Jobs:          []job.Job{job.Cron("publish-posts", "*/5 * * * *", b.publish)},
		Admin:         admin,
	}
}

// A Draft is what it takes to make a post.
type Draft struct {
	Title      string   `json:"title"`
	ProductIDs []string `json:"product_ids" valid:"optional"`
}

// create saves a draft and links it to its products. If a step fails, the steps before it are undone, last first.
func (b *Blog) create(ctx workflow.Context, d Draft) (Post, error) {
	post, err := workflow.Step(ctx, "save-post", b.Posts.Create, Post{Title: d.Title}, workflow.Undo(b.Posts.Remove))
	if err != nil {
		return Post{}, err
	}
	_, err = workflow.Step(ctx, "link-products", b.Products.Attach, link.Join(post.ID, d.ProductIDs...), workflow.Undo(b.Products.Detach))
	if err != nil {
		return Post{}, err
	}
	return post, workflow.Emit(ctx, Created, event.ID{ID: post.ID})
}

// A Page is a post as readers see it.
type Page struct {
	Post
	Products []product.Product `json:"products"`
}

// show reads a post with its products, for readers.
func (b *Blog) show(ctx context.Context, in struct {
	ID string `path:"id"`
}) (Page, error) {
	return query.One[Page](ctx, query.ID(in.ID))
}

// unlink takes a deleted product out of all posts.
func (b *Blog) unlink(ctx context.Context, deleted event.ID) error {
	return b.Products.FromB().Detach(ctx, deleted.ID, nil)
}

// publish makes the drafts public that are older than a day.
func (b *Blog) publish(ctx context.Context) error {
	old := module.Filter{"published_at": nil, "created_at": module.Filter{"$lt": db.Now().Add(-24 * time.Hour)}}
	_, err := b.Posts.Update(ctx, old, module.Set{"published_at": db.Now()})
	return err
}
