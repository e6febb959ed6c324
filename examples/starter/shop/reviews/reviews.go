// Package reviews lets buyers review products. What a review says is seen by others once it is a day old, unless somebody has removed it by then.
package reviews

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

// files are the migrations, and what the dashboard gets.
//
//go:embed migrations admin
var files embed.FS

// A Review is what a buyer says of a product.
type Review struct {
	module.Model
	Stars       int        `json:"stars"`
	Text        string     `json:"text"`
	PublishedAt *time.Time `json:"published_at"`
}

// Submitted is told of each new review.
const Submitted = event.Topic[event.ID]("review.submitted")

// Reviews keeps reviews, and knows which product each is about.
type Reviews struct {
	Reviews *module.Table[Review]
	About   *link.Link[product.Product, Review]
}

// New returns the reviews of a shop.
func New(shop *commerce.Shop) *Reviews {
	reviews := module.NewTable[Review]("review", "reviews")
	return &Reviews{reviews, link.OneToMany(shop.Product.Products, reviews)}
}

// Plugin lists all that reviews add to their shop.
func (r *Reviews) Plugin() gorgon.Plugin {
	submit := workflow.New("submit-review", r.submit)
	return gorgon.Plugin{
		Name:       "reviews",
		Tables:     []module.Entity{r.Reviews},
		Links:      []link.Definition{r.About},
		Migrations: []db.MigrationSet{db.MigrationFiles("reviews", files)},
		Workflows:  []workflow.AnyWorkflow{submit},
		Routes: []route.Route{
			route.Post("/store/products/{id}/reviews", submit.Run),
			route.Get("/store/products/{id}/reviews", published),
			route.Get("/admin/products/{id}/reviews", all),
		},
		Subscriptions: []event.Subscription{event.On(productflow.Deleted, r.forget)},
		Jobs:          []job.Job{job.Cron("publish-reviews", "0 * * * *", r.publish)},
		Admin:         files,
	}
}

// An Opinion is what it takes to make a review.
type Opinion struct {
	ProductID string `path:"id"`
	Stars     int    `json:"stars" valid:"min=1,max=5"`
	Text      string `json:"text" valid:"optional"`
}

// submit saves a review and links it to its product. If a step fails, the steps before it are undone, last first.
func (r *Reviews) submit(ctx workflow.Context, o Opinion) (Review, error) {
	review, err := workflow.Step(ctx, "save-review", r.Reviews.Create, Review{Stars: o.Stars, Text: o.Text}, workflow.Undo(r.Reviews.Remove))
	if err != nil {
		return Review{}, err
	}
	_, err = workflow.Step(ctx, "link-product", r.About.Attach, link.Join(o.ProductID, review.ID), workflow.Undo(r.About.Detach))
	if err != nil {
		return Review{}, err
	}
	return review, workflow.Emit(ctx, Submitted, event.ID{ID: review.ID})
}

// A List is the reviews of a product.
type List struct {
	Reviews []Review `json:"reviews"`
}

// A Product names one.
type Product struct {
	ID string `path:"id"`
}

// published reads the reviews of a product that anybody may see.
func published(ctx context.Context, p Product) (List, error) {
	return list(ctx, module.Filter{"product": module.Filter{"id": p.ID}, "published_at": module.Filter{"$ne": nil}})
}

// all reads the reviews of a product, for the admin.
func all(ctx context.Context, p Product) (List, error) {
	return list(ctx, module.Filter{"product": module.Filter{"id": p.ID}})
}

func list(ctx context.Context, where module.Filter) (out List, err error) {
	out.Reviews, err = query.List[Review](ctx, query.Where(where), query.Order("-created_at"))
	return out, err
}

// forget removes the reviews of a deleted product.
func (r *Reviews) forget(ctx context.Context, deleted event.ID) error {
	reviews, err := query.Find[Review](ctx, module.Filter{"product": module.Filter{"id": deleted.ID}})
	for _, review := range reviews {
		if err == nil {
			err = r.Reviews.Remove(ctx, review)
		}
	}
	return err
}

// publish makes reviews public that are older than a day.
func (r *Reviews) publish(ctx context.Context) error {
	old := module.Filter{"published_at": nil, "created_at": module.Filter{"$lt": db.Now().Add(-24 * time.Hour)}}
	_, err := r.Reviews.Update(ctx, old, module.Set{"published_at": db.Now()})
	return err
}
