package tracer

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// testingFile becomes a part of package testing: so each test program has the hooks, which start the trace, even if none of its
// packages has an operation, and each test is a task on the timeline.
const testingFile = `package testing

import (
	"context"
	"runtime/trace"

	hook "tracevizhook"
)

// tracevizHold keeps the tracer from allocating memory while AllocsPerRun counts.
func tracevizHold() func() { return hook.Hold() }

// tracevizTask begins the task of a test and returns what ends it.
func tracevizTask(name string) func() {
	_, task := trace.NewTask(context.Background(), name)
	return task.End
}
`

// testCall is where package testing calls the function of a test. A deferred call before it, on the same line, leaves all lines
// and stacks as they are, and comes before testing has reported the test.
const (
	testCall     = "\n\tfn(t)\n"
	testCallTask = "\n\tdefer tracevizTask(t.name)(); fn(t)\n"
)

// allocsCall is the first thing that AllocsPerRun does that is to be undone at its end.
const (
	allocsCall     = "\n\tdefer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))\n"
	allocsCallHold = "\n\tdefer tracevizHold()(); defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))\n"
)

// testingOverlay is the part of the overlay that lies in package testing of goroot. note says what it could not do.
func testingOverlay(outDir, goroot string) (overlay map[string]string, note string, err error) {
	dir := filepath.Join(goroot, "src", "testing")
	files := map[string][]byte{"traceviz.go": []byte(testingFile)}
	src, err := os.ReadFile(filepath.Join(dir, "testing.go"))
	if err != nil {
		return nil, "", fmt.Errorf("package testing: %w", err)
	}
	if bytes.Count(src, []byte(testCall)) == 1 {
		files["testing.go"] = bytes.Replace(src, []byte(testCall), []byte(testCallTask), 1)
	} else {
		note = "tests are not shown as tasks: package testing of this Go release is not known"
	}
	src, err = os.ReadFile(filepath.Join(dir, "allocs.go"))
	if err == nil && bytes.Count(src, []byte(allocsCall)) == 1 { // else a test that counts may see ours
		files["allocs.go"] = bytes.Replace(src, []byte(allocsCall), []byte(allocsCallHold), 1)
	}
	overlay = map[string]string{}
	for name, text := range files {
		to := filepath.Join(outDir, "testing_"+name)
		if err := os.WriteFile(to, text, 0o600); err != nil {
			return nil, "", err
		}
		overlay[filepath.Join(dir, name)] = to
	}
	return overlay, note, nil
}
