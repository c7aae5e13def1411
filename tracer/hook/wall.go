//go:build tracevizhook

package hook

import (
	"bytes"
	"os"
	"runtime"

	"tracevizhook/fgprof"
)

// wallLimit is the number of goroutines above which no wall profile is taken. fgprof stops the world 99 times a second and
// looks at each goroutine: at 1,000 that costs a sixth of a core, at 10,000 a whole one.
const wallLimit = 2000

// A variable's initialiser runs before the init functions of the package, so before the one that starts to trace.
var _ = func() bool {
	startWall = wall
	return true
}()

// wall runs fgprof until the function that it returns is called. The overlay has its source as packages of the standard
// library. Its goroutine is the one part of trace-viz that runtime.NumGoroutine counts.
func wall(dir string) func() {
	if runtime.NumGoroutine() > wallLimit {
		return nil
	}
	var profile bytes.Buffer // fgprof writes all of it at its end; until then the program has no descriptor more
	stop := fgprof.Start(&profile, fgprof.FormatPprof)
	return func() {
		if ended(stop) && profile.Len() > 0 {
			os.WriteFile(dir+"/wall.pprof", profile.Bytes(), 0o600)
		}
	}
}

// ended ends a profile. fgprof divides by its sampling rate, which is 0 if the program lived too short for a sample.
func ended(stop func() error) (ok bool) {
	defer func() { ok = recover() == nil && ok }()
	return stop() == nil
}
