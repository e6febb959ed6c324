package adminapi

import (
	"context"
	"time"

	"github.com/gorgon-commerce/gorgon/api/resource"
	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/flow/promotionflow"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/money"
	"github.com/gorgon-commerce/gorgon/route"
	"github.com/gorgon-commerce/gorgon/route/schema"
)

// A CreateCampaignRequest is what it takes to make a campaign.
type CreateCampaignRequest struct {
	Name               string                                  `json:"name"`
	CampaignIdentifier string                                  `json:"campaign_identifier"`
	Description        module.Opt[string]                      `json:"description"`
	Budget             module.Opt[CreateCampaignBudgetRequest] `json:"budget"`
	StartsAt           module.Opt[time.Time]                   `json:"starts_at"`
	EndsAt             module.Opt[time.Time]                   `json:"ends_at"`
	AdditionalData     module.Map                              `json:"additional_data" valid:"nullish"`
}

// A campaignPart is a new campaign within a new promotion.
type campaignPart CreateCampaignRequest

type campaignFields CreateCampaignRequest

// Schema refuses what a campaign does not have.
func (*campaignPart) Schema() *schema.Schema { return schema.DecoderFor[campaignFields]().Schema() }

// A CreateCampaignBudgetRequest limits what a campaign may cost.
type CreateCampaignBudgetRequest struct {
	Type         string              `json:"type" valid:"enum=spend|usage|use_by_attribute|spend_by_attribute"`
	Limit        module.Opt[float64] `json:"limit"`
	CurrencyCode module.Opt[string]  `json:"currency_code"`
	Attribute    module.Opt[string]  `json:"attribute"`
}

type budgetFields CreateCampaignBudgetRequest

// Schema refuses what a budget does not have.
func (*CreateCampaignBudgetRequest) Schema() *schema.Schema {
	return schema.DecoderFor[budgetFields]().Schema()
}

// check is about what goes with the type of a budget.
func (b CreateCampaignBudgetRequest) check() error {
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

// A UpdateCampaignRequest changes a campaign.
type UpdateCampaignRequest struct {
	ID                 string                                  `path:"id"`
	Name               module.Opt[string]                      `json:"name" valid:"notnull"`
	CampaignIdentifier module.Opt[string]                      `json:"campaign_identifier" valid:"notnull"`
	Description        module.Opt[string]                      `json:"description"`
	Budget             module.Opt[UpdateCampaignBudgetRequest] `json:"budget" valid:"notnull"`
	StartsAt           module.Opt[time.Time]                   `json:"starts_at"`
	EndsAt             module.Opt[time.Time]                   `json:"ends_at"`
	AdditionalData     module.Map                              `json:"additional_data" valid:"nullish"`
}

// A UpdateCampaignBudgetRequest changes the limit of a budget.
type UpdateCampaignBudgetRequest struct {
	Limit module.Opt[float64] `json:"limit"`
}

type budgetPatchFields UpdateCampaignBudgetRequest

// Schema refuses all but the limit.
func (*UpdateCampaignBudgetRequest) Schema() *schema.Schema {
	return schema.DecoderFor[budgetPatchFields]().Schema()
}

// A campaignAPI is /admin/campaigns.
type campaignAPI struct{ flows *promotionflow.Flows }

// Campaigns routes /admin/campaigns. Read is nil for the query graph.
func Campaigns(flows *promotionflow.Flows, read resource.Reader) []route.Route {
	c := campaignAPI{flows}
	budget := schema.ObjectOf(schema.Field{Name: "currency_code", Schema: resource.Text}).Optional()
	r := resource.Resource{
		Path: "/admin/campaigns", Entity: "campaign", RecordKey: "campaign", ListKey: "campaigns", Retrievable: true,
		Fields:                "id name description campaign_identifier *budget starts_at ends_at created_at updated_at deleted_at",
		Filters:               resource.Filters{text("q"), text("campaign_identifier"), {Name: "budget", Schema: budget}},
		Limit:                 50,
		NotFoundMessage:       "Campaign with id: %s was not found",
		UpdateNotFoundMessage: `Campaign with id "%s" not found`,
		Create:                resource.Do(c.create),
		Update:                resource.Do(c.update),
		Delete:                c.delete,
		Read:                  read,
	}
	below := r
	below.UpdateNotFoundMessage, below.ListKey, below.Retrievable, below.Create, below.Update, below.Delete = r.NotFoundMessage, "", false, nil, nil, nil
	below.Actions = []resource.Action{resource.Post("/{id}/promotions", resource.Do(c.promotions))}
	return append(r.Routes(), below.Routes()...)
}

func (in CreateCampaignRequest) model() promotion.Campaign {
	c := promotion.Campaign{Name: in.Name, CampaignIdentifier: in.CampaignIdentifier, Description: in.Description.Ptr(), StartsAt: in.StartsAt.Ptr(),
		EndsAt: in.EndsAt.Ptr()}
	if in.Budget.Set && !in.Budget.Null {
		b := in.Budget.Value
		c.Budget = &promotion.Budget{Type: b.Type, CurrencyCode: b.CurrencyCode.Ptr(), Attribute: b.Attribute.Ptr()}
		if b.Limit.Set && !b.Limit.Null {
			limit := money.Float(b.Limit.Value)
			c.Budget.Limit = &limit
		}
	}
	return c
}

func (c campaignAPI) create(ctx context.Context, in CreateCampaignRequest) (string, error) {
	if err := in.Budget.Value.check(); err != nil {
		return "", err
	}
	out, err := c.flows.CreateCampaigns.Run(ctx, promotionflow.CreateCampaignsInput{Campaigns: []promotion.Campaign{in.model()}, AdditionalData: in.AdditionalData})
	if err != nil {
		return "", err
	}
	return out[0].ID, nil
}

func (c campaignAPI) update(ctx context.Context, in UpdateCampaignRequest) (string, error) {
	set := module.SetFrom(in)
	delete(set, "budget")
	change := promotion.UpdateCampaignInput{ID: in.ID, Set: set}
	if l := in.Budget.Value.Limit; l.Set {
		change.Budget = module.Set{"limit": nil}
		if !l.Null {
			change.Budget["limit"] = money.Float(l.Value)
		}
	}
	_, err := c.flows.UpdateCampaign.Run(ctx, promotionflow.UpdateCampaignInput{UpdateCampaignInput: change, AdditionalData: in.AdditionalData})
	return in.ID, err
}

func (c campaignAPI) delete(ctx context.Context, id string) error {
	_, err := c.flows.DeleteCampaigns.Run(ctx, []string{id})
	return err
}

func (c campaignAPI) promotions(ctx context.Context, in resource.Link) (string, error) {
	return c.flows.UpdateCampaignPromotions.Run(ctx, promotionflow.UpdateCampaignPromotionsInput{CampaignID: in.ID, Add: in.Add, Remove: in.Remove})
}
