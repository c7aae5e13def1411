package findings

import (
	"testing"

	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// A report ends where it ends, whatever the program writes behind it when it is over: by that its time is known.
func TestRaceBytes(t *testing.T) {
	const line = "==================\n"
	report := line + "WARNING: DATA RACE\nRead at 0x00c000012345 by goroutine 8:\n  main.f()\n      x.go:3 +0x1\n\n" +
		"Previous write at 0x00c000012345 by main goroutine:\n  main.main()\n      x.go:9 +0x1\n" + line
	list := parseRaces(report + report + "Found 2 data race(s)\n")
	if len(list) != 2 {
		t.Fatalf("got %d reports, wanted 2", len(list))
	}
	for i, r := range list {
		begin := int64(i * len(report))
		if r.from != begin+int64(len(line)) || r.to != begin+int64(len(report)) || r.memory != 0xc000012345 {
			t.Errorf("report %d: got bytes %d to %d of memory %#x, wanted %d to %d", i, r.from, r.to, r.memory, begin+int64(len(line)), begin+int64(len(report)))
		}
	}
}

// TestRaceAtomic knows an access of package sync/atomic by its function, where the detector calls it a plain one.
func TestRaceAtomic(t *testing.T) {
	list := parseRaces("WARNING: DATA RACE\nWrite at 0x1 by goroutine 8:\n  sync/atomic.AddInt64()\n      /go/src/runtime/race_amd64.s:289 +0x1\n" +
		"  main.f()\n      /x/main.go:3 +0x1\n\nPrevious read at 0x1 by main goroutine:\n  main.main()\n      /x/main.go:9 +0x1\n")
	if len(list) != 1 || list[0].now.what != "atomic write" || list[0].before.what != "read" {
		t.Fatalf("got %+v, wanted an atomic write and a read", list)
	}
	p := &Pass{}
	if at := p.placeOf(list[0].now.frames); at.File != "main.go" || at.Line != 3 {
		t.Errorf("got %v, wanted the line that called it", at)
	}
}

// TestFileOf finds files of modules, whose folders bear a version that the table does not have.
func TestFileOf(t *testing.T) {
	p := &Pass{Rec: &recording.Recording{Sites: &rewrite.Sites{Files: []string{"group.go", "example.org/x/sync/group.go", "a@v1/b.go"}}}}
	for path, want := range map[string]string{
		"/cache/example.org/x/sync@v0.24.0/group.go": "example.org/x/sync/group.go",
		"/cache/example.org/x/sync/group.go":         "example.org/x/sync/group.go",
		"/src/group.go":                              "group.go",
		"/src/a@v1/b.go":                             "a@v1/b.go",
		"/src/other.go":                              "other.go",
	} {
		if got := p.fileOf(path); got != want {
			t.Errorf("%s: got %s, wanted %s", path, got, want)
		}
	}
}
