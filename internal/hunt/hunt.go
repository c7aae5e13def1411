// Package hunt runs a built program again and again with disturbed schedules until a finding of severity error shows. It
// chooses what is disturbed by seeds, keeps the recordings that show something, and counts how often each finding came.
// How a run is disturbed is the business of tracer/hook.
package hunt

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer"
)

// Options say how long and for what to hunt.
type Options struct {
	Runs int           // at most
	For  time.Duration // no new run is begun after that; 0: no limit
	Seed uint64        // of the first run; those of the others follow from it
	All  bool          // go on after the first finding

	Run  tracer.RunOptions                      // for each run; Dir and Perturb are set here, and Procs where it is 0
	Dir  string                                 // where recordings are made; they are removed if they show nothing new
	Keep func(recording string) (string, error) // moves one that does to where it shall stay

	Progress func(Progress) // told after each run; may be nil
}

// Progress is how far a hunt is.
type Progress struct {
	Run     int // its number, from 1
	Seed    uint64
	Outcome string
	Found   int // distinct findings so far
}

// A Found is one finding, however often it came: findings of one kind at the same lines are the same.
type Found struct {
	findings.Finding
	Times     int // runs that showed it
	FirstRun  int // from 1
	Seed      uint64
	Procs     int    // 0: as it was
	Recording string // folder of the first one
}

// Result is what a hunt brought.
type Result struct {
	Runs  int      // that came to an end
	Found []*Found // in the order in which they came
	Ended string   // what ended it before Runs: "found", "time", "stopped"; else ""

	Failed      int    // runs that did not end with exit code 0, whatever they showed
	FailedFirst int    // the first of them, from 1; 0 if there is none
	FailedSeed  uint64 // its seed
}

// Rate is the share of runs that showed a finding.
func (r *Result) Rate(f *Found) float64 { return float64(f.Times) / float64(max(r.Runs, 1)) }

// Hunt hunts. It ends early when ctx does, with what was found until then; the run that was cut short does not count.
func Hunt(ctx context.Context, built *tracer.Built, o Options) (Result, error) {
	var res Result
	began, scout := time.Now(), NewScout(o.Seed)
	for n := 1; n <= o.Runs; n++ {
		if o.For > 0 && n > 1 && time.Since(began) >= o.For {
			res.Ended = "time"
			return res, nil
		}
		dir, err := os.MkdirTemp(o.Dir, "run")
		if err != nil {
			return res, err
		}
		run := Disturb(o.Run, scout.Seed(n))
		run.Dir = dir
		shown, err := Once(ctx, built, run)
		if ctx.Err() != nil {
			res.Ended = "stopped"
			return res, os.RemoveAll(dir)
		}
		if err != nil {
			os.RemoveAll(dir)
			return res, err
		}
		res.Runs = n
		scout.Learn(shown)
		if shown.Meta.ExitCode != 0 {
			res.fail(n, run.Perturb)
		}
		if err := o.settle(&res, shown, n, run); err != nil {
			return res, err
		}
		if o.Progress != nil {
			o.Progress(Progress{n, run.Perturb, shown.Meta.Outcome, len(res.Found)})
		}
		if len(res.Found) > 0 && !o.All {
			res.Ended = "found"
			return res, nil
		}
	}
	return res, nil
}

func (r *Result) fail(run int, seed uint64) {
	if r.Failed++; r.Failed == 1 {
		r.FailedFirst, r.FailedSeed = run, seed
	}
}

// settle counts a run and keeps its recording or removes it.
func (o *Options) settle(res *Result, shown Shown, n int, run tracer.RunOptions) error {
	first := res.take(shown, n, run)
	if len(first) == 0 {
		return os.RemoveAll(run.Dir)
	}
	dir, err := o.Keep(run.Dir)
	for _, f := range first {
		f.Recording = dir
	}
	return err
}

// Disturb is how a program is run with a seed.
func Disturb(run tracer.RunOptions, seed uint64) tracer.RunOptions {
	run.Perturb = seed
	if run.Procs == 0 {
		run.Procs = Procs(seed)
	}
	return run
}

// take counts what a run showed, and returns what came for the first time.
func (r *Result) take(shown Shown, n int, run tracer.RunOptions) (first []*Found) {
	counted := map[*Found]bool{}
	for _, f := range shown.Findings {
		if f.Severity != findings.Error {
			continue
		}
		at := slices.IndexFunc(r.Found, func(x *Found) bool { return same(x.Finding, f) })
		if at < 0 {
			at = len(r.Found)
			first = append(first, &Found{Finding: f, FirstRun: n, Seed: run.Perturb, Procs: run.Procs})
			r.Found = append(r.Found, first[len(first)-1])
		}
		if x := r.Found[at]; !counted[x] {
			counted[x] = true
			x.Times++
		}
	}
	return first
}

func same(a, b findings.Finding) bool { return a.Kind == b.Kind && place(a) == place(b) }

func place(f findings.Finding) string {
	sites := slices.Clone(f.Sites)
	slices.Sort(sites)
	return strings.Join(sites, " ")
}

// Shown is what one run showed.
type Shown struct {
	Meta     recording.Meta
	Findings []findings.Finding
	Size     Size

	sites []uint32 // hook points that it came to
	wants []want   // what another run could turn around
}

// Once makes one recording and looks for what it shows.
func Once(ctx context.Context, built *tracer.Built, run tracer.RunOptions) (Shown, error) {
	meta, err := tracer.Run(ctx, built, run)
	if err != nil {
		return Shown{}, err
	}
	rec, err := recording.Open(run.Dir)
	if err != nil {
		return Shown{}, err
	}
	ix, err := index.Open(rec.TracePath(), index.Options{Sites: rec.Sites})
	if err != nil {
		return Shown{}, err
	}
	return Look(meta, rec, ix, findings.RunRecording(rec, ix)), nil
}

// Look takes from a recording what another run can learn from it.
func Look(meta recording.Meta, rec *recording.Recording, ix *index.Index, found []findings.Finding) Shown {
	sites, wants := look(ix, rec.Sites)
	return Shown{meta, found, measure(ix), sites, wants}
}

// mostEvents bounds how much of a long run is looked through for its size.
const mostEvents = 500_000

// measure counts the hook points that a run came to. Records that tell how an operation went on after a wait are of the same
// point, and what gives something up is none.
func measure(ix *index.Index) Size {
	size, sites := Size{}, map[index.Site]bool{}
	for i := range min(ix.NumEvents(), mostEvents) {
		switch kind, _, _, _ := ix.Glance(i); kind {
		case index.KindMake, index.KindSendDone, index.KindRecvDone, index.KindSelectSend, index.KindSelectRecv, index.KindLockDone,
			index.KindRLockDone, index.KindUnlock, index.KindRUnlock, index.KindWaited, index.KindCondWoken, index.KindOnceRan,
			index.KindOnceWoken, index.KindTryFailed:
		default:
			if kind.Hook() {
				size.Points++
				sites[ix.Event(i).Site] = true
			}
		}
	}
	size.Sites = len(sites)
	return size
}
