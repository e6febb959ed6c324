package pricing

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
)

// Prefer says whether prices are meant with tax where an attribute, currency_code or region_id, has a value.
func (m *Module) Prefer(ctx context.Context, attribute, value string, taxInclusive bool) error {
	n, err := m.Preferences.Update(ctx, module.Filter{"attribute": attribute, "value": value}, module.Set{"is_tax_inclusive": taxInclusive})
	if err != nil || n > 0 {
		return err
	}
	_, err = m.Preferences.Create(ctx, Preference{Attribute: attribute, Value: &value, IsTaxInclusive: taxInclusive})
	return err
}
