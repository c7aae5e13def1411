package index

import (
	"fmt"
	"strings"

	"golang.org/x/exp/trace"
)

// process is what the builder knows of one process of the program. Numbers of goroutines and procs and addresses are each
// process's own.
type process struct {
	num      int16 // from 0
	goids    goidTable
	sys      []sysG
	procIdx  map[int32]int16
	procFast [256]int16 // procIdx of small numbers, plus 1
	addr     map[uint64]OID
	ownStop  trace.GoID // goroutine in whose name the hooks stop the world
	gap      bool       // states are being learnt anew, after damage
	seen     []bool     // with gap: goroutines that are known to live
	gcOpen   bool       // a concurrent mark phase goes on
	gcs      int        // how many began or ended
	skew     int64      // ns from the clock of its trace to that of the first process
}

func newProcess(num int) *process {
	return &process{num: int16(num), procIdx: map[int32]int16{}, addr: map[uint64]OID{}, ownStop: trace.NoGoroutine}
}

// A Process is one traced process of a recording: the program itself, or one that it started and that was built with hooks.
type Process struct {
	Number     int    // from 1, in the order in which their traces begin; 1 is the program
	PID        int    // 0: not known
	Start, End int64  // ns: first and last event of its trace
	Complete   bool   // nothing of its trace is missing
	Reason     string // what is missing, "" if nothing
	// ClockErrorNS bounds how far its times may be off those of process 1; -1 if that is not known. Traces on Linux are
	// written in the monotonic clock that all processes share, in steps of 64 ns.
	ClockErrorNS int64
}

// Processes returns the traced processes by their number; there is at least one.
func (ix *Index) Processes() []Process {
	if len(ix.processes) > 0 {
		return ix.processes
	}
	q := ix.quality
	return []Process{{Number: 1, End: ix.end, Complete: q.Complete, Reason: q.Reason}}
}

// procStride is the distance of the lanes of two processes: proc p of process n is lane (n-1)*procStride + p.
const procStride = 1 << 16

// SplitProc tells which process (from 1) the proc with the number lane belongs to, and its number in the runtime there.
func SplitProc(lane int32) (process, p int) {
	if lane < 0 {
		return 1, int(lane)
	}
	return int(lane/procStride) + 1, int(lane % procStride)
}

// ProcName returns what people call a proc: P0, or P0 of process 2.
func ProcName(lane int32) string {
	process, p := SplitProc(lane)
	if process == 1 {
		return fmt.Sprintf("P%d", p)
	}
	return fmt.Sprintf("P%d of process %d", p, process)
}

// laneID returns the number of a proc that is one for all processes, false if there is none.
func (p *process) laneID(key int32) (int32, bool) {
	return int32(p.num)*procStride + key, key < procStride
}

// inProcess names a goroutine's role in a process other than the first, so that those of one name are told apart and
// numbered in each process by themselves.
func (b *builder) inProcess(role uint32) uint32 {
	if b.num == 0 {
		return role
	}
	return b.in.str(b.strs[role] + processSuffix(b.num))
}

func processSuffix(num int16) string { return fmt.Sprintf(" (process %d)", num+1) }

// roleOf is a goroutine's role without its process.
func (d *data) roleOf(p *gor) (role, suffix string) {
	role = d.strs[p.role]
	if p.process == 0 {
		return role, ""
	}
	suffix = processSuffix(p.process)
	return strings.TrimSuffix(role, suffix), suffix
}

// begun adds the beginning of goroutine g, which was there when the trace of its process began. In the first process that is
// the beginning of the recording, and needs no event.
func (b *builder) begun(g int32) int32 {
	if b.num == 0 {
		return g
	}
	p := &b.gs[g]
	state := p.state
	p.init, p.spawnEv = StateUnborn, uint32(b.n)
	put := func(kind EventKind, state uint8) {
		r := row{kind: kind, state: state, proc: None, g: None, other: g}
		if kind != KindSpawn {
			r.g, r.other = g, None
		}
		b.change(g, b.add(r), state)
		b.now++ // what is being taken comes after it
		b.end = b.now
	}
	switch {
	case state == StateRunning:
		put(KindSpawn, StateRunnable)
		put(KindStart, StateRunning)
	case state == StateSyscall || state == StateRunnable:
		put(KindSpawn, state)
	default:
		put(KindSpawn, StateBlocked)
		put(KindStatus, state)
	}
	return g
}

// exit ends what is left of a process, which is not the first: it is not there any more. How the goroutines of the first
// process are left is what findings look at, so they stay as they are.
func (b *builder) exit() {
	b.gap = false
	for g := range b.gs {
		if p := &b.gs[g]; p.process == b.num && p.state != StateEnded {
			b.endLost(int32(g), "process exit")
		}
	}
	for _, p := range b.procIdx {
		if b.procs[p].state != StateNone {
			b.laneExtra(p, 0, StateNone)
		}
	}
	if b.gcOpen {
		b.gcPhase(true, "")
	}
	for id := range b.objs {
		if o := &b.objs[id]; o.process == b.num && o.kind != KindPipe && o.first != noEvent && o.gone == noEvent && b.n > 0 {
			o.gone = max(uint32(b.n-1), o.last+1)
		}
	}
}

// endLost ends a goroutine whose own end was not seen.
func (b *builder) endLost(g int32, why string) {
	b.now++
	b.end = b.now
	p := &b.gs[g]
	ev := b.add(row{kind: KindEnd, state: StateEnded, proc: None, g: g, other: None, reason: b.in.reason(why)})
	b.change(g, ev, StateEnded)
	p.endEv = ev
	b.goids.drop(p.goid)
	if int(g) < len(b.hg) {
		b.flush(g)
	}
}
