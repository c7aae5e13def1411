package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// share is what part of the fixed program's work an attempt has to do. Better algorithms do less, and times on a busy
// machine differ by a factor of two; who prints the answer does next to nothing.
const share = 0.2

// little is work that is not worth to be compared, in ns.
const little = 10e6

// judge adds all criteria behind that of the build.
func (c *court) judge() {
	last := &c.runs[len(c.runs)-1]
	stopped := ends(last)
	wrong := stopped
	if wrong != "" {
		wrong += " (" + last.how + ")"
	}
	c.add(Ends, wrong, fmt.Sprintf("it came to its end by itself in %s", c.times()))
	c.output()
	c.findings()
	c.goroutines()
	c.waiting()
	c.work(stopped != "")
	if c.task().Faster > 0 {
		c.speed(stopped != "")
	}
}

func (c *court) times() string {
	if len(c.runs) == 1 {
		return "the one run"
	}
	return fmt.Sprintf("all %d runs", len(c.runs))
}

// ends tells how a run did not come to its end as it should, "" if it did.
func ends(s *shown) string {
	switch m := s.meta; m.Outcome {
	case recording.Exit:
		if m.ExitCode != 0 {
			return fmt.Sprintf("it exits with code %d", m.ExitCode)
		}
		for _, f := range s.findings {
			if f.Kind == "main-exited-early" {
				return "it exits early: " + f.Message
			}
		}
		return ""
	case recording.Deadlock:
		return "it hangs: a deadlock"
	case recording.Hung:
		return fmt.Sprintf("it hangs: it still ran after %v and was stopped", patience)
	default:
		return "it ends with a " + m.Outcome + strings.TrimRight(" "+m.Signal, " ")
	}
}

func (c *court) output() {
	for _, s := range slices.Concat(c.runs, c.raced) {
		if s.wrong != "" {
			c.add(Output, s.wrong+" ("+s.how+")", "")
			return
		}
	}
	c.add(Output, "", "it printed what it should in "+c.times())
}

// findings tells what was found, each kind once.
func (c *court) findings() {
	var kinds, told []string
	for _, s := range slices.Concat(c.runs, c.raced) {
		for _, f := range s.findings {
			if !slices.Contains(kinds, f.Kind) {
				kinds = append(kinds, f.Kind)
				told = append(told, fmt.Sprintf("%s: %s (%s)", f.Kind, f.Message, s.how))
			}
		}
	}
	right := fmt.Sprintf("none in %d runs", len(c.runs))
	switch {
	case c.noRace != "":
		right += ", without the race detector: " + c.noRace
	case len(c.raced) > 0:
		right += fmt.Sprintf(" and in %d with the race detector", len(c.raced))
	}
	c.add(Findings, strings.Join(told, "; "), right)
}

// goroutines tells whether those that the exercise is about are still there, with their messages.
func (c *court) goroutines() {
	high, messages := 0, 0
	for _, s := range c.runs {
		high, messages = max(high, s.most), max(messages, s.messages)
	}
	task, wrong := c.task(), ""
	switch {
	case high < task.AtLeast:
		wrong = fmt.Sprintf("it has at most %d goroutines at one time besides main, wanted at least %d", high, task.AtLeast)
	case task.AtMost > 0 && high > task.AtMost:
		wrong = fmt.Sprintf("it has %d goroutines at one time, wanted at most %d", high, task.AtMost)
	case messages < task.Through:
		wrong = fmt.Sprintf("%d messages went through its channels, wanted at least %d: the channels have to stay", messages, task.Through)
	case task.Read && c.left() != "":
		wrong = c.left()
	case c.crowd() != "":
		wrong = c.crowd()
	case !c.showed("imbalance"): // that says better why one is left to compute alone
		wrong = c.turns()
	}
	c.add(Goroutines, wrong, fmt.Sprintf("up to %d at one time besides main", high))
}

// showed tells whether a run has a finding of a kind.
func (c *court) showed(kind string) bool {
	return slices.ContainsFunc(c.runs, func(s shown) bool {
		return slices.ContainsFunc(s.findings, func(f findings.Finding) bool { return f.Kind == kind })
	})
}

// left tells that messages stay in a channel, "" if all are received. A run that did not come to its end is no witness.
func (c *court) left() string {
	for _, s := range c.runs {
		if s.unread.n > 0 && ends(&s) == "" {
			return fmt.Sprintf("%d messages are left in channel %s at the end: what is sent has to be received (%s)", s.unread.n, s.unread.name, s.how)
		}
	}
	return ""
}

// crowd tells that more goroutines work at once than may, "" if they do not. A disturbed run holds up who is done too, and is no witness.
func (c *court) crowd() string {
	const sure = 0.2 // who has given up its place may still be on a proc for a moment
	for n, s := range c.runs {
		if most := c.task().AtOnce; most > 0 && s.slots.n > most {
			return fmt.Sprintf("%s lets in %d of them at once, wanted at most %d (%s)", s.slots.name, s.slots.n, most, s.how)
		}
		if c.task().AtOnce > 0 && n < len(procs) && s.crowded > sure {
			return fmt.Sprintf("more than %d of them work at once for %.0f %% of the time (%s)", c.task().AtOnce, 100*s.crowded, s.how)
		}
	}
	return ""
}

