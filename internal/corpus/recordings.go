package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	exptrace "golang.org/x/exp/trace"

	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer/hook"
)

// examine opens each recording and gathers what is in it.
func (t *trial) examine(ctx context.Context) error {
	list, err := filepath.Glob(filepath.Join(t.recordings(), "*", recording.MetaFile))
	if err != nil {
		return err
	}
	for _, meta := range list {
		t.say("reading " + filepath.Base(filepath.Dir(meta)))
		if err := t.read(ctx, filepath.Dir(meta)); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			t.result.fail("recording %s: %v", filepath.Base(filepath.Dir(meta)), err)
		}
	}
	if t.result.Recordings = len(list); t.recorded == nil {
		return nil
	}
	// A package whose tests do not compile is not recorded, nor is one that has none.
	want := 0
	for pkg, how := range t.recorded.packages {
		if _, built := t.recorded.elapsed[pkg]; how == "pass" && built && t.ran(pkg) {
			want++
		}
	}
	if len(list) < want {
		t.result.fail("got %d recordings for %d packages whose tests have run", len(list), want)
	}
	return nil
}

// ran tells whether any test of a package has run.
func (t *trial) ran(pkg string) bool {
	for name := range t.recorded.tests {
		if name.Package == pkg {
			return true
		}
	}
	return false
}

// read takes one recording into the result.
func (t *trial) read(ctx context.Context, dir string) error {
	rec, err := recording.Open(dir)
	if err != nil {
		return err
	}
	r := t.result
	r.take(rec.Meta.Notes)
	size, err := folderSize(dir)
	if err != nil {
		return err
	}
	events, err := hookEvents(rec.TracePath())
	if err != nil {
		return err
	}
	r.Bytes, r.HookEvents = r.Bytes+size, r.HookEvents+events
	var stdout, stderr bytes.Buffer
	if err := run(ctx, dir, &stdout, &stderr, t.command, "report", dir, "--json"); err != nil {
		return fmt.Errorf("report: %w: %s", err, lastLines(stderr.String(), 5))
	}
	var report struct {
		Findings []found
	}
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if !rec.Meta.Complete && rec.Meta.Outcome == recording.Exit && !rec.Meta.Cut {
		r.fail("recording %s is not complete, and the tests ended by themselves: %s", filepath.Base(dir), rec.Meta.Loss)
	}
	for _, f := range report.Findings {
		f.Package = rec.Meta.Program
		r.find(f)
	}
	return nil
}

// hookEvents counts the hook records of a trace, as far as it can be read.
func hookEvents(path string) (n int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	reader, err := exptrace.NewReader(f)
	if err != nil {
		return 0, err
	}
	var args [8]int64
	for {
		e, err := reader.ReadEvent()
		if errors.Is(err, io.EOF) || err != nil && n > 0 {
			return n, nil // of one that was cut the report tells more
		}
		if err != nil {
			return n, err
		}
		if e.Kind() == exptrace.EventLog {
			if _, _, ok := hook.DecodeLog(e.Log().Category, e.Log().Message, args[:0]); ok {
				n++
			}
		}
	}
}

func folderSize(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}
