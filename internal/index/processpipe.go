package index

import (
	"fmt"
	"math"

	"golang.org/x/exp/trace"

	"github.com/trace-viz/trace-viz/tracer/hook"
)

// KindPipe is the kind of a pipe of the operating system, whose ends may be in different processes.
const KindPipe = "pipe"

// pipeKey is what the kernel knows a pipe by, in all processes.
type pipeKey struct{ dev, ino uint64 }

// pipeState is what the builder knows of a pipe. Bytes come out in the order in which they went in, so a read got the last byte
// of a write if it is the first one with as many bytes before its end.
type pipeState struct {
	id            OID
	written, read int64      // bytes
	writes        []int64    // of writes that nobody has read to the end: written, just after them
	reads         []pipeRead // that got bytes of which the write is not known yet: its record may be later by some µs
	foreign       bool       // one end is in a process without hooks: there are no messages
}

type pipeRead struct {
	end int64 // read, just after it
	ev  uint32
}

// pipeBound is how many bytes may be under way in a pipe. The kernel allows a user without rights 1 MiB by default.
const pipeBound = 16 << 20

// Which descriptor of a process a pipe is, in object.how.
const (
	pipeStdin = iota + 1
	pipeStdout
	pipeStderr
)

// pipe takes the record of a read or write.
func (b *builder) pipe(e *trace.Event, g int32, rec *hook.Record) {
	n := max(0, min(arg(rec, 0), math.MaxInt32))
	kind := KindPipeRead
	if rec.Op == hook.PipeWrite {
		kind = KindPipeWrite
	}
	p := b.pipeAt(pipeKey{uint64(arg(rec, 2)), rec.Obj})
	ev := b.add(row{kind: kind, proc: b.proc(e.Proc()), g: g, other: int32(p.id), stack: b.in.stack(e.Stack())})
	h, i := b.payload(ev)
	h.k[i] = int32(n)
	o := &b.objs[p.id]
	if o.first == noEvent {
		o.first = ev
	}
	o.last = ev
	o.ops++
	b.namePipe(o, kind, arg(rec, 1))
	if kind == KindPipeWrite {
		p.wrote(o, ev, n)
	} else {
		p.got(o, ev, n)
	}
	o.guess = p.foreign || p.written == 0 || p.read == 0 // how much is in it is known only with both ends
	o.addStep(step{ev: ev, a: int32(max(0, min(p.written-p.read, math.MaxInt32)))})
}

// pipeAt returns the pipe of a record, a new one if there was none.
func (b *builder) pipeAt(key pipeKey) *pipeState {
	if p := b.pipes[key]; p != nil {
		return p
	}
	if b.pipes == nil {
		b.pipes = map[pipeKey]*pipeState{}
	}
	p := &pipeState{id: OID(len(b.objs))}
	b.pipes[key] = p
	b.objs = append(b.objs, object{addr: key.ino, kind: KindPipe, make: noEvent, first: noEvent, closed: noEvent, gone: noEvent,
		cap: -1, process: b.num, owner: None, parent: None, guess: true})
	return p
}

// namePipe names a pipe by what it is to a process: the first that uses it as a standard stream.
func (b *builder) namePipe(o *object, kind EventKind, fd int64) {
	if o.how != 0 {
		return
	}
	switch {
	case fd == 0 && kind == KindPipeRead:
		o.how = pipeStdin
	case fd == 1 && kind == KindPipeWrite:
		o.how = pipeStdout
	case fd == 2 && kind == KindPipeWrite:
		o.how = pipeStderr
	default:
		return
	}
	o.process = b.num
}

// pipeName is "stdin of process 2".
func (o *object) pipeName() string {
	name := [...]string{"pipe", "stdin", "stdout", "stderr"}[o.how]
	if o.how == 0 || o.process == 0 {
		return name
	}
	return fmt.Sprintf("%s of process %d", name, o.process+1)
}

func (p *pipeState) wrote(o *object, ev uint32, n int64) {
	p.written += n
	if p.alien() {
		return
	}
	o.sends = append(o.sends, op{ev, ev})
	for len(p.reads) > 0 && p.reads[0].end < p.written {
		p.reads = p.reads[1:]
	}
	if len(p.reads) > 0 {
		o.recvs = append(o.recvs, op{p.reads[0].ev, p.reads[0].ev})
		return
	}
	p.writes = append(p.writes, p.written)
}

func (p *pipeState) got(o *object, ev uint32, n int64) {
	p.read += n
	if p.alien() {
		return
	}
	for len(p.writes) > 0 && p.writes[0] <= p.read {
		o.recvs = append(o.recvs, op{ev, ev})
		p.writes = p.writes[1:]
	}
	if p.read > p.written {
		p.reads = append(p.reads, pipeRead{p.read, ev})
	}
}

// alien tells whether so much was written or read by one end alone that the other must be in a process without hooks.
func (p *pipeState) alien() bool {
	if d := p.written - p.read; !p.foreign && (d > pipeBound || d < -pipeBound) {
		p.foreign, p.writes, p.reads = true, nil, nil
	}
	return p.foreign
}

// checkPipe checks that the messages of a pipe are in order.
func checkPipe(o *object) error {
	if len(o.recvs) > len(o.sends) {
		return fmt.Errorf("%d messages are read of %d", len(o.recvs), len(o.sends))
	}
	for _, list := range [][]op{o.sends, o.recvs} {
		for i := 1; i < len(list); i++ {
			if list[i].effect < list[i-1].effect {
				return fmt.Errorf("message %d is before message %d", i+1, i)
			}
		}
	}
	return nil
}

// pipeWait finds the pipe that a goroutine waits for, which the runtime calls the network or, for a standard stream, a system
// call. Records of pipes are written after the operation: so it is the one with which the goroutine goes on, and when it does
// not, as at the end of what there is to read, the one that it used before. Both must be on the line where it waits.
func (ix *Index) pipeWait(s *GState, states *track, i int, acts *track) {
	if i < 0 {
		return
	}
	at, j := states.at(i), acts.upTo(states.at(i))
	site := ix.siteOfStack(ix.stackID(at))
	same := func(j int) bool {
		return j >= 0 && j < acts.n && ix.usesPipe(s.G, acts.at(j)) && ix.siteOfStack(ix.stackID(acts.at(j))) == site
	}
	switch {
	case same(j):
		ix.waitsForPipe(s, acts.at(j))
	case s.State == StateNetwork && same(j-1):
		ix.waitsForPipe(s, acts.at(j-1))
	}
}

func (ix *Index) usesPipe(g GID, ev uint32) bool {
	k := ix.kind(ev)
	return (k == KindPipeRead || k == KindPipeWrite) && ix.g(ev) == int32(g)
}

// Operations of GState.Op on a pipe.
const (
	OpPipeRead  = "read"
	OpPipeWrite = "write"
)

func (ix *Index) waitsForPipe(s *GState, ev uint32) {
	s.Obj, s.Op = OID(ix.other(ev)), OpPipeRead
	if ix.kind(ev) == KindPipeWrite {
		s.Op = OpPipeWrite
	}
}
