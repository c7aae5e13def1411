package store

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/bundle"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// MaxDrop bounds a file that is given to Keep, in bytes: what all recordings together may take.
const MaxDrop = keepBytes

// How the files begin that Keep knows.
var (
	traceMagic  = []byte("go 1.")
	bundleMagic = []byte("PK\x03\x04")
)

// Keep makes a recording of a file that comes from elsewhere, and returns its folder: of a bundle, or of an execution trace
// alone. What it is its first bytes say, not its name, which only gives the recording one. Nothing is left of a file that is
// neither, that is damaged as a bundle or longer than MaxDrop.
func Keep(name string, content io.Reader) (dir string, err error) {
	if err := Check(); err != nil {
		return "", err
	}
	if err := os.MkdirAll(Recordings(), 0o700); err != nil {
		return "", fmt.Errorf("no place for recordings: %w (set %s)", err, EnvHome)
	}
	base := strings.TrimSuffix(filepath.Base(filepath.ToSlash(name)), bundle.Ext)
	if safe(base) == "" {
		base = "trace"
	}
	r := bufio.NewReader(io.LimitReader(content, MaxDrop+1))
	head, err := r.Peek(5)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	part, err := os.MkdirTemp(Recordings(), ".unpack-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(part)
	switch {
	case bytes.HasPrefix(head, traceMagic):
		return keepTrace(part, base, r)
	case bytes.HasPrefix(head, bundleMagic):
		file := filepath.Join(part, safe(base)+bundle.Ext)
		if err := fill(file, r); err != nil {
			return "", err
		}
		dir, err := Import(file)
		if err != nil { // the path is none of the person's
			return "", errors.New(strings.ReplaceAll(err.Error(), file, name))
		}
		return dir, nil
	}
	return "", fmt.Errorf("%s is neither a Go execution trace (which begins with %q) nor a recording (%s)", name, traceMagic, bundle.Ext)
}

// keepTrace makes a recording that has a trace and nothing else.
func keepTrace(part, program string, r io.Reader) (string, error) {
	if err := fill(filepath.Join(part, recording.TraceFile), r); err != nil {
		return "", err
	}
	now := time.Now()
	m := recording.Meta{Version: recording.Version, Program: program, Args: []string{}, Pacing: "compressed", Start: now.UTC().Format(time.RFC3339Nano)}
	if err := recording.WriteMeta(part, m); err != nil {
		return "", err
	}
	dir, err := New(program, now)
	if err != nil {
		return "", err
	}
	for _, name := range []string{recording.TraceFile, recording.MetaFile} {
		if err := os.Rename(filepath.Join(part, name), filepath.Join(dir, name)); err != nil {
			os.RemoveAll(dir)
			return "", err
		}
	}
	return dir, nil
}

// fill writes a new file of all that r has.
func fill(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err == nil && n > MaxDrop {
		err = fmt.Errorf("the file is larger than %d bytes: open it with trace-viz open, which does not copy it", int64(MaxDrop))
	}
	return err
}
