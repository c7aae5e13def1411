package tracer

import (
	"bytes"
	"fmt"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/trace-viz/trace-viz/tracer/hook"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// pipeHook is the file of the hooks that package internal/poll calls.
const pipeHook = "process_pipe.go"

// pipeSplices are the places in internal/poll/fd_unix.go where reads and writes are told. Each stands there once, and what is put
// behind it is on the same line, so that all lines and stacks stay as they are.
var pipeSplices = []struct{ after, add string }{
	{"\n\tSysfd int", "; traceviz tracevizIdent"},
	{"\n\t\tn, err := ignoringEINTRIO(syscall.Read, fd.Sysfd, p)", "; fd.tracevizDid(n, false)"},
	{"\n\t\tn, err := ignoringEINTRIO(syscall.Write, fd.Sysfd, p[nn:max])", "; fd.tracevizDid(n, true)"},
}

// pipeOverlay is the part of the overlay that lies in package internal/poll of goroot, for programs that start others. Such a build
// makes most of the standard library anew, once for each toolchain: the go command keeps it. note says why there is none where
// one is wanted.
func pipeOverlay(outDir, goroot string, files []rewrite.TracedFile) (overlay map[string]string, note string, err error) {
	if !startsPrograms(files) {
		return nil, "", nil
	}
	const unknown = "messages over pipes are not shown: "
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return nil, unknown + "that needs Linux on amd64 or arm64", nil
	}
	dir := filepath.Join(goroot, "src", "internal", "poll")
	src, err := os.ReadFile(filepath.Join(dir, "fd_unix.go"))
	if err != nil {
		return nil, "", fmt.Errorf("package internal/poll: %w", err)
	}
	for _, s := range pipeSplices {
		line := []byte(s.after + "\n")
		if bytes.Count(src, line) != 1 {
			return nil, unknown + "package internal/poll of this Go release is not known", nil
		}
		src = bytes.Replace(src, line, []byte(s.after+s.add+"\n"), 1)
	}
	own, err := hook.Source.ReadFile("poll/traceviz.go")
	if err != nil {
		return nil, "", err
	}
	overlay = map[string]string{}
	for name, text := range map[string][]byte{"fd_unix.go": src, "traceviz.go": bytes.Replace(own, []byte("//go:build tracevizhook"), nil, 1)} {
		to := filepath.Join(outDir, "poll_"+name)
		if err := os.WriteFile(to, text, 0o600); err != nil {
			return nil, "", err
		}
		overlay[filepath.Join(dir, name)] = to
	}
	return overlay, "", nil
}

// dropPipes takes the hooks of pipes out of the overlay when the go command said that they do not compile: a release may have
// changed what the splices rest on. It reports whether there is anything to try again.
func (b *Built) dropPipes(overlay map[string]string, said string) bool {
	if !strings.Contains(said, "internal/poll") && !strings.Contains(said, pipeHook) {
		return false
	}
	dropped := false
	for original := range overlay {
		base := filepath.Base(original)
		if filepath.Base(filepath.Dir(original)) == "poll" || base == pipeHook {
			delete(overlay, original)
			dropped = true
		}
	}
	if dropped {
		b.Notes = append(b.Notes, "messages over pipes are not shown: package internal/poll of this Go release is not known")
	}
	return dropped
}

// startsPrograms reports whether one of the files imports os/exec.
func startsPrograms(files []rewrite.TracedFile) bool {
	for _, f := range files {
		parsed, err := parser.ParseFile(gotoken.NewFileSet(), f.Abs, nil, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, imp := range parsed.Imports {
			if imp.Path.Value == `"os/exec"` {
				return true
			}
		}
	}
	return false
}