// turns tells that goroutines that compute at the same time in the fixed program do it one after another, as under one lock, "" if
// they do not. Runs on one proc say nothing of it.
func (c *court) turns() string {
	const sure, far = 0.15, 0.3 // so much of the fixed program's computing is side by side, and an attempt has less than this part of that
	got, want := 0.0, 1.0
	for n, s := range c.runs {
		if procs[n%len(procs)] != 1 {
			got = max(got, s.beside)
		}
	}
	for _, s := range c.fixed {
		want = min(want, s.beside)
	}
	if least(c.fixed, shown.computed) < little || want < sure || got >= far*want {
		return ""
	}
	return fmt.Sprintf("they compute one after another: two or more at once for %.0f %% of the time, for %.0f %% in the fixed program", 100*got, 100*want)
}

// longLock is longer than a lock is held for a look at what it guards, in ns.
const longLock = 10e6

// longSleep is longer than what somebody who tries again and again sleeps in between, in ns.
const longSleep = 50e6

// manyTurns is how often nobody gives up its proc by chance.
const manyTurns = 200

// spins tells that a goroutine asks again and again instead of waiting, "" if none does.
func (c *court) spins() string {
	for n, s := range c.runs {
		if n < len(procs) && s.spin.times > manyTurns {
			where := ""
			if at := s.spin.site.String(); at != "" {
				where = " at " + at
			}
			return fmt.Sprintf("%s gives up its proc %d times%s and waits for nothing: it asks again and again; wait for the others (%s)", s.spin.name, s.spin.times, where, s.how)
		}
	}
	return ""
}

// waiting tells whether the program waits for what it needs. Who sleeps until it is probably done has no bug that shows here
// and now, and the same one on a slower machine.
func (c *court) waiting() {
	usual := int64(0)
	for _, s := range slices.Concat(c.fixed, c.buggy) {
		usual = max(usual, s.sleep.ns)
	}
	for _, s := range c.runs {
		if s.sleep.ns > max(longSleep, 2*usual) {
			c.add(Waiting, fmt.Sprintf("%s sleeps for %v at %s: that is a guess how long the others take; wait for them (%s)", s.sleep.name, short(s.sleep.ns), s.sleep.site, s.how), "")
			return
		}
	}
	if text := c.spins(); text != "" {
		c.add(Waiting, text, "")
		return
	}
	// That a machine held up who held the lock does not happen in each run.
	if first := c.runs[0].lock; c.task().Prompt && least(c.runs, func(s shown) int64 { return s.lock.ns }) > longLock {
		c.add(Waiting, fmt.Sprintf("%s waits %v for a lock at %s: nobody may have to wait for that", first.name, short(first.ns), first.site), "")
		return
	}
	c.add(Waiting, "", "no goroutine sleeps until others are probably done")
}

func least(list []shown, of func(shown) int64) int64 {
	low := int64(-1)
	for _, s := range list {
		if n := of(s); low < 0 || n < low {
			low = n
		}
	}
	return low
}

func (s shown) computed() int64  { return s.all.compute }
func (s shown) networked() int64 { return s.all.network }
func (s shown) wall() int64      { return s.meta.WallNS }

// work tells whether the work was done, and before its result was printed: who knows the answer can print it.
func (c *court) work(stopped bool) {
	var all, before load
	for _, s := range c.runs {
		all.compute, all.network = max(all.compute, s.all.compute), max(all.network, s.all.network)
		before.compute, before.network = max(before.compute, s.before.compute), max(before.network, s.before.network)
	}
	if stopped {
		c.add(Work, "not judged: it did not come to its end", "")
		return
	}
	printed := c.runs[0].wrong == ""
	for _, kind := range []struct {
		what              string
		all, before, want int64
	}{
		{"computes for", all.compute, before.compute, least(c.fixed, shown.computed)},
		{"waits for the network for", all.network, before.network, least(c.fixed, shown.networked)},
	} {
		need := int64(share * float64(kind.want))
		switch {
		case kind.want < little:
		case kind.all < need:
			c.add(Work, fmt.Sprintf("it %s %v, the fixed program %v: the work is not done", kind.what, short(kind.all), short(kind.want)), "")
			return
		case printed && kind.before < need:
			c.add(Work, fmt.Sprintf("it prints its result before the work: it %s %v before and %v in all", kind.what, short(kind.before), short(kind.all)), "")
			return
		}
	}
	c.add(Work, "", fmt.Sprintf("it computes for %v, the fixed program %v", short(all.compute), short(least(c.fixed, shown.computed))))
}

func short(ns int64) time.Duration { return time.Duration(ns).Round(time.Millisecond) }

// speed compares the fastest run on the default procs with the buggy program.
func (c *court) speed(stopped bool) {
	if stopped {
		c.add(Speed, "not judged: it did not come to its end", "")
		return
	}
	var list []shown
	for n, s := range c.runs {
		if procs[n%len(procs)] == 0 {
			list = append(list, s)
		}
	}
	took, slow := least(list, shown.wall), least(c.buggy, shown.wall)
	times := float64(slow) / float64(max(1, took))
	text := fmt.Sprintf("it takes %v, the buggy program %v: %.1f times as fast, wanted %.1f", short(took), short(slow), times, c.task().Faster)
	if times < c.task().Faster {
		c.add(Speed, text, "")
		return
	}
	c.add(Speed, "", text)
}
