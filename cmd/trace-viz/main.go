// Command trace-viz records what the goroutines of a Go program do and replays it in a local web page.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// Exit codes of our own, chosen so that they can be told from those of programs.
const (
	exitUsage = 64 // wrong usage (EX_USAGE of sysexits.h)
	exitOurs  = 70 // our own failure (EX_SOFTWARE)
)

func main() { os.Exit(Main()) }

// Main runs the command line in os.Args and returns the exit code.
func Main() int {
	root := rootCommand()
	err := root.ExecuteContext(context.Background())
	if err == nil {
		return 0
	}
	var code *exitCode
	if errors.As(err, &code) {
		if code.err != nil {
			complain(code.err)
		}
		return code.code
	}
	complain(err)
	return exitOurs
}

func complain(err error) { fmt.Fprintln(os.Stderr, "trace-viz:", err) }

// exitCode is an error that sets the exit code. Its err is what there is to say, nil if all is said.
type exitCode struct {
	code int
	err  error
}

func (e *exitCode) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitCode) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return &exitCode{code: exitUsage, err: fmt.Errorf(format, args...)}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "trace-viz",
		Short: "Record, replay and explain what the goroutines of a Go program do",
		Long: `trace-viz runs a Go program, records every goroutine spawn, lock wait and hold, and channel
operation, and replays the recording as an animated timeline in a local web page.
It needs no change of the program, and nothing leaves this machine.`,
		Example: `  trace-viz run producer-consumer          a scenario, with its bug
  trace-viz run ./cmd/server -- -v         your own program, with an argument
  trace-viz test ./...                     your tests, as go test runs them
  trace-viz open trace.out                 any Go execution trace`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w\n  usage: %s", err, cmd.UseLine())
	})
	root.AddCommand(runCommand(), compareCommand(), openCommand(), reportCommand(), listCommand(), serveCommand(), explainCommand())
	root.AddCommand(testCommand(), recordTestCommand(), attachCommand(), huntCommand(), exerciseCommand(), checkCommand(), exportCommand(), cleanCommand())
	return root
}

func unknownCommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	hint := ""
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf(": did you mean %s?", near)
	}
	return usage("no command %q%s\n  commands: %s", name, hint, strings.Join(names, ", "))
}

// wantArgs is like cobra.ExactArgs, with an error that shows the right form.
func wantArgs(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("got %d arguments, wanted %s\n  usage: %s", len(args), what, cmd.UseLine())
		}
		return nil
	}
}
