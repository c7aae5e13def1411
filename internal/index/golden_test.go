package index_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

var update = flag.Bool("update", false, "write what the tests get into their testdata")

// TestGolden reads the traces in testdata and compares what the index says at every event with what is written there.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			ix := tracetest.Index(t, string(ar.Files[0].Data))
			if err := index.Validate(ix); err != nil {
				t.Errorf("validate: %v", err)
			}
			checkReplay(t, ix)
			got := dump(ix)
			if *update {
				ar.Files = []txtar.File{ar.Files[0], {Name: "want", Data: []byte(got)}}
				writeFile(t, file, txtar.Format(ar))
				return
			}
			if len(ar.Files) != 2 || string(ar.Files[1].Data) != got {
				t.Errorf("got:\n%s", got)
			}
		})
	}
}

// dump tells all of an index in text: goroutines, objects, and for every event what it is and what it changed.
func dump(ix *index.Index) string {
	var b strings.Builder
	for _, g := range ix.Goroutines() {
		fmt.Fprintf(&b, "goroutine %d %s start %s parent %d spawn %s end %d\n", g.ID, g.Name, g.Start, g.Parent, g.SpawnSite, g.EndEvent)
	}
	for _, o := range ix.Objects() {
		fmt.Fprintf(&b, "object %d %s %s %s cap %d made %s closed %d inexact %v reused %v", o.ID, o.Kind, o.Name, o.Type, o.Cap, o.Made,
			o.Closed, o.Inexact, o.Reused)
		if o.Owner >= 0 || o.Parent >= 0 {
			fmt.Fprintf(&b, " owner %d parent %d", o.Owner, o.Parent)
		}
		b.WriteString("\n")
	}
	before := map[string]string{}
	for i := -1; i < ix.NumEvents(); i++ {
		if i >= 0 {
			e := ix.Event(i)
			fmt.Fprintf(&b, "%d %d %s", e.Index, e.Time, e.Kind)
			if e.G >= 0 {
				fmt.Fprintf(&b, " by %s", ix.Goroutines()[e.G].Name)
			}
			if e.Other >= 0 {
				fmt.Fprintf(&b, " of %s", ix.Goroutines()[e.Other].Name)
			}
			if e.Obj >= 0 {
				fmt.Fprintf(&b, " on %d", e.Obj)
			}
			if e.Message > 0 {
				fmt.Fprintf(&b, " #%d %q", e.Message, e.Value)
			}
			if e.Reason != "" {
				fmt.Fprintf(&b, " %q", e.Reason)
			}
			if e.Span != 0 {
				fmt.Fprintf(&b, " span %d", e.Span)
			}
			if e.Delta != 0 {
				fmt.Fprintf(&b, " %+d", e.Delta)
			}
			if e.Case >= 0 {
				fmt.Fprintf(&b, " case %d", e.Case)
			}
			if strings.HasPrefix(e.Kind.String(), "recv") && !e.OK {
				b.WriteString(" no element")
			}
			fmt.Fprintf(&b, " %s\n", e.Site)
		}
		now := describe(ix, ix.State(i))
		for _, key := range sorted(now) {
			if before[key] != now[key] {
				fmt.Fprintf(&b, "\t%s: %s\n", key, now[key])
			}
		}
		before = now
	}
	return b.String()
}

// describe tells a state in words, by object and goroutine.
func describe(ix *index.Index, s index.State) map[string]string {
	m := map[string]string{}
	name := func(o index.OID) string {
		if o < 0 {
			return "?"
		}
		return ix.Objects()[o].Name
	}
	gs := func(list []index.GID) string {
		var names []string
		for _, g := range list {
			names = append(names, ix.Goroutines()[g].Name)
		}
		return "[" + strings.Join(names, ", ") + "]"
	}
	for _, g := range s.Goroutines {
		d := fmt.Sprintf("state %d since %d", g.State, g.SinceEvent)
		if g.Op != "" {
			d += fmt.Sprintf(" %s %s", g.Op, name(g.Obj))
		}
		for _, c := range g.Cases {
			d += fmt.Sprintf(" %s:%v", name(c.Obj), c.Recv)
		}
		for _, o := range g.Held {
			d += " holds " + name(o)
		}
		if g.Owner >= 0 {
			d += " of " + name(g.Owner)
		}
		if g.Until >= 0 {
			d += fmt.Sprintf(" until %d", g.Until)
		}
		if g.Forever {
			d += " forever"
		}
		if g.WokenBy >= 0 {
			d += " woken by " + ix.Goroutines()[g.WokenBy].Name
		}
		m["g "+ix.Goroutines()[g.G].Name] = fmt.Sprintf("%s proc %d at %s", d, g.Proc, g.Site)
	}
	for _, c := range s.Chans {
		d := "["
		for _, e := range c.Buf {
			from := "?"
			if e.From >= 0 {
				from = ix.Goroutines()[e.From].Name
			}
			d += fmt.Sprintf(" #%d %q from %s", e.K, e.Value, from)
		}
		m[fmt.Sprintf("chan %d", c.Obj)] = fmt.Sprintf("%s ] send %s recv %s closed %v", d, gs(c.SendQ), gs(c.RecvQ), c.Closed)
	}
	for _, l := range s.Locks {
		d := "free"
		if l.Holder >= 0 {
			d = "held by " + ix.Goroutines()[l.Holder].Name
		}
		m[fmt.Sprintf("lock %d", l.Obj)] = fmt.Sprintf("%s readers %s queue %s", d, gs(l.Readers), gs(l.Queue))
	}
	for _, w := range s.WGs {
		m[fmt.Sprintf("wg %d", w.Obj)] = fmt.Sprintf("%d waiters %s", w.Counter, gs(w.Waiters))
	}
	for _, c := range s.Conds {
		m[fmt.Sprintf("cond %d", c.Obj)] = "waiters " + gs(c.Waiters)
	}
	for _, o := range s.Onces {
		m[fmt.Sprintf("once %d", o.Obj)] = fmt.Sprintf("runner %d done %v waiters %s", o.Runner, o.Done, gs(o.Waiters))
	}
	describeEnds(m, s, gs)
	if len(s.Cycles) > 0 {
		m["cycles"] = fmt.Sprint(s.Cycles)
	}
	return m
}

// describeEnds adds contexts and timers.
func describeEnds(m map[string]string, s index.State, gs func([]index.GID) string) {
	for _, c := range s.Contexts {
		d := "live"
		if c.Cancelled {
			d = fmt.Sprintf("cancelled at %d by %s of %d, goroutine %d, event %d, inferred %v", c.At, c.Why, c.ByObj, c.By, c.Event, c.Inferred)
		}
		m[fmt.Sprintf("context %d", c.Obj)] = fmt.Sprintf("%s deadline %d parent %d waiters %s", d, c.Deadline, c.Parent, gs(c.Waiters))
	}
	for _, c := range s.Timers {
		m[fmt.Sprintf("timer %d", c.Obj)] = fmt.Sprintf("%s since %d event %d until %d every %d of %d inferred %v waiters %s", c.State, c.Since,
			c.Event, c.Until, c.Every, c.Context, c.Inferred, gs(c.Waiters))
	}
}
