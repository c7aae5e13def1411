package describe

import (
	"fmt"

	"github.com/trace-viz/trace-viz/internal/index"
)

// piped says what was read from or written to a pipe.
func piped(e index.Event, g, o string) string {
	bytes := fmt.Sprintf("%d bytes", e.Delta)
	if e.Delta == 1 {
		bytes = "1 byte"
	}
	if e.Kind == index.KindPipeRead {
		return fmt.Sprintf("%s reads %s from %s", g, bytes, o)
	}
	return fmt.Sprintf("%s writes %s to %s", g, bytes, o)
}
