package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/target"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [KIND]",
		Short: "What a finding kind means, with a wrong and a right program",
		Long: `explain prints what a kind of finding means and when it is shown, with a program that is wrong and one that
is right. Without a kind it lists them all.`,
		Example: "  trace-viz explain\n  trace-viz explain goroutine-leak",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return findingKinds(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return listKinds(os.Stdout)
			case 1:
				return explain(os.Stdout, args[0])
			}
			return usage("got %d arguments, wanted one kind of finding\n  usage: %s", len(args), cmd.UseLine())
		},
	}
}

func findingKinds() []string {
	names := make([]string, 0, len(findings.Analyzers))
	for _, a := range findings.Analyzers {
		names = append(names, a.Name)
	}
	return names
}

func listKinds(out io.Writer) error {
	w := tabwriter.NewWriter(out, 2, 8, 2, ' ', 0)
	for _, a := range findings.Analyzers {
		fmt.Fprintf(w, "%s\t%s\t%s\n", a.Name, a.Severity, a.Summary)
	}
	return w.Flush()
}

func explain(w io.Writer, kind string) error {
	a := findings.Find(strings.ToLower(kind))
	if a == nil {
		return unknownKind(kind)
	}
	_, err := fmt.Fprintf(w, "%s (%s): %s\n\n%s", a.Name, a.Severity, a.Summary, a.Doc)
	return err
}

func unknownKind(kind string) error {
	hint := ""
	if near := nearest(strings.ToLower(kind), findingKinds()); near != "" {
		hint = ": did you mean " + near + "?"
	}
	return usage("no kind of finding %q%s\n  kinds: %s", kind, hint, strings.Join(findingKinds(), ", "))
}

// nearest returns the name that a word was meant to be: one that is spelled almost like it, else one that has a part of it,
// else "".
func nearest(word string, names []string) string {
	if near := target.Nearest(word, names); near != "" {
		return near
	}
	for _, part := range strings.FieldsFunc(word, func(r rune) bool { return r == '-' || r == '_' || r == ' ' }) {
		for _, name := range names {
			if len(part) > 2 && strings.Contains(name, part) {
				return name
			}
		}
	}
	return ""
}
