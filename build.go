package gorgon

import (
	"context"
	"fmt"
	"io"
)

type buildCmd struct {
	AdminOnly bool `help:"Build the dashboard alone; a program that is started here serves it."`
}

// Run implements kong's command.
func (c *buildCmd) Run(ctx context.Context, a *App, out io.Writer) error {
	p := a.Dashboard()
	p.Out = out
	file, err := p.Build(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "The dashboard is in", file)
	return err
}
