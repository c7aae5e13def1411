package findings

import (
	"regexp"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

// Some things are known to the whole program, though no goroutine that is left ever used them: what is kept in a variable of a
// package, and channels that the runtime sends signals to.

// kept tells whether goroutine g, which waits for something that comes through o, or o itself is there for the whole program: the
// goroutine was spawned while packages were initialized, or tests that have nothing else in common used the object.
func (l *leaks) kept(g index.GID, o index.OID) bool { return l.initial(g) || l.shared(o) }

// initial tells whether a goroutine comes from the initialization of a package, itself or through those that spawned it.
func (l *leaks) initial(g index.GID) bool {
	all := l.w.ix.Goroutines()
	for g >= 0 && all[g].Parent >= 0 && all[g].Parent != l.main {
		g = all[g].Parent
	}
	if g < 0 || all[g].Parent < 0 || all[g].SpawnEvent < 0 {
		return false
	}
	return slices.ContainsFunc(l.w.ix.Stack(all[g].SpawnEvent), func(f index.Frame) bool { return initFunc.MatchString(f.Func) })
}

// initFunc are the functions by which a package is initialized, and literals in them.
var initFunc = regexp.MustCompile(`^([^()]*/)?[^./()]+\.init(\.|$)`)

// shared tells whether more than one test used an object. A test hands nothing to the next one but through variables of packages.
func (l *leaks) shared(o index.OID) bool {
	if l.tests == nil {
		l.tests = testsOf(l.w.ix)
	}
	first := index.GID(index.None)
	for _, g := range l.touchers(o) {
		if g < 0 || l.tests[g] < 0 {
			continue
		}
		if first >= 0 && l.tests[g] != first {
			return true
		}
		first = l.tests[g]
	}
	return false
}

// signalled tells whether signals may come through a channel: the goroutine that passes them on is there.
func (l *leaks) signalled(o index.OID) bool {
	elem := l.w.ix.Objects()[o].Elem
	if elem != "Signal" && !strings.HasSuffix(elem, ".Signal") {
		return false
	}
	for _, s := range l.w.st.Goroutines {
		if l.w.ix.Goroutines()[s.G].Start == signalLoop {
			return true
		}
	}
	return false
}
