package tracer

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// NoCompiler says why the race detector can't be used here: it needs a C compiler, and the one that the go command would
// call is not there. "" means that it can.
func NoCompiler() string {
	out, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		return "" // the build will say what is wrong with the go command
	}
	words := strings.Fields(string(out))
	if len(words) == 0 {
		words = []string{"gcc"}
	}
	if _, err := exec.LookPath(words[0]); err != nil {
		return "the race detector needs a C compiler, and there is no " + words[0] + " here: install gcc or clang, or set CC"
	}
	return ""
}

// raceLog is the prefix of the files into which the race detector writes its reports, one for each process.
func (r *run) raceLog() string { return filepath.Join(r.Dir, "race") }

// raceFile is the one of the program itself.
func (r *run) raceFile() string {
	if r.RaceInOutput {
		return r.raceLog() + ".0"
	}
	return r.raceLog() + "." + strconv.Itoa(r.cmd.Process.Pid)
}

// raceEnv makes the detector write to our files. What the user set in GORACE stays, their own log_path too: then the
// reports are theirs alone.
func (r *run) raceEnv(env []string) []string {
	own := ""
	for _, v := range env {
		if value, ok := strings.CutPrefix(v, "GORACE="); ok {
			own = value + " "
		}
	}
	if strings.Contains(own, "log_path=") {
		r.notes = append(r.notes, "GORACE sets log_path, so the reports of the race detector are not in the recording")
		return env
	}
	return append(env, "GORACE="+own+"log_path="+r.raceLog())
}

// mostRaceTimes bounds how often it is written down how the log grew.
const mostRaceTimes = 1000

// watchRaces looks how far the log of the program's own reports has grown: a report says nothing about its time. It is
// called again and again while the program runs, so a time is late by the pause between two calls at most.
func (r *run) watchRaces() {
	if !r.Race || len(r.Meta.RaceTimes) >= mostRaceTimes {
		return
	}
	size, last := fileSize(r.raceFile()), int64(-1)
	if n := len(r.Meta.RaceTimes); n > 0 {
		last = r.Meta.RaceTimes[n-1].Bytes
	}
	at := recording.RaceTime{Bytes: size, NS: nanotime() - r.started}
	if n := len(r.Meta.RaceTimes); size == last && (n > 1 && r.Meta.RaceTimes[n-2].Bytes == size) {
		r.Meta.RaceTimes[n-1] = at // the last time at which it was still so
	} else {
		r.Meta.RaceTimes = append(r.Meta.RaceTimes, at)
	}
}

// collectRaces puts the reports together in the recording and shows them on the program's stderr, where they would have
// gone without us, unless they have.
func (r *run) collectRaces() error {
	if r.tee != nil {
		if err := r.tee.close(); err != nil {
			return err
		}
	}
	r.watchRaces()
	files, err := filepath.Glob(r.raceLog() + ".[0-9]*")
	if err != nil || len(files) == 0 {
		return err
	}
	slices.Sort(files)
	var all bytes.Buffer
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		all.Write(b)
	}
	if all.Len() > 0 {
		if err := os.WriteFile(filepath.Join(r.Dir, recording.RaceFile), all.Bytes(), 0o600); err != nil {
			return err
		}
	}
	for _, file := range files {
		os.Remove(file)
	}
	if r.RaceInOutput {
		return nil
	}
	_, err = io.Copy(r.Stderr, &all)
	return err
}
