// Package export writes what an index holds in the formats of other tools: the trace event JSON that Perfetto and
// chrome://tracing open, and a pprof profile of where goroutines waited.
package export

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
)

// chromeEvent is one event of the Trace Event Format, as its public specification by the Chrome developers names the
// fields. Times are microseconds with three digits.
type chromeEvent struct {
	Name  string         `json:"name"`
	Phase string         `json:"ph"`
	Cat   string         `json:"cat,omitempty"`
	PID   int            `json:"pid"`
	TID   int            `json:"tid"`
	TS    micros         `json:"ts"`
	Dur   *micros        `json:"dur,omitempty"`
	ID    int            `json:"id,omitempty"`
	BP    string         `json:"bp,omitempty"`
	Scope string         `json:"s,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
}

// micros is a time in ns that is written in µs, exactly.
type micros int64

func (m micros) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 24)
	b = appendInt(b, int64(m)/1000)
	frac := int64(m) % 1000
	return append(b, '.', byte('0'+frac/100), byte('0'+frac/10%10), byte('0'+frac%10)), nil
}

func appendInt(b []byte, n int64) []byte {
	if n >= 10 {
		b = appendInt(b, n/10)
	}
	return append(b, byte('0'+n%10))
}

// coresPID is the process number under which the procs of process p stand, apart from those of goroutines, which have the
// number of their process.
func coresPID(p int) int { return 1000 + p }

// Chrome writes a recording as trace event JSON: a track for each goroutine and each proc, the levels of channels as
// counters, messages and spawns as flows, findings as instants. The same index gives the same bytes.
func Chrome(w io.Writer, ix *index.Index, found []findings.Finding) error {
	c := &chrome{w: bufio.NewWriterSize(w, 1<<16), ix: ix}
	c.text(`{"displayTimeUnit":"ns","otherData":{"producer":"trace-viz","go":`)
	c.value(ix.GoVersion())
	c.text("},\"traceEvents\":[")
	c.names()
	c.goroutines()
	c.procs()
	c.channels()
	c.findings(found)
	c.text("\n]}\n")
	if c.err == nil {
		c.err = c.w.Flush()
	}
	return c.err
}

type chrome struct {
	w     *bufio.Writer
	ix    *index.Index
	flows int
	some  bool
	err   error
}

func (c *chrome) text(s string) {
	if c.err == nil {
		_, c.err = c.w.WriteString(s)
	}
}

func (c *chrome) value(v any) {
	b, err := json.Marshal(v)
	if c.err == nil {
		c.err = err
	}
	c.text(string(b))
}

func (c *chrome) put(e chromeEvent) {
	if c.some {
		c.text(",")
	}
	c.some = true
	c.text("\n")
	c.value(e)
}

// names says what the tracks are called, in the order of goroutines.
func (c *chrome) names() {
	meta := func(what string, pid, tid int, args map[string]any) {
		c.put(chromeEvent{Name: what, Phase: "M", PID: pid, TID: tid, Args: args})
	}
	seen := map[int]bool{}
	for _, g := range c.ix.Goroutines() {
		if !seen[g.Process] {
			seen[g.Process] = true
			meta("process_name", g.Process, 0, map[string]any{"name": "Goroutines"})
		}
		meta("thread_name", g.Process, tid(g.ID), map[string]any{"name": g.Name})
		meta("thread_sort_index", g.Process, tid(g.ID), map[string]any{"sort_index": tid(g.ID)})
	}
	meta("process_name", coresPID(1), 0, map[string]any{"name": "Cores"})
}

// tid is the track of a goroutine: its place in the index, since the runtime's own numbers repeat between processes.
func tid(g index.GID) int { return int(g) + 1 }

func (c *chrome) goroutines() {
	for _, g := range c.ix.Goroutines() {
		c.ix.Spans(g.ID, func(s index.Span) {
			dur := micros(s.T1 - s.T0)
			e := chromeEvent{Name: stateNames[s.State], Phase: "X", Cat: "goroutine", PID: g.Process, TID: tid(g.ID), TS: micros(s.T0), Dur: &dur}
			if s.Obj >= 0 {
				e.Name += " " + describe.Object(c.ix, s.Obj)
			}
			if s.Event >= 0 {
				e.Args = map[string]any{"event": s.Event}
				if site := c.ix.Event(s.Event).Site.String(); site != "" {
					e.Args["site"] = site
				}
			}
			c.put(e)
		})
		if g.SpawnEvent >= 0 && g.Parent >= 0 {
			at := c.ix.Goroutine(g.Parent)
			c.flow("spawn", at, g, g.Created, g.Created)
		}
	}
}

// flow writes an arrow from one goroutine to another.
func (c *chrome) flow(name string, from, to index.Goroutine, t0, t1 int64) {
	c.flows++
	c.put(chromeEvent{Name: name, Phase: "s", Cat: "flow", PID: from.Process, TID: tid(from.ID), TS: micros(t0), ID: c.flows})
	c.put(chromeEvent{Name: name, Phase: "f", Cat: "flow", BP: "e", PID: to.Process, TID: tid(to.ID), TS: micros(t1), ID: c.flows})
}

func (c *chrome) procs() {
	for _, p := range c.ix.Procs() {
		c.put(chromeEvent{Name: "thread_name", Phase: "M", PID: coresPID(1), TID: p.ID + 1, Args: map[string]any{"name": procName(p.ID)}})
		c.ix.ProcSpans(p.ID, func(g index.GID, state uint8, t0, t1 int64) {
			dur := micros(t1 - t0)
			name := stateNames[state]
			if g >= 0 {
				name = describe.Goroutine(c.ix, g)
			}
			c.put(chromeEvent{Name: name, Phase: "X", Cat: "proc", PID: coresPID(1), TID: p.ID + 1, TS: micros(t0), Dur: &dur})
		})
	}
}

func procName(id int) string { return "P" + string(appendInt(nil, int64(id))) }

func (c *chrome) channels() {
	for _, o := range c.ix.Objects() {
		if o.Kind != index.KindChannel {
			continue
		}
		name := describe.Object(c.ix, o.ID)
		c.ix.Levels(o.ID, func(t int64, level int) {
			c.put(chromeEvent{Name: name, Phase: "C", Cat: "channel", PID: 1, ID: int(o.ID) + 1, TS: micros(t), Args: map[string]any{"elements": level}})
		})
		c.ix.Messages(o.ID, func(m index.Flow) {
			c.flow(name, c.ix.Goroutine(m.From), c.ix.Goroutine(m.To), m.T0, m.T1)
		})
	}
}

func (c *chrome) findings(found []findings.Finding) {
	for _, f := range found {
		c.put(chromeEvent{Name: string(f.Kind), Phase: "i", Cat: "finding", Scope: "g", PID: 1, TS: micros(f.TimeNS),
			Args: map[string]any{"message": f.Message, "verdict": f.Verdict, "severity": f.Severity}})
	}
}

// stateNames are the names of states on a track.
var stateNames = [index.NumStates]string{
	index.StateNone: "unknown", index.StateRunning: "running", index.StateRunnable: "waiting for a core",
	index.StateSend: "blocked: send", index.StateRecv: "blocked: receive", index.StateSelect: "blocked: select",
	index.StateLock: "blocked: lock", index.StateNetwork: "network", index.StateSyscall: "syscall", index.StateSleep: "sleeping",
	index.StateGC: "garbage collection", index.StateEnded: "ended", index.StateUnborn: "not created", index.StateBlocked: "blocked",
}
