package admin

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/promotion"
	"github.com/gorgon-commerce/gorgon/module"
	promotions "github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A NewCampaign is what it takes to make a campaign.
type NewCampaign struct {
	Name               string                        `json:"name"`
	CampaignIdentifier string                        `json:"campaign_identifier"`
	Description        module.Opt[string]            `json:"description"`
	Budget             module.Opt[NewCampaignBudget] `json:"budget"`
	StartsAt           module.Opt[time.Time]         `json:"starts_at"`
	EndsAt             module.Opt[time.Time]         `json:"ends_at"`
	AdditionalData     module.Map                    `json:"additional_data" valid:"nullish"`
}

// A campaignPart is a new campaign within a new promotion.
type campaignPart NewCampaign

type campaignFields NewCampaign

// Schema refuses what a campaign does not have.
func (*campaignPart) Schema() *schema.Schema { return schema.For[campaignFields]().Schema() }

// A NewCampaignBudget limits what a campaign may cost.
type NewCampaignBudget struct {
	Type         string              `json:"type" valid:"enum=spend|usage|use_by_attribute|spend_by_attribute"`
	Limit        module.Opt[float64] `json:"limit"`
	CurrencyCode module.Opt[string]  `json:"currency_code"`
	Attribute    module.Opt[string]  `json:"attribute"`
}

type budgetFields NewCampaignBudget

// Schema refuses what a budget does not have.
func (*NewCampaignBudget) Schema() *schema.Schema { return schema.For[budgetFields]().Schema() }

// check is about what goes with the type of a budget.
func (b NewCampaignBudget) check() error {
	attributed := b.Type == "use_by_attribute" || b.Type == "spend_by_attribute"
	switch {
	case b.Type == "spend" && b.CurrencyCode.Value == "":
		return fault.New(fault.Invalid, "Invalid request: currency_code is required when budget type is spend")
	case b.Type == "usage" && b.CurrencyCode.Value != "":
		return fault.New(fault.Invalid, "Invalid request: currency_code should not be present when budget type is usage")
	case attributed && b.Attribute.Value == "":
		return fault.New(fault.Invalid, "Invalid request: campaign budget attribute is required when budget type is USE_BY_ATTRIBUTE or SPEND_BY_ATTRIBUTE")
	}
	return nil
}

// A CampaignPatch changes a campaign.
type CampaignPatch struct {
	ID                 string                          `path:"id"`
	Name               module.Opt[string]              `json:"name" valid:"notnull"`
	CampaignIdentifier module.Opt[string]              `json:"campaign_identifier" valid:"notnull"`
	Description        module.Opt[string]              `json:"description"`
	Budget             module.Opt[CampaignBudgetPatch] `json:"budget" valid:"notnull"`
	StartsAt           module.Opt[time.Time]           `json:"starts_at"`
	EndsAt             module.Opt[time.Time]           `json:"ends_at"`
	AdditionalData     module.Map                      `json:"additional_data" valid:"nullish"`
}

// A CampaignBudgetPatch changes the limit of a budget.
type CampaignBudgetPatch struct {
	Limit module.Opt[float64] `json:"limit"`
}

type budgetPatchFields CampaignBudgetPatch

// Schema refuses all but the limit.
func (*CampaignBudgetPatch) Schema() *schema.Schema { return schema.For[budgetPatchFields]().Schema() }

// A campaignAPI is /admin/campaigns.
type campaignAPI struct{ flows *promotion.Flows }

// Campaigns routes /admin/campaigns. Read is nil for the query graph.
func Campaigns(flows *promotion.Flows, read resource.Reader) []route.Route {
	c := campaignAPI{flows}
	budget := schema.ObjectOf(schema.Field{Name: "currency_code", Schema: resource.Text}).Optional()
	r := resource.Resource{
		Path: "/admin/campaigns", Entity: "campaign", One: "campaign", Many: "campaigns", Singular: true,
		Fields:        "id name description campaign_identifier *budget starts_at ends_at created_at updated_at deleted_at",
		Filters:       resource.Filters{text("q"), text("campaign_identifier"), {Name: "budget", Kind: budget}},
		Limit:         50,
		Missing:       "Campaign with id: %s was not found",
		MissingUpdate: `Campaign with id "%s" not found`,
		Create:        resource.Do(c.create),
		Update:        resource.Do(c.update),
		Delete:        c.delete,
		Read:          read,
	}
	below := r
	below.MissingUpdate, below.Many, below.Singular, below.Create, below.Update, below.Delete = r.Missing, "", false, nil, nil, nil
	below.Actions = []resource.Action{resource.Post("/{id}/promotions", resource.Do(c.promotions))}
	return append(r.Routes(), below.Routes()...)
}

func (in NewCampaign) model() promotions.Campaign {
	c := promotions.Campaign{Name: in.Name, CampaignIdentifier: in.CampaignIdentifier, Description: in.Description.Ptr(), StartsAt: in.StartsAt.Ptr(),
		EndsAt: in.EndsAt.Ptr()}
	if in.Budget.Set && !in.Budget.Null {
		b := in.Budget.Value
		c.Budget = &promotions.Budget{Type: b.Type, CurrencyCode: b.CurrencyCode.Ptr(), Attribute: b.Attribute.Ptr()}
		if b.Limit.Set && !b.Limit.Null {
			limit := money.Float(b.Limit.Value)
			c.Budget.Limit = &limit
		}
	}
	return c
}

func (c campaignAPI) create(ctx context.Context, in NewCampaign) (string, error) {
	if err := in.Budget.Value.check(); err != nil {
		return "", err
	}
	out, err := c.flows.CreateCampaigns.Run(ctx, promotion.CampaignDrafts{Campaigns: []promotions.Campaign{in.model()}, AdditionalData: in.AdditionalData})
	if err != nil {
		return "", err
	}
	return out[0].ID, nil
}

func (c campaignAPI) update(ctx context.Context, in CampaignPatch) (string, error) {
	set := module.SetOf(in)
	delete(set, "budget")
	change := promotions.CampaignPatch{ID: in.ID, Set: set}
	if l := in.Budget.Value.Limit; l.Set {
		change.Budget = module.Set{"limit": nil}
		if !l.Null {
			change.Budget["limit"] = money.Float(l.Value)
		}
	}
	_, err := c.flows.UpdateCampaign.Run(ctx, promotion.CampaignChange{CampaignPatch: change, AdditionalData: in.AdditionalData})
	return in.ID, err
}

func (c campaignAPI) delete(ctx context.Context, id string) error {
	_, err := c.flows.DeleteCampaigns.Run(ctx, []string{id})
	return err
}

func (c campaignAPI) promotions(ctx context.Context, in resource.Link) (string, error) {
	return c.flows.Enlist.Run(ctx, promotion.Enlisting{CampaignID: in.ID, Add: in.Add, Remove: in.Remove})
}
