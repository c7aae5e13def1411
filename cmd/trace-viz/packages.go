package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// packageFlags say which packages get hooks.
type packageFlags struct {
	instrument, skip []string
}

func (f *packageFlags) add(fl *pflag.FlagSet) {
	fl.StringArrayVar(&f.instrument, "instrument", nil, "packages of dependencies to follow too, such as golang.org/x/net/... (repeatable)")
	fl.StringArrayVar(&f.skip, "skip", nil, "packages not to follow, such as ./internal/... (repeatable)")
}

func (f *packageFlags) check() error {
	for _, p := range slices.Concat(f.instrument, f.skip) {
		if strings.TrimSpace(p) == "" {
			return usage("--instrument and --skip want patterns of packages, such as golang.org/x/net/... or ./internal/..., got an empty one")
		}
	}
	return nil
}
