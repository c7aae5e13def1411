package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/exercise"
	"github.com/trace-viz/trace-viz/scenarios"
)

func exerciseCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "exercise NAME[/BUG] [DIR]",
		Short: "Write the buggy program of a scenario as a module of its own, for you to fix",
		Long: `exercise writes the buggy program of a scenario (see trace-viz list) into DIR, which must be empty or new, with a
README that says what to fix, what must stay, and hints that are folded away. Without DIR it is a new folder here.`,
		Example: "  trace-viz exercise shared-state\n  trace-viz exercise race-conditions/lock-order ~/lock-order",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usage("got %d arguments, wanted a scenario and perhaps a folder\n  usage: %s", len(args), cmd.UseLine())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			v, err := findExercise(args[0])
			if err != nil {
				return err
			}
			dir := exercise.Dir(v)
			if len(args) > 1 {
				dir = args[1]
			}
			if _, err := exercise.Write(v, dir); err != nil {
				return usage("%w", err)
			}
			_, err = fmt.Fprintf(os.Stdout, "%s is in %s: its README.md has the task\n", v.Name(), dir)
			return err
		},
		ValidArgsFunction: completeExercises,
	}
}

// findExercise finds the bug that name stands for.
func findExercise(name string) (scenarios.Variant, error) {
	v, err := scenarios.Find(name)
	if err != nil {
		hint := ""
		if near := nearest(name, exerciseNames()); near != "" {
			hint = "\n  did you mean " + near + "?"
		}
		return v, usage("%w%s\n  exercises: %s", err, hint, strings.Join(exerciseNames(), ", "))
	}
	if v.Fixed {
		return v, usage("%s is the fixed program: there is nothing to fix in it\n  want %s", name, v.Twin().Name())
	}
	return v, nil
}

func exerciseNames() (names []string) {
	for _, s := range scenarios.All {
		for i := range s.Bugs {
			names = append(names, scenarios.Variant{Scenario: s, Bug: &s.Bugs[i]}.Name())
		}
	}
	return names
}

// completeExercises offers the bugs for the first argument and folders for the second.
func completeExercises(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	var names []string
	for _, s := range scenarios.All {
		for i := range s.Bugs {
			names = append(names, fmt.Sprintf("%s/%s\t%s", s.Name, s.Bugs[i].Slug, s.Bugs[i].What))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
