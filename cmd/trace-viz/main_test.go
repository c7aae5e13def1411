package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run this test binary as the command trace-viz: the real command line, under the race detector when
// the tests are.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"trace-viz": func() { os.Exit(Main()) }})
}

// TestScripts runs the scripts in testdata/script. Each has a folder of its own for recordings and temporary files.
func TestScripts(t *testing.T) {
	goEnv := goEnvironment(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		ContinueOnError:     true,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, goEnv...)
			env.Setenv("HOME", filepath.Join(env.WorkDir, ".home"))
			env.Setenv("XDG_DATA_HOME", filepath.Join(env.WorkDir, ".data"))
			env.Setenv("GORACE", "atexit_sleep_ms=10") // by default a race-enabled program sleeps for a second at its end
			return os.Mkdir(filepath.Join(env.WorkDir, ".home"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"clean":    cmdClean,
			"code":     cmdCode,
			"json":     cmdJSON,
			"keys":     cmdKeys,
			"listen":   cmdListen,
			"proxy":    cmdProxy,
			"mask":     cmdMask,
			"readport": cmdReadPort,
			"recent":   cmdRecent,
			"recents":  cmdRecents,
			"shorten":  cmdShorten,
			"snapshot": cmdSnapshot,
			"waitfor":  cmdWaitFor,
		},
	})
}

// goEnvironment is what the go command needs from the machine's user when a script gives it another home.
func goEnvironment(t *testing.T) []string {
	t.Helper()
	names := []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GONOSUMDB", "GONOSUMCHECK", "GOSUMDB", "GOFLAGS", "GOTOOLCHAIN", "GOPRIVATE"}
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	values := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(values) != len(names) {
		t.Fatalf("go env: got %d values, wanted %d", len(values), len(names))
	}
	env := make([]string, len(names))
	for i, name := range names {
		env[i] = name + "=" + values[i]
	}
	return env
}
