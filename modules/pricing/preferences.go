package pricing

import (
	"context"

	"github.com/gorgon-commerce/gorgon/module"
)

// SetPreference says whether prices are meant with tax where an attribute, currency_code or region_id, has a value. Where nothing is said, a preference that
// there is stays what it is.
func (m *Module) SetPreference(ctx context.Context, attribute, value string, taxInclusive module.Opt[bool]) error {
	n, err := m.PricePreferences.Count(ctx, module.Filter{"attribute": attribute, "value": value})
	if err != nil || n > 0 && !taxInclusive.Set {
		return err
	}
	if n > 0 {
		_, err := m.PricePreferences.Update(ctx, module.Filter{"attribute": attribute, "value": value}, module.Set{"is_tax_inclusive": taxInclusive.Value})
		return err
	}
	_, err = m.PricePreferences.Create(ctx, PricePreference{Attribute: attribute, Value: &value, IsTaxInclusive: taxInclusive.Value})
	return err
}
