package findings

import (
	"strings"
	"testing"
)

// FuzzCrash holds that any crash output is taken: a recording may be hostile.
func FuzzCrash(f *testing.F) {
	for _, text := range []string{"", "panic: x", "panic: send on closed channel\n\ngoroutine 7 [running]:\nmain.f(0x1)\n\t/src/app/main.go:12 +0x1d\n",
		"goroutine 99999999999999999999 [running]:\n\t:\n", "\ngoroutine 1 [running]:\ninternal/sync.fatal({0x1})\n\t/go/src/runtime/panic.go:1\n(\n\t/x:1\n",
		"goroutine 1 [running]:\n\n\n", "goroutine 1 [running]:\nmain.main()"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := parseCrash(text)
		for _, fr := range c.frames {
			if strings.Contains(fr.fn, "\n") || strings.Contains(fr.file, "\n") || fr.line < 0 {
				t.Errorf("got frame %+v", fr)
			}
		}
		c.panicked("x")
		c.in("sync.fatal")
	})
}
