package tracer

import (
	"os"
	"strconv"
	"strings"
)

// environment is that of the program.
func (r *run) environment() []string {
	env := r.Env
	if env == nil {
		env = os.Environ()
	}
	env = append(env[:len(env):len(env)], envDir+"="+r.Dir, envControl+"="+r.ctl.path())
	if r.NoValues {
		env = append(env, envValues+"=off")
	}
	if r.Perturb > 0 {
		env = append(env, envPerturb+"="+strconv.FormatUint(r.Perturb, 10))
	}
	if r.Procs > 0 {
		env = append(env, "GOMAXPROCS="+strconv.Itoa(r.Procs))
	}
	if r.Race && !r.RaceInOutput {
		env = r.raceEnv(env)
	}
	if r.built.FramePointer != "" {
		env = withoutFramePointers(env)
	}
	return env
}

// withoutFramePointers makes the tracer of a program, and of those that it starts, find stacks without the frame pointer.
func withoutFramePointers(env []string) []string {
	const setting = "tracefpunwindoff=1"
	settings := setting
	for _, v := range env {
		if text, ok := strings.CutPrefix(v, "GODEBUG="); ok { // the last one counts
			settings = strings.TrimPrefix(text+","+setting, ",")
		}
	}
	return append(env, "GODEBUG="+settings)
}
