package findings

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
)

// What the runtime says when it ends a program because the goroutines of a bubble of testing/synctest wait for good. It knows all that
// could wake them: nobody outside of the bubble can.
const (
	bubbleStuck = "deadlock: all goroutines in bubble are blocked"
	bubbleLeft  = "deadlock: main bubble goroutine has exited but blocked goroutines remain"
)

// bubble tells of the goroutines of a bubble with which the program died with one of these texts; what says what went before. Which
// ones they are stands in the crash output.
func (p *Pass) bubble(text, what string) []Finding {
	if !p.crash().panicked(text) || p.crash().process.Number > 1 || p.Index.NumEvents() == 0 {
		return nil
	}
	w := p.end()
	var list []index.GID
	f := Finding{Verdict: Proven}
	for _, s := range w.st.Goroutines {
		if g := p.Index.Goroutines()[s.G]; g.Process == 1 && slices.Contains(p.crash().bubble, g.GoID) && index.Blocked(s.State) {
			list = append(list, s.G)
			f.TimeNS = max(f.TimeNS, s.Since)
		}
	}
	if len(list) == 0 {
		return nil
	}
	w.fillStuck(&f, list)
	f.Message += what
	f.Why = append(f.Why, "The runtime knows all that could wake a goroutine of a bubble, and ended the program.")
	return []Finding{f}
}
