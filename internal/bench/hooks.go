package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/trace-viz/trace-viz/tracer"
)

// target is the program with the operations that are timed, and targetMod the module that it is put into.
//
//go:embed _target/main.go
var target []byte

const targetMod = "module example.com/pairs\n\ngo 1.26\n"

const (
	pairCount = 1_000_000 // a second at most, also with hooks
	warmCount = 1_000
)

// A setting is one way to run the target.
type setting struct {
	name   string
	hooked bool
	traced bool // the program traces itself, or, with hooks, is recorded
}

var settings = []setting{
	{name: "native"},
	{name: "traced", traced: true},
	{name: "hooked, tracing off", hooked: true},
	{name: "hooked, recorded", hooked: true, traced: true},
}

// hooks measures pairs of operations in all settings.
func (b *bench) hooks() error {
	native, hooked, done, err := b.buildTargets()
	if err != nil {
		return err
	}
	defer done()
	head("Hooks: ns for a pair of operations (goals: at most +250 ns for a recorded pair of channel operations; 120 ns, 8 bytes an event; 5 ns when off)")
	for _, op := range []string{"channel", "mutex"} {
		ns, bytes, err := b.pairs(op, native, hooked)
		if err != nil {
			return err
		}
		base := ns[settings[0].name]
		for _, s := range settings {
			row(op+" pair, "+s.name, fmt.Sprintf("%.1f ns", ns[s.name]), fmt.Sprintf("%+.1f", ns[s.name]-base))
		}
		row(op+": one hook event, tracing on", fmt.Sprintf("%.1f ns", (ns["hooked, recorded"]-ns["traced"])/2), "(recorded - traced) / 2")
		row(op+": one hook event, tracing off", fmt.Sprintf("%.1f ns", (ns["hooked, tracing off"]-base)/2), "(off - native) / 2")
		row(op+": size of one hook event", fmt.Sprintf("%.2f bytes", bytes), "growth of trace.out / events")
	}
	return nil
}

// pairs gives the nanoseconds of a pair by setting, and the bytes of a hook event.
func (b *bench) pairs(op, native, hooked string) (ns map[string]float64, bytes float64, err error) {
	all := map[string][]float64{}
	var sizes []float64
	for range b.rounds {
		for _, s := range settings {
			binary := native
			if s.hooked {
				binary = hooked
			}
			// What the start and the end of a trace cost in bytes is left out by a second, short run.
			t, size, err := b.pair(binary, s, op, pairCount)
			if err != nil {
				return nil, 0, err
			}
			all[s.name] = append(all[s.name], t)
			if s.hooked && s.traced {
				_, small, err := b.pair(binary, s, op, warmCount)
				if err != nil {
					return nil, 0, err
				}
				sizes = append(sizes, float64(size-small)/(2*(pairCount-warmCount)))
			}
		}
	}
	ns = map[string]float64{}
	for name, values := range all {
		ns[name] = median(values)
	}
	return ns, median(sizes), nil
}

// pair runs the target once. size is that of the trace, 0 if there is none.
func (b *bench) pair(binary string, s setting, op string, n int) (ns float64, size int64, err error) {
	dir, err := os.MkdirTemp(b.dir, "pair-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	trace := filepath.Join(dir, "trace.out")
	cmd := exec.CommandContext(b.ctx, binary, op, strconv.Itoa(n))
	cmd.Stderr = os.Stderr
	switch {
	case s.traced && s.hooked:
		cmd.Env = append(os.Environ(), "TRACEVIZ_DIR="+dir)
	case s.traced:
		cmd.Args = append(cmd.Args, trace)
	}
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("run the target (%s): %w", s.name, err)
	}
	if ns, err = strconv.ParseFloat(strings.TrimSpace(string(out)), 64); err != nil {
		return 0, 0, err
	}
	if s.traced {
		st, err := os.Stat(trace)
		if err != nil {
			return 0, 0, fmt.Errorf("the target wrote no trace (%s): %w", s.name, err)
		}
		size = st.Size()
	}
	return ns, size, nil
}

// buildTargets builds the target without and with hooks. done removes them.
func (b *bench) buildTargets() (native, hooked string, done func(), err error) {
	src := filepath.Join(b.dir, "target")
	if err := os.MkdirAll(src, 0o700); err != nil { // two parts build it
		return "", "", nil, err
	}
	for name, text := range map[string][]byte{"go.mod": []byte(targetMod), "main.go": target} {
		if err := os.WriteFile(filepath.Join(src, name), text, 0o600); err != nil {
			return "", "", nil, err
		}
	}
	native = filepath.Join(b.dir, "native")
	build := exec.CommandContext(b.ctx, "go", "build", "-o", native, ".")
	build.Dir, build.Stderr = src, os.Stderr
	if err := build.Run(); err != nil {
		return "", "", nil, fmt.Errorf("go build: %w", err)
	}
	built, err := tracer.Build(b.ctx, tracer.BuildOptions{Dir: src, Patterns: []string{"."}, Name: "pairs", Stderr: os.Stderr})
	if err != nil {
		return "", "", nil, err
	}
	if !built.Hooks() {
		built.Close()
		return "", "", nil, fmt.Errorf("the target got no hooks: %s", strings.Join(built.Notes, "; "))
	}
	return native, built.Binary, built.Close, nil
}
