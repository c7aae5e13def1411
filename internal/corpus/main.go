// Command corpus tries trace-viz on modules that nobody wrote for it. It fetches each through the module proxy, runs its own tests
// natively and under trace-viz test, and prints a line: what was rewritten, what the tests say in both cases, and what it cost.
//
//	go run ./internal/corpus                                          the modules of the list below
//	go run ./internal/corpus -only NAME                               one of them
//	go run ./internal/corpus MODULE@VERSION[/DIR] [PATTERN…] [FLAG…]  any other; FLAGs are go test's, such as -run, -short, -race
//
// It fails when a file got no hooks, when an independent count of the operations differs from the sites, when a test fails only under
// trace-viz, and when a recording does not open. A test that fails under trace-viz alone is run again alone, -retries times in
// both ways in turn, so that one that fails now and then without us too is told from one that we break.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A project is a module with those of its tests that are run.
type project struct {
	Name   string
	Module string   // path@version
	Args   []string // packages and flags for go test; none is all packages
}

// projects are the list. Of nats-server those tests are run that do not build clusters.
var projects = []project{
	{Name: "sync", Module: "golang.org/x/sync@latest"},
	{Name: "goleak", Module: "go.uber.org/goleak@latest"},
	{Name: "websocket", Module: "github.com/gorilla/websocket@latest"},
	{Name: "pond", Module: "github.com/alitto/pond@latest"},
	{Name: "http2", Module: "golang.org/x/net@latest", Args: []string{"./http2/..."}},
	{Name: "raft", Module: "go.etcd.io/raft/v3@latest"},
	{Name: "ants", Module: "github.com/panjf2000/ants/v2@latest"},
	{Name: "nats-server", Module: "github.com/nats-io/nats-server/v2@latest", Args: []string{"./server/...", "./internal/...", "./logger", "./conf",
		"-run", "^Test(Client|IPQueue|Sublist|Parse|Ping|Subject|Stree|Hash|Sequence|Log)"}},
}

type options struct {
	only    string
	retries int
	timeout time.Duration
	json    bool
	keep    string
	command string
}

func main() {
	var o options
	flag.StringVar(&o.only, "only", "", "try only this module of the list")
	flag.IntVar(&o.retries, "retries", 5, "how often a test that fails under trace-viz alone is run again, in both ways")
	flag.DurationVar(&o.timeout, "timeout", 20*time.Minute, "time for a module; what takes longer is stopped and fails")
	flag.BoolVar(&o.json, "json", false, "JSON on stdout")
	flag.StringVar(&o.keep, "keep", "", "keep modules, recordings and what the tests printed in this folder (must be new)")
	flag.StringVar(&o.command, "command", "", "path of a built trace-viz; else one is built here")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: corpus [flags] [MODULE@VERSION[/DIR] [PATTERN...] [GO TEST FLAG...]]\n\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := o.run(ctx, os.Stdout, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(1)
	}
}

// run tries the modules one after another.
func (o options) run(ctx context.Context, out io.Writer, args []string) error {
	list, err := choose(o.only, args)
	if err != nil {
		return err
	}
	if o.retries < 0 || o.timeout <= 0 {
		return errors.New("-retries can't be negative, and -timeout has to be more than 0")
	}
	dir, done, err := o.folder()
	if err != nil {
		return err
	}
	defer done()
	command, err := o.build(ctx, dir)
	if err != nil {
		return err
	}
	results := []*result{}
	if !o.json {
		fmt.Fprintln(out, heading)
	}
	var bad []string
	for _, p := range list {
		r := o.try(ctx, p, filepath.Join(dir, p.Name), command)
		results = append(results, r)
		if !o.json {
			r.print(out)
		}
		if len(r.Failures) > 0 {
			bad = append(bad, p.Name)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if o.json {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(map[string]any{"version": 1, "modules": results}); err != nil {
			return err
		}
	}
	if len(bad) > 0 {
		return errors.New("not as it has to be: " + strings.Join(bad, ", "))
	}
	return ctx.Err()
}

// build builds trace-viz unless there is one.
func (o options) build(ctx context.Context, dir string) (command string, err error) {
	if o.command != "" {
		return filepath.Abs(o.command)
	}
	say("building trace-viz")
	command = filepath.Join(dir, "trace-viz")
	build := exec.CommandContext(ctx, "go", "build", "-o", command, "github.com/trace-viz/trace-viz/cmd/trace-viz")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, said)
	}
	return command, nil
}

// folder is where everything is done; done removes it unless it is to be kept.
func (o options) folder() (dir string, done func(), err error) {
	if o.keep == "" {
		dir, err = os.MkdirTemp("", "traceviz-corpus-")
		return dir, func() { os.RemoveAll(dir) }, err
	}
	if dir, err = filepath.Abs(o.keep); err != nil {
		return "", nil, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return "", nil, err
	}
	return dir, func() {}, os.Mkdir(dir, 0o700)
}

// try does everything for one module within its time.
func (o options) try(ctx context.Context, p project, dir, command string) *result {
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	t := &trial{project: p, dir: dir, command: command, retries: o.retries, result: newResult(p)}
	t.run(ctx)
	switch ctx.Err() {
	case nil:
	case context.DeadlineExceeded:
		t.result.fail("stopped after %v: -timeout gives more time", o.timeout)
	default:
		t.result.fail("interrupted")
	}
	if o.keep == "" {
		os.RemoveAll(dir)
	}
	return t.result
}

// choose makes the list of what is to be tried.
func choose(only string, args []string) ([]project, error) {
	switch {
	case only != "" && len(args) > 0:
		return nil, errors.New("-only is for the list, and an argument is a module outside of it: want one of the two")
	case only != "":
		i := slices.IndexFunc(projects, func(p project) bool { return p.Name == only })
		if i < 0 {
			var names []string
			for _, p := range projects {
				names = append(names, p.Name)
			}
			return nil, fmt.Errorf("-only %s: want one of %s", only, strings.Join(names, ", "))
		}
		return projects[i : i+1], nil
	case len(args) == 0:
		return projects, nil
	}
	path, rest, ok := strings.Cut(args[0], "@")
	version, dir, _ := strings.Cut(rest, "/")
	if !ok || path == "" || version == "" {
		return nil, fmt.Errorf("got %q, want a module with a version, such as golang.org/x/net@latest or golang.org/x/net@v0.40.0/http2", args[0])
	}
	p := project{Name: path[strings.LastIndex(path, "/")+1:], Module: path + "@" + version, Args: args[1:]}
	if dir = strings.Trim(dir, "/"); dir != "" {
		if !filepath.IsLocal(filepath.FromSlash(dir)) {
			return nil, fmt.Errorf("%q leads out of the module", dir)
		}
		p.Args = append([]string{"./" + dir + "/..."}, p.Args...)
	}
	return []project{p}, nil
}

// say tells on stderr what goes on.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "corpus: "+format+"\n", args...)
}
