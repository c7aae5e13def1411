package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/bundle"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// What a file is its first bytes say; nothing is left of what is refused.
func TestKeep(t *testing.T) {
	t.Setenv(EnvHome, t.TempDir())
	dir, err := Keep("../../x/my trace.out", strings.NewReader("go 1.26 trace\x00\x00\x00"))
	if err != nil || !Owns(dir) || !strings.HasPrefix(filepath.Base(dir), "my-trace.out-") {
		t.Fatalf("got %s, %v, wanted a recording named by the file", dir, err)
	}
	rec, err := recording.Open(dir)
	if err != nil || rec.Meta.Program != "my trace.out" {
		t.Fatalf("got %+v, %v", rec, err)
	}
	var packed bytes.Buffer
	if err := bundle.Pack(&packed, dir); err != nil {
		t.Fatal(err)
	}
	unpacked, err := Keep("shared.tviz", bytes.NewReader(packed.Bytes()))
	if err != nil || !strings.HasPrefix(filepath.Base(unpacked), "shared-") {
		t.Fatalf("got %s, %v, wanted the bundle's recording", unpacked, err)
	}
	broken := bytes.Clone(packed.Bytes())
	broken[len(broken)/2] ^= 0xff
	for name, content := range map[string]string{"empty": "", "short": "go", "other.zip": "PK\x03\x04 no", "text": "hello, world", "b.tviz": string(broken)} {
		if dir, err := Keep(name, strings.NewReader(content)); err == nil || strings.Contains(err.Error(), Home()) {
			t.Errorf("%s: got %s, %v, wanted an error without a path", name, dir, err)
		}
	}
	entries, _ := os.ReadDir(Recordings())
	if len(entries) != 2 {
		t.Errorf("got %v, wanted the two recordings and nothing else", entries)
	}
}

// A removed recording is out of the list, comes back, and goes for good after a day.
func TestTrash(t *testing.T) {
	t.Setenv(EnvHome, t.TempDir())
	dir, err := New("p", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := recording.WriteMeta(dir, recording.Meta{Version: 1, Program: "p", Outcome: recording.Exit, Args: []string{"x"}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, recording.TraceFile), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Retitle(dir, "mine"); err != nil {
		t.Fatal(err)
	}
	if list := List(); len(list) != 1 || list[0].Meta.Title != "mine" || list[0].Meta.Args[0] != "x" {
		t.Errorf("got %+v, wanted one with its title and all else as it was", list)
	}
	name, err := Trash(dir)
	if err != nil || len(List()) != 0 {
		t.Fatalf("got %v and %d recordings after the removal", err, len(List()))
	}
	for _, bad := range []string{"", "1", "../" + name, "1-../x", "1-.trash", "2-" + filepath.Base(dir)} {
		if got, err := Restore(bad); err == nil {
			t.Errorf("Restore(%q) gave %s", bad, got)
		}
	}
	if back, err := Restore(name); err != nil || back != dir || len(List()) != 1 {
		t.Fatalf("got %s, %v", back, err)
	}
	if name, err = Trash(dir); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-trashAge - time.Minute)
	if err := os.Chtimes(filepath.Join(trash(), name), old, old); err != nil {
		t.Fatal(err)
	}
	emptyTrash()
	if _, err := Restore(name); err == nil {
		t.Error("a recording came back after more than a day")
	}
	if _, err := Trash(t.TempDir()); err == nil {
		t.Error("a folder from elsewhere was removed")
	}
}
