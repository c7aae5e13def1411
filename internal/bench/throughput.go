package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/trace-viz/trace-viz/internal/modproxy"
	"github.com/trace-viz/trace-viz/tracer"
)

// A service is a module whose own benchmark stands for a program at work.
type service struct {
	name, module string
	pkg          string
	benchmark    string
	times        string // -test.benchtime, so that all settings do the same
	unit         string
	perOp        float64 // units of one iteration
}

var services = []service{
	{"ants", "github.com/panjf2000/ants/v2@v2.12.1", ".", "^BenchmarkAntsPoolThroughput$", "2x", "task", 1e6},
	{"nats-server", "github.com/nats-io/nats-server/v2@v2.15.2", "./test", "^Benchmark_____________PubSub$", "1000000x", "message", 1},
}

// throughput runs the benchmarks natively, with a plain trace, with hooks that are off, and recorded.
func (b *bench) throughput() error {
	head("Throughput: modules' own benchmarks, alternately in all settings")
	for _, s := range services {
		if err := b.serve(s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (b *bench) serve(s service) error {
	dir := filepath.Join(b.dir, s.name)
	warn := func(err error) { fmt.Fprintln(os.Stderr, "bench:", err) }
	if _, err := modproxy.Fetch(b.ctx, s.module, dir, warn); err != nil {
		return err
	}
	native, hooked := filepath.Join(b.dir, s.name+".native"), filepath.Join(b.dir, s.name+".hooked")
	if err := b.compile(dir, s.pkg, native); err != nil {
		return err
	}
	tests, err := tracer.PrepareTests(b.ctx, tracer.TestOptions{Args: tracer.TestArgs{Dir: dir, Patterns: []string{s.pkg}}})
	if err != nil {
		return err
	}
	defer tests.Close()
	if err := b.compile(dir, s.pkg, hooked, "-overlay="+tests.Overlay()); err != nil {
		return err
	}
	all := map[string][]float64{}
	var megabytes []float64
	for range b.rounds {
		for _, setting := range settings {
			binary := native
			if setting.hooked {
				binary = hooked
			}
			ns, size, err := b.benchmark(s, filepath.Join(dir, s.pkg), binary, setting)
			if err != nil {
				return fmt.Errorf("%s: %w", setting.name, err)
			}
			all[setting.name] = append(all[setting.name], ns)
			if setting.hooked && setting.traced {
				megabytes = append(megabytes, float64(size)/1e6)
			}
		}
	}
	base := median(all[settings[0].name])
	for _, setting := range settings {
		ns := median(all[setting.name])
		row(s.name+", "+setting.name, fmt.Sprintf("%.0f ns/%s", ns, s.unit), fmt.Sprintf("%.2f times native", ns/base))
	}
	row(s.name+": trace of a recorded run", fmt.Sprintf("%.1f MB", median(megabytes)), "")
	return nil
}

// compile builds the test program of a package.
func (b *bench) compile(dir, pkg, to string, flags ...string) error {
	cmd := exec.CommandContext(b.ctx, "go", append(append([]string{"test", "-c", "-vet=off", "-o", to}, flags...), pkg)...)
	cmd.Dir, cmd.Env = dir, modproxy.Environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	return nil
}

// perIteration matches the result of a benchmark.
var perIteration = regexp.MustCompile(`(?m)^Benchmark\S+\s+\d+\s+([0-9.]+) ns/op`)

// benchmark runs one benchmark once in a setting. size is that of the trace.
func (b *bench) benchmark(s service, dir, binary string, setting setting) (ns float64, size int64, err error) {
	out, err := os.MkdirTemp(b.dir, "run-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(out)
	trace := filepath.Join(out, "trace.out")
	cmd := exec.CommandContext(b.ctx, binary, "-test.run=^$", "-test.bench="+s.benchmark, "-test.benchtime="+s.times)
	cmd.Dir, cmd.Env = dir, os.Environ()
	switch {
	case setting.traced && setting.hooked:
		cmd.Env = append(cmd.Env, "TRACEVIZ_DIR="+out)
	case setting.traced:
		cmd.Args = append(cmd.Args, "-test.trace="+trace)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	m := perIteration.FindSubmatch(stdout.Bytes())
	if m == nil {
		return 0, 0, errors.New("the benchmark printed no result: " + strings.TrimSpace(stdout.String()))
	}
	if ns, err = strconv.ParseFloat(string(m[1]), 64); err != nil {
		return 0, 0, err
	}
	if setting.traced {
		st, err := os.Stat(trace)
		if err != nil {
			return 0, 0, err
		}
		size = st.Size()
	}
	return ns / s.perOp, size, nil
}
