package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/recording"
)

func TestHome(t *testing.T) {
	tmp := t.TempDir()
	for _, c := range []struct{ own, xdg, home, want string }{
		{"/own", "/xdg", "/users/u", "/own"},
		{"", "/xdg", "/users/u", "/xdg/trace-viz"},
		{"", "not/absolute", "/users/u", "/users/u/.local/share/trace-viz"},
		{"", "", "/users/u", "/users/u/.local/share/trace-viz"},
		{"", "", "", filepath.Join(tmp, fmt.Sprintf("trace-viz-%d", os.Getuid()))},
	} {
		t.Setenv("TMPDIR", tmp)
		t.Setenv(EnvHome, c.own)
		t.Setenv("XDG_DATA_HOME", c.xdg)
		t.Setenv("HOME", c.home)
		if got := Home(); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

// Without a home directory the folder has a name that anyone can guess: what another user may have put there is not used.
func TestHomeless(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, name := range []string{EnvHome, "XDG_DATA_HOME", "HOME"} {
		t.Setenv(name, "")
	}
	for range 2 { // it is made, and then found
		if dir, err := New("p", time.Now()); err != nil || !strings.HasPrefix(dir, Home()) {
			t.Fatalf("got %s, %v", dir, err)
		}
	}
	if err := os.Chmod(Home(), 0o777); err != nil {
		t.Fatal(err)
	}
	if dir, err := New("p", time.Now()); err == nil {
		t.Errorf("got %s in a folder that all may write to", dir)
	}
	if err := os.Rename(Home(), Home()+".else"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(Home()+".else", Home()); err != nil {
		t.Fatal(err)
	}
	if err := Check(); err == nil {
		t.Error("a link was followed")
	}
}

// The newest are kept, and one that still runs; each new one has a folder of its own.
func TestPrune(t *testing.T) {
	t.Setenv(EnvHome, t.TempDir())
	begin := time.Now().Add(-time.Minute)
	made := map[string]bool{}
	for i := range keepCount + 5 {
		at := begin.Add(time.Duration(i) * time.Second / 10) // several in a second
		dir, err := New("some/program é", at)
		if err != nil || made[dir] {
			t.Fatalf("got %s again, or %v", dir, err)
		}
		made[dir] = true
		m := recording.Meta{Version: 1, Outcome: recording.Exit, Start: at.Format(time.RFC3339Nano)}
		if i == 0 {
			m.Outcome = recording.Running
		}
		if err := recording.WriteMeta(dir, m); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, recording.TraceFile), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list := List()
	if len(list) != keepCount+1 || list[len(list)-1].Meta.Outcome != recording.Running {
		t.Errorf("got %d recordings, wanted %d and the one that runs", len(list), keepCount)
	}
	for i, item := range list[1:] {
		if item.Time.After(list[i].Time) {
			t.Errorf("%s is newer than the one before it", item.Path)
		}
		if base := filepath.Base(item.Path); !strings.HasPrefix(base, "some-program-20") {
			t.Errorf("got the name %s", base)
		}
	}
}

// Recordings that belong together do not remove each other, and the next one removes them as any other.
func TestPruneBeside(t *testing.T) {
	t.Setenv(EnvHome, t.TempDir())
	began := time.Now().Add(-time.Minute)
	make := func(at, since time.Time) {
		dir, err := NewBeside("p", at, since)
		if err != nil {
			t.Fatal(err)
		}
		m := recording.Meta{Version: 1, Outcome: recording.Exit, Start: at.Format(time.RFC3339Nano)}
		if err := errors.Join(recording.WriteMeta(dir, m), os.WriteFile(filepath.Join(dir, recording.TraceFile), []byte("x"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range keepCount {
		at := began.Add(time.Duration(i-2*keepCount) * time.Second)
		make(at, at)
	}
	for i := range keepCount + 10 {
		make(began.Add(time.Duration(i)*time.Millisecond), began)
	}
	if n := len(List()); n != keepCount+10 {
		t.Errorf("got %d recordings, wanted %d: those of one run", n, keepCount+10)
	}
	make(time.Now(), time.Now())
	if n := len(List()); n != keepCount {
		t.Errorf("got %d recordings, wanted %d", n, keepCount)
	}
}

func TestUseDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	got, err := UseDir(dir)
	if err != nil || got != dir {
		t.Fatalf("got %s, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "precious"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := UseDir(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v, wanted an error that names the folder", err)
	}
	if _, err := UseDir(filepath.Join(dir, "precious")); err == nil {
		t.Error("a file was taken for a folder")
	}
}
