// Package promotionflow has the workflows of promotions, their rules, and campaigns.
package promotionflow

import (
	"context"

	"github.com/gorgon-commerce/gorgon/fault"
	"github.com/gorgon-commerce/gorgon/module"
	"github.com/gorgon-commerce/gorgon/modules/promotion"
	"github.com/gorgon-commerce/gorgon/workflow"
)

// CreateInput are new promotions, with data for the hooks.
type CreateInput struct {
	Promotions     []promotion.Promotion `json:"promotions"`
	AdditionalData module.Map            `json:"additional_data"`
}

// A UpdateInput of one promotion. Status, when not empty, is its new one.
type UpdateInput struct {
	promotion.UpdateInput
	Status         string     `json:"status"`
	AdditionalData module.Map `json:"additional_data"`
}

// CreateCampaignsInput are new campaigns, with data for the hooks.
type CreateCampaignsInput struct {
	Campaigns      []promotion.Campaign `json:"campaigns"`
	AdditionalData module.Map           `json:"additional_data"`
}

// A UpdateCampaignInput of one campaign.
type UpdateCampaignInput struct {
	promotion.UpdateCampaignInput
	AdditionalData module.Map `json:"additional_data"`
}

// A UpdateCampaignPromotionsInput puts promotions into a campaign, and takes others out.
type UpdateCampaignPromotionsInput struct {
	CampaignID  string   `json:"id"`
	Add, Remove []string `json:"-"`
}

// What hooks are told.
type (
	// Promotions that were created or changed.
	Promotions struct {
		Promotions     []promotion.Promotion `json:"promotions"`
		AdditionalData module.Map            `json:"additional_data"`
	}
	// Campaigns that were created or changed.
	Campaigns struct {
		Campaigns      []promotion.Campaign `json:"campaigns"`
		AdditionalData module.Map           `json:"additional_data"`
	}
	// IDs of what was deleted.
	IDs struct {
		IDs []string `json:"ids"`
	}
)

// Flows are the workflows of promotions.
type Flows struct {
	Promotion *promotion.Module

	Create       *workflow.Workflow[CreateInput, []promotion.Promotion]
	Update       *workflow.Workflow[UpdateInput, promotion.Promotion]
	UpdateStatus *workflow.Workflow[UpdateInput, promotion.Promotion]
	Delete       *workflow.Workflow[[]string, []string]
	UpdateRules  *workflow.Workflow[promotion.UpdateRulesInput, promotion.UpdateRulesResult]

	CreateCampaigns          *workflow.Workflow[CreateCampaignsInput, []promotion.Campaign]
	UpdateCampaign           *workflow.Workflow[UpdateCampaignInput, promotion.Campaign]
	DeleteCampaigns          *workflow.Workflow[[]string, []string]
	UpdateCampaignPromotions *workflow.Workflow[UpdateCampaignPromotionsInput, string]

	PromotionsCreated, PromotionsUpdated, StatusUpdated workflow.Hook[Promotions]
	CampaignsCreated, CampaignsUpdated                  workflow.Hook[Campaigns]
	PromotionsDeleted, CampaignsDeleted                 workflow.Hook[IDs]
}

// New returns the workflows of a module's promotions.
func New(m *promotion.Module) *Flows {
	f := &Flows{Promotion: m}
	atomic := workflow.Atomic()
	f.Create = workflow.New("create-promotions", f.create, atomic)
	f.Update = workflow.New("update-promotions", f.update, atomic)
	f.UpdateStatus = workflow.New("update-promotions-status", f.updateStatus, atomic)
	f.Delete = workflow.New("delete-promotions", f.delete, atomic)
	f.UpdateRules = workflow.New("batch-promotion-rules", f.changeRules, atomic)
	f.CreateCampaigns = workflow.New("create-campaigns", f.createCampaigns, atomic)
	f.UpdateCampaign = workflow.New("update-campaigns", f.updateCampaign, atomic)
	f.DeleteCampaigns = workflow.New("delete-campaigns", f.deleteCampaigns, atomic)
	f.UpdateCampaignPromotions = workflow.New("add-or-remove-campaign-promotions", f.enlist, atomic)
	return f
}

// Workflows lists all.
func (f *Flows) Workflows() []workflow.AnyWorkflow {
	return []workflow.AnyWorkflow{f.Create, f.Update, f.UpdateStatus, f.Delete, f.UpdateRules, f.CreateCampaigns, f.UpdateCampaign, f.DeleteCampaigns, f.UpdateCampaignPromotions}
}

