//go:build tracevizhook

package hook

import "os"

// Programs read the text of stacks, of all goroutines too: so do tests that look for goroutines which were left, by the function
// on top. Each function here stands for one that makes such a text, which is its first argument, and takes our frames out.

// Stack stands for runtime.Stack.
func Stack(original func([]byte, bool) int) func([]byte, bool) int {
	return func(buf []byte, all bool) int {
		if len(buf) < smallText {
			return fill(original, buf, all)
		}
		n := original(buf, all)
		if n == len(buf) {
			return fill(original, buf, all)
		}
		left := len(DropFrames(buf[:n]))
		clear(buf[left:n])
		return left
	}
}

// A buffer with less than smallText is mostly for the beginning of a text, such as the number of the goroutine. To try first
// whether all fits would double what that costs: the runtime walks the whole stack each time.
const (
	smallText = 4096
	moreText  = 1024 // more than our frames on top take
)

// fill fills buf, which may be too small for the text with our frames. As much of that is made as is needed to know whether buf is
// too small for the text without, too.
func fill(original func([]byte, bool) int, buf []byte, all bool) int {
	if len(buf) == 0 {
		return 0
	}
	for size := 2*len(buf) + moreText; ; size *= 2 {
		text := make([]byte, size)
		n := original(text, all)
		text = text[:n]
		if n == size {
			text = wholeFrames(text)
		}
		if text = DropFrames(text); n < size || len(text) >= len(buf) {
			return copy(buf, text)
		}
	}
}

// wholeFrames cuts a text behind the last line that is the place of a frame: whose frame it is would not be known of what is cut.
func wholeFrames(text []byte) []byte {
	end := len(text)
	for i := end - 1; i >= 0; i-- {
		if text[i] != '\n' {
			continue
		}
		if i+1 < end && text[i+1] == '\t' && end < len(text) {
			return text[:end]
		}
		end = i + 1
	}
	return nil
}

// DebugStack stands for debug.Stack.
func DebugStack(original func() []byte) func() []byte {
	return func() []byte { return DropFrames(original()) }
}

// PrintStack stands for debug.PrintStack. stack is debug.Stack.
func PrintStack(_ func(), stack func() []byte) func() {
	return func() { os.Stderr.Write(DropFrames(stack())) }
}
