package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/trace-viz/trace-viz/internal/exercise"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/judge"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/server"
	"github.com/trace-viz/trace-viz/internal/store"
	"github.com/trace-viz/trace-viz/internal/target"
	"github.com/trace-viz/trace-viz/scenarios"
	"github.com/trace-viz/trace-viz/tracer"
)

// A starter starts for the page what it may start: programs of the registry, and those in the folders of exercises that were
// given on the command line. One job is under way at a time.
type starter struct {
	ctx  context.Context // of the page: the jobs end with it
	add  func(id string, src server.Source) error
	dirs []string // of exercises, absolute

	work   sync.WaitGroup
	noRace func() string

	mu   sync.Mutex
	jobs []*server.Job // by number, from 1
}

func newStarter(dirs []string) *starter {
	return &starter{dirs: dirs, noRace: sync.OnceValue(tracer.NoCompiler)}
}

// Offer lists the registry and the exercises. A folder that is none any more is left out.
func (s *starter) Offer() server.Offer {
	o := server.Offer{NoRace: s.noRace()}
	for _, sc := range scenarios.All {
		offered := server.OfferedScenario{Name: sc.Name, Level: sc.Level, Lesson: sc.Lesson}
		for i := range sc.Bugs {
			v := scenarios.Variant{Scenario: sc, Bug: &sc.Bugs[i]}
			offered.Bugs = append(offered.Bugs, server.OfferedBug{Slug: v.Bug.Slug, What: v.Bug.What, Buggy: v.Name(), Fixed: v.Twin().Name(), Expect: v.Bug.Expect})
		}
		o.Scenarios = append(o.Scenarios, offered)
	}
	for i, dir := range s.dirs {
		if v, err := exercise.Find(dir); err == nil {
			o.Exercises = append(o.Exercises, server.OfferedExercise{Name: strconv.Itoa(i), Folder: filepath.Base(dir), Exercise: v.Name(), Task: v.Bug.Keep})
		}
	}
	return o
}

// Job tells how far a job is.
func (s *starter) Job(n int) (server.Job, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < 1 || n > len(s.jobs) {
		return server.Job{}, false
	}
	j := *s.jobs[n-1]
	j.Recordings = append([]string{}, j.Recordings...)
	return j, true
}

// Start begins a job.
func (s *starter) Start(o server.Order) (int, error) {
	do, err := s.plan(o)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.jobs); n > 0 && s.jobs[n-1].State == server.JobWorking {
		return 0, server.ErrBusy
	}
	if s.ctx.Err() != nil {
		return 0, errors.New("the page is being closed")
	}
	j := &job{starter: s, Job: &server.Job{Number: len(s.jobs) + 1, Kind: o.Kind, Name: o.Name, State: server.JobWorking, Message: "starting"}}
	s.jobs = append(s.jobs, j.Job)
	s.work.Go(func() { j.end(do(j)) })
	return j.Number, nil
}

// plan finds out what an order means.
func (s *starter) plan(o server.Order) (func(*job) error, error) {
	switch o.Kind {
	case server.OrderRun, server.OrderCompare:
		v, err := scenarios.Find(o.Name)
		if err != nil {
			return nil, &server.OrderError{Parameter: "name", Why: err.Error()}
		}
		if o.Kind == server.OrderRun {
			return func(j *job) error { return j.scenario(v, o.Procs) }, nil
		}
		v.Fixed = false
		return func(j *job) error { return errors.Join(j.scenario(v, o.Procs), j.scenario(v.Twin(), o.Procs)) }, nil
	case server.OrderExercise, server.OrderCheck:
		i, err := strconv.Atoi(o.Name)
		if err != nil || i < 0 || i >= len(s.dirs) {
			return nil, &server.OrderError{Parameter: "name", Why: "there is no such exercise on this page"}
		}
		if o.Kind == server.OrderCheck {
			return func(j *job) error { return j.check(s.dirs[i]) }, nil
		}
		return func(j *job) error { return j.exercise(s.dirs[i], o.Procs) }, nil
	}
	return nil, &server.OrderError{Parameter: "kind", Why: "kind must be run, compare, exercise or check"}
}

// A job works at one order. The part that the page sees is guarded by the starter's lock.
type job struct {
	*server.Job
	starter *starter
}

func (j *job) set(f func(*server.Job)) {
	j.starter.mu.Lock()
	defer j.starter.mu.Unlock()
	f(j.Job)
}

func (j *job) say(format string, args ...any) {
	j.set(func(s *server.Job) { s.Message = fmt.Sprintf(format, args...) })
}

