package index

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// firstTrace is the name of the trace of a recording's first process; those of the processes that it started lie beside it
// and have their process id in the name (tracer/hook/output.go).
const firstTrace = "trace.out"

// A Child is the trace of a process that the program started.
type Child struct {
	PID  int
	Path string
}

// Children finds the traces of the processes that the program started, by process id: those beside the trace at path, if that
// is one of a recording.
func Children(path string) []Child {
	if filepath.Base(path) != firstTrace {
		return nil
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	var list []Child
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), "trace-")
		digits, ok2 := strings.CutSuffix(digits, ".out")
		pid, err := strconv.Atoi(digits)
		if ok && ok2 && err == nil && pid > 0 && strconv.Itoa(pid) == digits && e.Type().IsRegular() {
			list = append(list, Child{pid, filepath.Join(filepath.Dir(path), e.Name())})
		}
	}
	slices.SortFunc(list, func(a, b Child) int { return cmp.Compare(a.PID, b.PID) })
	return list
}
