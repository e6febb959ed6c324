package pricing

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
)

// Prefer says whether prices are meant with tax where an attribute, currency_code or region_id, has a value. Where nothing is said, a preference that
// there is stays what it is.
func (m *Module) Prefer(ctx context.Context, attribute, value string, taxInclusive module.Opt[bool]) error {
	n, err := m.Preferences.Count(ctx, module.Filter{"attribute": attribute, "value": value})
	if err != nil || n > 0 && !taxInclusive.Set {
		return err
	}
	if n > 0 {
		_, err := m.Preferences.Update(ctx, module.Filter{"attribute": attribute, "value": value}, module.Set{"is_tax_inclusive": taxInclusive.Value})
		return err
	}
	_, err = m.Preferences.Create(ctx, Preference{Attribute: attribute, Value: &value, IsTaxInclusive: taxInclusive.Value})
	return err
}
