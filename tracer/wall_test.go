package tracer

import (
	"os"
	"strings"
	"testing"
)

// The wall profiler that is put into targets must be the version that our own go.mod names.
func TestWallVersionsAreThoseOfGoMod(t *testing.T) {
	b, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range wallModules {
		if !strings.Contains(string(b), m.path+" "+m.version+"\n") && !strings.Contains(string(b), m.path+" "+m.version+" //") {
			t.Errorf("go.mod does not require %s %s", m.path, m.version)
		}
	}
}
