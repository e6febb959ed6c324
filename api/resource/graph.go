package resource

import (
	"context"
	"errors"
)

// graphRead is for resources that bring no Reader.
func graphRead(context.Context, *Query) (Rows, error) {
	return nil, errors.New("resource: it has no Reader")
}