func (f *Flows) create(ctx workflow.Context, in CreateInput) ([]promotion.Promotion, error) {
	out, err := workflow.Step(ctx, "create-promotions", f.Promotion.Create, in.Promotions)
	if err != nil {
		return nil, err
	}
	return out, f.PromotionsCreated.Run(ctx, Promotions{out, in.AdditionalData})
}

func (f *Flows) update(ctx workflow.Context, in UpdateInput) (promotion.Promotion, error) {
	n, err := f.Promotion.Promotions.Count(ctx, module.Filter{"id": in.ID})
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "Promotion id not found: %s", in.ID)
	}
	if err != nil {
		return promotion.Promotion{}, err
	}
	out, err := workflow.Step(ctx, "update-promotions", f.Promotion.Update, in.UpdateInput)
	if err != nil {
		return out, err
	}
	if in.Status != "" && in.Status != out.Status {
		if out, err = f.UpdateStatus.Run(ctx, in); err != nil {
			return out, err
		}
	}
	return out, f.PromotionsUpdated.Run(ctx, Promotions{[]promotion.Promotion{out}, in.AdditionalData})
}

func (f *Flows) updateStatus(ctx workflow.Context, in UpdateInput) (promotion.Promotion, error) {
	switch in.Status {
	case "draft", "active", "inactive":
	default:
		return promotion.Promotion{}, fault.New(fault.Invalid, "promotion's status should be one of - draft, active, inactive")
	}
	out, err := workflow.Step(ctx, "update-promotions", func(ctx context.Context, in UpdateInput) (promotion.Promotion, error) {
		return f.Promotion.Promotions.UpdateOne(ctx, in.ID, module.Set{"status": in.Status})
	}, in)
	if err != nil {
		return out, err
	}
	return out, f.StatusUpdated.Run(ctx, Promotions{[]promotion.Promotion{out}, in.AdditionalData})
}

func (f *Flows) delete(ctx workflow.Context, ids []string) ([]string, error) {
	_, err := workflow.Step(ctx, "delete-promotions", func(ctx context.Context, ids []string) (int, error) {
		return len(ids), f.Promotion.Promotions.SoftDelete(ctx, ids...)
	}, ids)
	if err != nil {
		return nil, err
	}
	return ids, f.PromotionsDeleted.Run(ctx, IDs{ids})
}

func (f *Flows) changeRules(ctx workflow.Context, in promotion.UpdateRulesInput) (promotion.UpdateRulesResult, error) {
	return workflow.Step(ctx, "batch-promotion-rules", f.Promotion.UpdateRules, in)
}

func (f *Flows) createCampaigns(ctx workflow.Context, in CreateCampaignsInput) ([]promotion.Campaign, error) {
	out, err := workflow.Step(ctx, "create-campaigns", f.Promotion.CreateCampaigns, in.Campaigns)
	if err != nil {
		return nil, err
	}
	return out, f.CampaignsCreated.Run(ctx, Campaigns{out, in.AdditionalData})
}

func (f *Flows) updateCampaign(ctx workflow.Context, in UpdateCampaignInput) (promotion.Campaign, error) {
	out, err := workflow.Step(ctx, "update-campaigns", f.Promotion.UpdateCampaign, in.UpdateCampaignInput)
	if err != nil {
		return out, err
	}
	return out, f.CampaignsUpdated.Run(ctx, Campaigns{[]promotion.Campaign{out}, in.AdditionalData})
}

func (f *Flows) deleteCampaigns(ctx workflow.Context, ids []string) ([]string, error) {
	_, err := workflow.Step(ctx, "delete-campaigns", func(ctx context.Context, ids []string) (int, error) {
		return len(ids), f.Promotion.Campaigns.SoftDelete(ctx, ids...)
	}, ids)
	if err != nil {
		return nil, err
	}
	return ids, f.CampaignsDeleted.Run(ctx, IDs{ids})
}

func (f *Flows) enlist(ctx workflow.Context, in UpdateCampaignPromotionsInput) (string, error) {
	for _, s := range []struct {
		name string
		ids  []string
		do   func(context.Context, string, []string) error
	}{{"add-campaign-promotions", in.Add, f.Promotion.AddToCampaign}, {"remove-campaign-promotions", in.Remove, f.Promotion.RemoveFromCampaign}} {
		_, err := workflow.Step(ctx, s.name, func(ctx context.Context, ids []string) (int, error) { return len(ids), s.do(ctx, in.CampaignID, ids) }, s.ids)
		if err != nil {
			return "", err
		}
	}
	return in.CampaignID, nil
}
