package scenarios

import (
	"fmt"
	"regexp"
	"slices"
)

// A Task is what can be measured of a right program: the fixed one, or somebody's attempt at the exercise.
type Task struct {
	Prints  []Print
	AtLeast int     // so many of its own goroutines are there at one time, main not counted
	AtMost  int     // and no more than these; 0: no limit
	AtOnce  int     // so many of them may compute at one time, however many there are; 0: no limit
	Through int     // so many messages go through its channels, where the channels are what the exercise is about
	Read    bool    // each message that is sent is received too
	Prompt  bool    // none of its goroutines waits long for a lock
	Faster  float64 // how many times as fast as the buggy program it has to be; 0: it need not
}

// A Print is a line that a right program prints on its standard output.
type Print struct {
	Times int    // how often, neither more nor less
	Line  string // a regular expression for the whole line
}

// Missing tells the first thing that is wrong with the lines that a program printed, "" if they are right. Lines that the
// task does not name may be there too.
func (t Task) Missing(lines []string) string {
	for _, p := range t.Prints {
		if n := len(p.Places(lines)); n != p.Times {
			return fmt.Sprintf("got %d lines like %q, wanted %d", n, p.Line, p.Times)
		}
	}
	return ""
}

// Places are the indexes of the lines that p means.
func (p Print) Places(lines []string) (at []int) {
	like := regexp.MustCompile("^(?:" + p.Line + ")$")
	for i, line := range lines {
		if like.MatchString(line) {
			at = append(at, i)
		}
	}
	return at
}

// Raced tells whether the bug is a data race, which the race detector alone can find.
func (b *Bug) Raced() bool { return slices.Contains(b.Expect, "data-race") }
