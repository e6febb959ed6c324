package provider

import (
	"context"
	"slices"

	"github.com/gorgon-commerce/gorgon/module"
)

// SyncRecords makes a module's table of provider rows say which providers are installed: rows are
// added for new ids, and is_enabled is cleared for ids that are gone. It writes nothing if the
// table says so already.
func SyncRecords[R any](ctx context.Context, table *module.Table[R], ids []string, record func(id string) R) error {
	_, err := module.InTx(ctx, table, func(ctx context.Context) (int, error) {
		removed := module.Filter{"is_enabled": true, "id": module.Filter{"$nin": ids}}
		if _, err := table.Update(ctx, removed, module.Set{"is_enabled": false}); err != nil {
			return 0, err
		}
		returned := module.Filter{"is_enabled": false, "id": ids}
		if _, err := table.Update(ctx, returned, module.Set{"is_enabled": true}); err != nil {
			return 0, err
		}
		added, err := missing(ctx, table, ids)
		if err != nil {
			return 0, err
		}
		records := make([]R, len(added))
		for i, id := range added {
			records[i] = record(id)
		}
		records, err = table.CreateMany(ctx, records)
		return len(records), err
	})
	return err
}

// missing lists the ids that have no row.
func missing[R any](ctx context.Context, table *module.Table[R], ids []string) ([]string, error) {
	rows, err := table.List(ctx, module.Filter{"id": ids})
	if err != nil {
		return nil, err
	}
	var known []string
	for _, r := range rows {
		known = append(known, table.Key(r))
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(known, id) }), nil
}
