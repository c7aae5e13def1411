package rewrite

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// always are the dependencies that get hooks without being asked for. All that those of x/sync do is let goroutines wait for each
// other; that of goleak reads the text of stacks, in which it must not find us.
var always = []string{"golang.org/x/sync/errgroup", "golang.org/x/sync/semaphore", "golang.org/x/sync/singleflight", "go.uber.org/goleak/internal/stack"}

// A choice says which packages get hooks: those of the main module and some dependencies, but those that are skipped.
type choice struct {
	instrument, skip []*pattern
}

// A pattern of packages, as the go command takes them: an import path, or a folder that begins with a dot or is absolute. Three
// dots stand for any text.
type pattern struct {
	text     string
	folder   bool
	match    *regexp.Regexp
	used     bool // it has matched a package that may have hooks
	standard bool // it has matched one of the standard library
}

func newChoice(o Options) (*choice, error) {
	c := &choice{}
	for _, text := range o.Instrument {
		p, err := newPattern(text, o.Dir)
		if err != nil {
			return nil, err
		}
		c.instrument = append(c.instrument, p)
	}
	for _, text := range o.Skip {
		p, err := newPattern(text, o.Dir)
		if err != nil {
			return nil, err
		}
		c.skip = append(c.skip, p)
	}
	return c, nil
}

func newPattern(text, dir string) (*pattern, error) {
	if strings.TrimSpace(text) == "" {
		return nil, fmt.Errorf("the pattern of packages %q is empty: want an import path or a folder, such as ./internal/... or golang.org/x/net", text)
	}
	p := &pattern{text: text}
	first, _, _ := strings.Cut(filepath.ToSlash(text), "/")
	if p.folder = first == "." || first == ".." || filepath.IsAbs(text); p.folder && !filepath.IsAbs(text) {
		abs, err := filepath.Abs(filepath.Join(dir, text))
		if err != nil {
			return nil, err
		}
		text = abs
	}
	expr := strings.ReplaceAll(regexp.QuoteMeta(filepath.ToSlash(text)), `\.\.\.`, `.*`)
	if rest, ok := strings.CutSuffix(expr, `/.*`); ok {
		expr = rest + `(/.*)?`
	}
	var err error
	p.match, err = regexp.Compile("^(" + expr + ")$")
	return p, err
}

func (p *pattern) matches(pkg *packages.Package) bool {
	if dir := filepath.ToSlash(pkg.Dir); p.folder { // as for the go command, dots do not reach into a vendor folder
		return p.match.MatchString(dir) && (!strings.Contains(dir, "/vendor/") || strings.Contains(filepath.ToSlash(p.text), "vendor/"))
	}
	return p.match.MatchString(pkg.PkgPath)
}

// wants reports whether a package gets hooks. inner says that it is one of the main module.
func (c *choice) wants(p *packages.Package, inner bool) bool {
	wanted := inner || p.Module != nil && slices.Contains(always, p.PkgPath)
	for _, i := range c.instrument {
		switch {
		case !i.matches(p):
		case inner || p.Module != nil:
			wanted, i.used = true, true
		default:
			i.standard = true
		}
	}
	for _, s := range c.skip {
		if s.matches(p) {
			wanted, s.used = false, true
		}
	}
	return wanted
}

// unused are warnings of the patterns that have changed nothing.
func (c *choice) unused() (warnings []string) {
	for _, p := range slices.Concat(c.instrument, c.skip) {
		switch {
		case p.used:
		case p.standard:
			warnings = append(warnings, p.text+" gets no hooks: it is part of the standard library")
		default:
			warnings = append(warnings, p.text+" matches no package of the program")
		}
	}
	return warnings
}
