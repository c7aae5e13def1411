package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/exercise"
	"github.com/trace-viz/trace-viz/internal/store"
)

func serveCommand() *cobra.Command {
	var f pageFlags
	cmd := &cobra.Command{
		Use:   "serve [DIR...]",
		Short: "The page alone, with scenarios to start and the recordings on disk",
		Long: `serve opens the page with the list of scenarios, which can be run and compared from there, and of the recordings on
disk. Each DIR is the folder of an exercise (see trace-viz exercise) that the page can run and check as well. A browser can
start nothing else: no path comes from the page.`,
		Example: "  trace-viz serve --addr :6060\n  trace-viz serve ./shared-state-lost-update",
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, arg := range args {
				dir, err := filepath.Abs(arg)
				if err != nil {
					return err
				}
				if _, err := exercise.Find(dir); err != nil {
					return checkError(err)
				}
				f.exercises = append(f.exercises, dir)
			}
			f.home = true
			p, err := f.open(cmd.Context())
			if err != nil {
				return err
			}
			defer p.close()
			for _, item := range store.List() {
				if err := p.server.Add(filepath.Base(item.Path), newStored(item.Path, nil)); err != nil {
					complain(err)
				}
			}
			p.tell()
			return p.wait(cmd.Context())
		},
	}
	f.add(cmd.Flags())
	return cmd
}
