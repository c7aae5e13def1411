package findings

import (
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

// testingFrame is how the functions of package testing begin. Its fuzzing lies in another package.
const testingFrame = "testing."

// waitsForTest tells whether a goroutine waits inside of package testing: for a test to end, or to go on in parallel. Only another
// test of the program can end such a wait. The alarm of -timeout ends none: it ends the program.
func waitsForTest(ix *index.Index, s *index.GState) bool {
	if s.SinceEvent < 0 || s.State != index.StateRecv && s.State != index.StateSend {
		return false
	}
	for _, f := range ix.Stack(s.SinceEvent) {
		if !strings.HasPrefix(f.Func, "runtime.") {
			return strings.HasPrefix(f.Func, testingFrame)
		}
	}
	return false
}