func (j *job) end(err error) {
	j.set(func(s *server.Job) {
		if s.State = server.JobDone; err != nil {
			s.State, s.Message = server.JobFailed, err.Error()
		}
	})
}

// show makes a recording known to the page.
func (j *job) show(dir string, src server.Source) error {
	id := filepath.Base(dir)
	err := j.starter.add(id, src)
	if err != nil {
		id = fmt.Sprintf("job-%d-%d", j.Number, len(j.Recordings)+1)
		err = j.starter.add(id, src)
	}
	if err == nil {
		j.set(func(s *server.Job) { s.Recordings = append(s.Recordings, id) })
	}
	return err
}

func (j *job) scenario(v scenarios.Variant, procs int) error {
	dir, err := v.Materialize(store.Programs())
	if err != nil {
		return fmt.Errorf("write the scenario's program: %w", err)
	}
	return j.run(target.Target{Program: v.Name(), Dir: dir, Patterns: []string{"."}, Scenario: &v}, v, procs)
}

// exercise runs what is in the folder of an exercise now, as its scenario is run.
func (j *job) exercise(dir string, procs int) error {
	v, err := exercise.Find(dir)
	if err != nil {
		return err
	}
	return j.run(target.Target{Program: filepath.Base(dir), Dir: dir, Patterns: []string{"."}}, v, procs)
}

// run builds and records a program; the page can open the recording as soon as there is something to see. v is the scenario's
// program that it is or began as.
func (j *job) run(t target.Target, v scenarios.Variant, procs int) error {
	f := runFlags{procs: procs, values: "on", timeout: scenarioTimeout, keepOutput: true, race: v.Bug.Raced()}
	if f.race {
		f.noRace = j.starter.noRace()
	}
	var said bytes.Buffer
	opt := f.build(t, nil)
	opt.Progress, opt.Stderr = j.say, &said
	built, err := tracer.Build(j.starter.ctx, opt)
	if err != nil {
		return errors.New(strings.TrimSpace(said.String() + "\n" + err.Error()))
	}
	defer built.Close()
	dir, err := f.recordingDir(t)
	if err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	run := f.options(t, dir, nil)
	run.Stdin, run.Stdout, run.Stderr = null, null, null
	run.Meta.Pacing, run.Meta.Fixed = "event", ""
	if !v.Fixed {
		run.Meta.Fixed = v.Twin().Name()
	}
	live := &following{job: j, dir: dir}
	run.OnSnapshot = live.snapshot
	j.say("%s runs", t.Program)
	if _, err := tracer.Run(j.starter.ctx, built, run); err != nil {
		return err
	}
	return live.finish()
}

// check judges the folder of an exercise.
func (j *job) check(dir string) error {
	v, err := judge.Check(j.starter.ctx, dir, judge.Options{Programs: store.Programs(), Progress: j.say, Keep: keepRecording})
	if err != nil {
		return err
	}
	for _, kept := range []string{v.Buggy, v.Attempt} {
		if kept != "" {
			if err := (&following{job: j, dir: kept}).finish(); err != nil {
				return err
			}
		}
	}
	j.set(func(s *server.Job) {
		s.Pass, s.Message = v.Pass(), ""
		for _, c := range v.Criteria {
			s.Criteria = append(s.Criteria, server.Criterion(c))
		}
	})
	return nil
}

// keepRecording makes the folder of a recording that is kept.
func keepRecording(program string) (string, error) { return store.New(program, time.Now()) }

// A following shows a recording from its first event on.
type following struct {
	job  *job
	dir  string
	rec  *recording.Recording
	feed *server.Feed
	err  error
}

func (f *following) snapshot(ix *index.Index, lag time.Duration) {
	if f.err != nil {
		return
	}
	if f.rec == nil {
		rec, err := recording.Open(f.dir)
		if err != nil {
			return // the program has not begun to record
		}
		f.rec = rec
	}
	f.view(server.View{Rec: f.rec, Index: ix, Live: true, LagMS: float64(lag) / float64(time.Millisecond)})
}

func (f *following) view(v server.View) {
	if f.feed != nil {
		f.feed.Update(v)
		return
	}
	f.feed = server.NewFeed(f.dir, v)
	f.err = f.job.show(f.dir, f.feed)
}

// finish shows the whole recording.
func (f *following) finish() error {
	rec, err := recording.Open(f.dir)
	if err != nil {
		return err
	}
	ix, err := readTrace(rec, index.Options{})
	if err != nil {
		return err
	}
	l := &loaded{rec: rec, index: ix, findings: findings.RunRecording(rec, ix)}
	l.remember()
	f.view(server.View{Rec: rec, Index: ix, Findings: l.findings})
	return f.err
}
