package tracer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// TestArgs are the arguments of go test, sorted by what they are for us.
type TestArgs struct {
	Dir      string   // of -C: where the go command is run; "" is the current directory
	Patterns []string // packages or test files; none is the package in Dir
	Build    []string // flags that decide how packages are built, as go list takes them too
	All      []string // everything for go test, in the order that it came in, but -C
}

// Flags of go test that take no value of their own, and those that do; any other is one of the tests' own. They are those
// of go help test, testflag and build.
var (
	testSwitches = strings.Fields(`a artifacts asan benchmem buildvcs c cover failfast fullpath json linkshared modcacherw msan n
		race short trimpath v work x`)
	testValues = strings.Fields(`C asmflags bench benchtime blockprofile blockprofilerate buildmode compiler count covermode coverpkg
		coverprofile cpu cpuprofile exec fuzz fuzzminimizetime fuzztime gccgoflags gcflags installsuffix ldflags list memprofile
		memprofilerate mod modfile mutexprofile mutexprofilefraction o outputdir overlay p parallel pgo pkgdir run shuffle skip
		tags timeout toolexec trace vet`)
	buildFlags = strings.Fields(`asan asmflags buildmode buildvcs compiler gccgoflags gcflags installsuffix ldflags linkshared mod
		modcacherw modfile msan p pgo pkgdir race tags toolexec trimpath`)
)

// programFlags are the flags of go test that it hands to the test program, with "test." before the name.
var programFlags = strings.Fields(`artifacts bench benchmem benchtime blockprofile blockprofilerate count cpu cpuprofile failfast
	fullpath list memprofile memprofilerate mutexprofile mutexprofilefraction outputdir parallel run short shuffle skip timeout trace v`)

// ErrTestFlag is in the error for a flag of go test that can't be had together with hooks.
var ErrTestFlag = errors.New("not with trace-viz test")

// refusedFlags are those of go test that can't be had together with hooks, and why.
var refusedFlags = map[string]string{
	"c":            "it builds tests and runs none, so there is nothing to record: use go test -c",
	"cover":        noCover,
	"covermode":    noCover,
	"coverpkg":     noCover,
	"coverprofile": noCover,
	"exec":         "trace-viz records each test program by this flag itself",
	"overlay":      "trace-viz puts the hooks in by an overlay of its own, and the go command takes one",
	"vet":          "go vet can't see the hooks, which lie in an overlay: run go vet beside the tests",
}

const noCover = "the go command counts coverage in the files on disk and not in those of an overlay, which is how the hooks get " +
	"in: measure coverage without trace-viz"

// ParseTestArgs sorts the arguments of go test, by its own rules: known flags may stand before and behind the packages, and
// from the first unknown flag, a second group of words or -args on everything belongs to the tests. The error is for a flag
// that is refused and says why.
func ParseTestArgs(args []string) (TestArgs, error) {
	var a TestArgs
	inList, listed, afterUnknown := false, false, false
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if len(arg) < 2 || arg[0] != '-' {
			if listed && !inList && !afterUnknown {
				a.All = append(a.All, args[i:]...) // words of the tests
				return a, nil
			}
			if !listed || inList {
				a.Patterns = append(a.Patterns, arg)
				inList, listed = true, true
			}
			a.All, afterUnknown = append(a.All, arg), false
			continue
		}
		inList, afterUnknown = false, false
		f := parseTestFlag(arg)
		if arg == "--" || f.name == "args" {
			a.All = append(a.All, args[i:]...)
			return a, nil
		}
		if !f.known {
			a.All = append(a.All, arg)
			listed, afterUnknown = true, !f.hasValue
			continue
		}
		words := args[i : i+1]
		if !f.hasValue && f.takesValue && i+1 < len(args) {
			i++
			words, f.value, f.hasValue = args[i-1:i+1], args[i], true
		}
		if err := a.take(f, words); err != nil {
			return a, err
		}
	}
	return a, nil
}

// take adds a flag that go test knows, with the words that it was given in.
func (a *TestArgs) take(f testFlag, words []string) error {
	off := f.value == "false" || f.name == "vet" && f.value == "off"
	if why, bad := refusedFlags[f.name]; bad && !off {
		return fmt.Errorf("go test flag -%s: %w: %s", f.name, ErrTestFlag, why)
	}
	if f.name == "C" {
		if len(a.All) > 0 {
			return fmt.Errorf("go test flag -C: %w behind others: it must be the first one", ErrTestFlag)
		}
		a.Dir = f.value
		return nil
	}
	a.All = append(a.All, words...)
	if slices.Contains(buildFlags, f.name) {
		a.Build = append(a.Build, f.text())
	}
	return nil
}

// Program are the arguments that go test would start the test program with. Flags of the go command alone are left out.
func (a TestArgs) Program() []string {
	args := []string{"-test.paniconexit0"}
	for i := 0; i < len(a.All); i++ {
		arg := a.All[i]
		if arg == "--" || arg == "-args" || arg == "--args" {
			return append(args, a.All[i+1:]...)
		}
		f := parseTestFlag(arg)
		switch {
		case len(arg) < 2 || arg[0] != '-':
			if !slices.Contains(a.Patterns, arg) {
				args = append(args, arg)
			}
			continue
		case !f.known:
			args = append(args, arg)
			continue
		case f.takesValue && !f.hasValue && i+1 < len(a.All):
			i++
			f.value, f.hasValue = a.All[i], true
		}
		if slices.Contains(programFlags, f.name) {
			args = append(args, "-test."+strings.TrimPrefix(f.text(), "-"))
		}
	}
	return args
}

// A testFlag is one flag of the command line.
type testFlag struct {
	name, value       string
	hasValue          bool
	known, takesValue bool
}

func parseTestFlag(arg string) testFlag {
	name := strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-")
	f := testFlag{}
	f.name, f.value, f.hasValue = strings.Cut(name, "=")
	short := strings.TrimPrefix(f.name, "test.") // both forms are known
	f.takesValue = slices.Contains(testValues, short)
	if f.known = f.takesValue || slices.Contains(testSwitches, short); f.known {
		f.name = short
	}
	return f
}

func (f testFlag) text() string {
	if f.hasValue {
		return "-" + f.name + "=" + f.value
	}
	return "-" + f.name
}

// refusedInGOFLAGS is an error, of that kind, if the environment gives the go command a flag for each build that can't be had
// with hooks.
func refusedInGOFLAGS(goflags string, kind error) error {
	for word := range strings.FieldsSeq(goflags) {
		f := parseTestFlag(strings.Trim(word, `"'`))
		switch f.name {
		case "cover", "covermode", "coverpkg", "coverprofile", "overlay", "exec":
			if f.value != "false" {
				return fmt.Errorf("GOFLAGS has -%s: %w: %s", f.name, kind, refusedFlags[f.name])
			}
		}
	}
	return nil
}
