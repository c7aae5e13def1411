package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/store"
	"github.com/trace-viz/trace-viz/tracer"
)

// Defaults of attach.
const (
	attachDuration = 5 * time.Second
	attachMaxSize  = 1 << 30
)

type attachFlags struct {
	page     pageFlags
	noUI     bool
	json     bool
	dir      string
	duration time.Duration
	maxSize  int64
}

func attachCommand() *cobra.Command {
	var f attachFlags
	cmd := &cobra.Command{
		Use:   "attach URL",
		Short: "Capture from a running service that has net/http/pprof, and open the replay",
		Long: `attach asks a running service for an execution trace, by /debug/pprof/trace of net/http/pprof, and opens it.
URL is the address of the service, of its /debug/pprof/ or of the trace itself. Ctrl+C ends the capture and keeps what
has come. Channels and locks by name need hooks, which only programs have that trace-viz built.`,
		Example: `  trace-viz attach localhost:6060
  trace-viz attach http://localhost:6060/debug/pprof/ --duration 30s
  trace-viz attach https://service.example:8443 --no-ui --json -o recording`,
		Args: wantArgs(1, "one URL"),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	fl := cmd.Flags()
	f.page.add(fl)
	fl.BoolVar(&f.noUI, "no-ui", false, "record and report only")
	fl.BoolVar(&f.json, "json", false, "with --no-ui: the report as JSON")
	fl.StringVarP(&f.dir, "output", "o", "", "folder for the recording (must be empty or new)")
	fl.DurationVar(&f.duration, "duration", attachDuration, "how long the service shall trace")
	fl.Int64Var(&f.maxSize, "max-size", attachMaxSize, "end the capture when the trace has so many bytes")
	return cmd
}

func (f *attachFlags) run(cmd *cobra.Command, url string) error {
	switch {
	case f.json && !f.noUI:
		return usage("--json needs --no-ui: with the page open there is no end to report at")
	case f.duration <= 0 || f.maxSize <= 0:
		return usage("--duration and --max-size must be above zero")
	}
	ctx := cmd.Context()
	var page *page
	var err error
	if !f.noUI {
		if page, err = f.page.open(ctx); err != nil { // before the capture: a port in use must not cost one
			return err
		}
		defer page.close()
	}
	l, err := f.capture(ctx, url)
	if err != nil {
		return err
	}
	l.remember()
	if page != nil {
		fmt.Fprintf(os.Stderr, "trace-viz: recording in %s; Ctrl+C ends the page\n", l.rec.Dir)
		return page.show(ctx, l)
	}
	if f.json {
		return writeJSON(l)
	}
	return writeText(os.Stdout, l)
}

// capture makes the recording and reads it. What can't be read is not kept.
func (f *attachFlags) capture(ctx context.Context, url string) (*loaded, error) {
	dir, made, err := f.recordingDir(url)
	if err != nil {
		return nil, err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	status := newProgress(os.Stderr)
	meta, err := tracer.Attach(ctx, tracer.AttachOptions{
		URL: url, Dir: dir, Duration: f.duration, MaxSize: f.maxSize,
		Progress: func(bytes int64, took time.Duration) {
			status.say("capturing, %v of %v, %d bytes; Ctrl+C ends it", took.Round(time.Second/10), f.duration, bytes)
		},
	})
	status.done()
	stop()
	var l *loaded
	if err == nil {
		if l, err = load(dir); err != nil {
			err = fmt.Errorf("what the service sent can't be read: %w", err)
			if meta.Loss != "" {
				err = fmt.Errorf("%w (%s)", err, meta.Loss)
			}
		}
	}
	if err != nil && made {
		os.RemoveAll(dir)
	} else if err != nil {
		os.Remove(filepath.Join(dir, recording.TraceFile))
		os.Remove(filepath.Join(dir, recording.MetaFile))
	}
	return l, err
}

// recordingDir makes the folder; made tells whether it is ours to remove.
func (f *attachFlags) recordingDir(url string) (dir string, made bool, err error) {
	if f.dir == "" {
		dir, err = store.New("attach-"+tracer.AttachName(url), time.Now())
		return dir, true, err
	}
	_, statErr := os.Stat(f.dir)
	if dir, err = store.UseDir(f.dir); err != nil {
		return "", false, usage("%w", err)
	}
	return dir, errors.Is(statErr, os.ErrNotExist), nil
}
