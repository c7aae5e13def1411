package recording

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// On a full disk no new file can be written; what is known of the run then replaces what was there.
func TestWriteMetaInPlace(t *testing.T) {
	dir := t.TempDir()
	if err := WriteMeta(dir, Meta{Version: 1, Program: strings.Repeat("long", 100), Outcome: Running}); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, MetaFile+".new"), 0o700); err != nil { // no file can have that name
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, MetaFile+".new", "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, TraceFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteMeta(dir, Meta{Version: 1, Program: "short", Outcome: Exit}); err != nil {
		t.Fatal(err)
	}
	r, err := Open(dir)
	if err != nil || r.Meta.Outcome != Exit || r.Meta.Program != "short" {
		t.Errorf("got %+v, %v", r, err)
	}
}
