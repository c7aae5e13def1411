package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/store"
)

func cleanCommand() *cobra.Command {
	var all, dry bool
	var age time.Duration
	cmd := &cobra.Command{
		Use:   "clean",
		Short: "Remove old recordings and what builds have left",
		Long: `clean removes recordings that are older than --older-than, and programs that were built for scenarios (they are
built again when they are needed). Recordings that were given a folder with -o, and those that still run, stay.`,
		Example: "  trace-viz clean --dry-run\n  trace-viz clean --older-than 24h\n  trace-viz clean --all",
		Args:    wantArgs(0, "none"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all {
				age = 0
			}
			if age < 0 {
				return usage("--older-than=%v: want a time that is not negative", age)
			}
			removed, err := store.Clean(age, dry)
			if err != nil {
				return err
			}
			what := "removed"
			if dry {
				what = "would remove"
			}
			var total int64
			for _, r := range removed {
				total += r.Bytes
				fmt.Printf("%s %s (%.1f MB)\n", what, filepath.Base(r.Path), float64(r.Bytes)/1e6)
			}
			fmt.Printf("%s %d folders, %.1f MB in all\n", what, len(removed), float64(total)/1e6)
			return nil
		},
	}
	cmd.Flags().DurationVar(&age, "older-than", 7*24*time.Hour, "how old recordings must be")
	cmd.Flags().BoolVar(&all, "all", false, "all recordings")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be removed, and remove nothing")
	return cmd
}
