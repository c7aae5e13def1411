package hook_test

import (
	"testing"

	"github.com/trace-viz/trace-viz/tracer/hook"
)

func TestDropFrames(t *testing.T) {
	const head, user, ours = "goroutine 7 [chan receive]:\n", "main.f(...)\n\t/src/main.go:7 +0x1d\n", "tracevizhook.R[...](0x0, 0x1)\n\t/go/src/tracevizhook/ops_chan.go:9 +0x2\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"without hooks", head + user, head + user},
		{"on top", head + ours + user, head + user},
		{"several in a row", head + ours + ours + user + ours + user, head + user + user},
		{"of two goroutines", head + ours + user + "\n" + head + ours + user, head + user + "\n" + head + user},
		{"creator", head + user + "created by tracevizhook.Go in goroutine 1\n\t/x.go:1 +0x1\n\n" + head, head + user + "\n" + head},
		{"creator that is not ours", head + "created by main.f in goroutine 1\n\t/x.go:1\n", head + "created by main.f in goroutine 1\n\t/x.go:1\n"},
		{"ours alone", ours, ""},
		{"inlined literal", head + "main.main.Once.func1(...)\n\t/go/src/tracevizhook/ops_func.go:9\n" + user, head + user},
		{"inlined literal, trimmed", head + "main.main.Once.func1(...)\n\ttracevizhook/ops_func.go:9 +0x7\n" + user, head + user},
		{"a folder that is called like ours", head + "main.f(...)\n\t/some/tracevizhook/main.go:9\n", head + "main.f(...)\n\t/some/tracevizhook/main.go:9\n"},
		{"cut behind the function", head + user + "tracevizhook.R[...](0x0)\n", head + user},
		{"cut in the place", head + "tracevizhook.R[...](0x0)\n\t/go/src", head},
		{"cut in the place of another", head + "main.f(...)\n\t/go/src", head + "main.f(...)\n\t/go/src"},
		{"cut in a name", head + "main.f", head + "main.f"},
		{"no place", head + "tracevizhook.R()\n" + user, head + user},
		{"a name that begins like ours", head + "tracevizhooked.F()\n\t/x.go:1\n", head + "tracevizhooked.F()\n\t/x.go:1\n"},
	} {
		if got := string(hook.DropFrames([]byte(c.text))); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
