package exercise

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/scenarios"
)

// Every exercise keeps its code, gives nothing away, and names the findings and what has to stay.
func TestFiles(t *testing.T) {
	for _, s := range scenarios.All {
		for i := range s.Bugs {
			v := scenarios.Variant{Scenario: s, Bug: &s.Bugs[i]}
			t.Run(v.Name(), func(t *testing.T) { exerciseOf(t, v) })
		}
	}
}

func exerciseOf(t *testing.T, v scenarios.Variant) {
	files, err := Files(v)
	if err != nil {
		t.Fatal(err)
	}
	original, err := v.Files()
	if err != nil {
		t.Fatal(err)
	}
	main, readme := string(files["main.go"]), string(files["README.md"])
	_, code, _ := strings.Cut(string(original["main.go"]), "\npackage main\n")
	if _, got, _ := strings.Cut(main, "\npackage main\n"); got != code || code == "" {
		t.Error("the code is not the buggy program's")
	}
	if strings.Contains(main, "The bug:") || strings.Contains(main, "Fixed:") {
		t.Errorf("main.go gives the bug away:\n%s", main[:strings.Index(main, "package")])
	}
	task, hints, ok := strings.Cut(readme, "<details>")
	if !ok || strings.Contains(task, "The bug:") || !strings.Contains(hints, "The bug:") || !strings.Contains(hints, "Fixed:") {
		t.Errorf("the hints are not folded away:\n%s", readme)
	}
	if v.Bug.Keep == "" || !strings.Contains(task, v.Bug.Keep[1:]) {
		t.Error("the task does not say what has to stay")
	}
	if strings.Contains(task, "trace-viz run . --no-ui --race") != v.Bug.Raced() {
		t.Errorf("a data race is found with --race, other bugs without:\n%s", task)
	}
	if v.Bug.Task.Faster > 0 && !strings.Contains(task, "times as fast") || v.Bug.Task.AtMost > 0 && !strings.Contains(task, "At most ") {
		t.Error("the task does not say what is measured")
	}
	for _, kind := range v.Bug.Expect {
		if a := findings.Find(kind); a == nil || !strings.Contains(task, "`"+kind+"`: "+a.Summary) {
			t.Errorf("the task does not explain %s", kind)
		}
	}
}

func TestWrite(t *testing.T) {
	v, err := scenarios.Find("shared-state/double-lock/fixed") // which side does not matter
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "new", "folder")
	names, err := Write(v, dir)
	if err != nil || strings.Join(names, " ") != "README.md exercise.json go.mod main.go" {
		t.Fatalf("got %v, %v", names, err)
	}
	for _, args := range [][]string{{"gofmt", "-l", "."}, {"go", "build", "-o", os.DevNull, "."}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(v, dir); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("into a folder that is not empty: got %v", err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "main.go")); !bytes.Equal(b, []byte("mine")) {
		t.Errorf("the person's file was changed to %q", b)
	}
	if _, err := Write(v, filepath.Join(dir, "main.go")); err == nil {
		t.Error("a file was taken for a folder")
	}
	if _, err := Write(v, t.TempDir()); err != nil {
		t.Errorf("into an empty folder: %v", err)
	}
}
