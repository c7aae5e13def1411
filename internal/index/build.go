package index

import "golang.org/x/exp/trace"

// data is everything that queries read. The builder appends to it; a snapshot is a copy whose slices have their own
// headers, so what the builder appends later stays unseen.
type data struct {
	columns
	tables
	gs        []gor
	objs      []object
	cases     []selCase // of all waiting selects
	procs     []procLane
	gc        []int64  // concurrent mark phases: times of begin, end, begin, ...
	syscalls  []int64  // the same while at least one goroutine is in a system call
	network   []int64  // the same while at least one goroutine waits for the network
	roles     []uint32 // how many goroutines have string i as role
	end       int64    // time of the last event of any kind
	counts    Counts
	spans     []int64 // durations that hook records tell, by the event's k, from 1
	hooks     bool    // there is at least one hook record
	records   HookRecords
	root      string // directory of the main module, "" if not known
	version   string
	quality   Quality
	ended     bool
	gaps      int // places where damage cut the recording
	sumsOf    stateSums
	marking   int       // processes in a concurrent mark phase
	processes []Process // nil: the one
}

// gor is a goroutine of the program.
type gor struct {
	goid    int64
	spawnEv uint32 // noEvent: there before the recording
	endEv   uint32
	last    uint32 // last event that changed its state
	parent  int32
	start   uint32 // string
	role    uint32 // string
	ord     uint32 // place among those of its role, from 1
	proc    int16  // where it ran before its first event, -1
	process int16  // from 0
	init    uint8  // state then
	state   uint8
	hidden  bool   // in a system call of the hooks
	later   uint32 // site of the AfterFunc whose function it runs, 0 if it is another goroutine
}

// procLane is what a proc ran that is not told by the events of the program's goroutines.
type procLane struct {
	id    int32
	state uint8
	since int64
	busy  int64
	extra []laneStep
}

// laneStep says what a proc does from t on.
type laneStep struct {
	t     int64
	info  uint32 // g+1
	state uint8
}

// sysG is a goroutine that is not the program's, or of which that is not known yet.
type sysG struct {
	goid     int64
	gc       bool
	resolved bool
	state    uint8
}

// builder turns the reader's events into data, in one pass.
type builder struct {
	*data
	in    *interner
	opt   Options
	names *namer

	*process // whose events are being taken
	hg       []hookG
	met      []wake        // goroutines that the one whose record is taken woke within that operation
	owners   map[owned]OID // channels that belong to contexts and timers
	pipes    map[pipeKey]*pipeState
	pend     map[int32][]wake // woken goroutines whose operation takes effect with the next record of the waker

	t0      int64 // of the first event
	started bool
	now     int64
	args    []int64
}

func newBuilder(opt Options) *builder {
	d := &data{}
	b := &builder{data: d, in: newInterner(&d.tables), opt: opt, process: newProcess(0), pend: map[int32][]wake{}}
	b.names = newNamer(b.in, opt.Sites)
	d.counts.Processes = 1
	return b
}

// event takes the next event of the trace. What it calls on e may panic on hostile input.
func (b *builder) event(e *trace.Event) {
	kind := e.Kind()
	if kind == trace.EventSync {
		return
	}
	b.clock(int64(e.Time()))
	switch kind {
	case trace.EventStateTransition:
		st := e.StateTransition()
		if st.Resource.Kind == trace.ResourceProc {
			b.procTransition(&st)
		} else if st.Resource.Kind == trace.ResourceGoroutine {
			b.goTransition(e, &st)
		}
	case trace.EventLog:
		b.log(e)
	case trace.EventRangeBegin, trace.EventRangeActive, trace.EventRangeEnd:
		b.rangeEvent(e, kind)
	case trace.EventRegionBegin:
		b.annotation(e, KindRegionBegin, e.Region().Type, "")
	case trace.EventRegionEnd:
		b.annotation(e, KindRegionEnd, e.Region().Type, "")
	case trace.EventTaskBegin:
		b.taskBegin(e)
	}
}

// clock sets the time of the event that is being taken. Times are made to ascend strictly, as the reader does within a
// generation.
func (b *builder) clock(t int64) {
	if !b.started {
		b.started, b.t0, b.now = true, t+b.skew, -1
	}
	b.now = max(t+b.skew-b.t0, b.now+1)
	b.end = b.now
}

// add appends an event at the current time.
func (b *builder) add(r row) uint32 {
	r.time = b.now
	if b.n%markLen == 0 {
		b.sumsOf.mark(b.now)
	}
	if b.n >= extraBit-1 {
		panic("index: more events than an index can hold")
	}
	return b.columns.add(&r)
}

// change gives goroutine g the state of event ev.
func (b *builder) change(g int32, ev uint32, state uint8) {
	p := &b.gs[g]
	b.count(p.state, -1)
	b.count(state, 1)
	p.state, p.last = state, ev
}

// count keeps the intervals in which some goroutine is in a system call or waits for the network.
func (b *builder) count(state uint8, d int) {
	b.sumsOf.change(state, d, b.now)
	var list *[]int64
	switch state {
	case StateSyscall:
		list = &b.syscalls
	case StateNetwork:
		list = &b.network
	default:
		return
	}
	if n := b.sumsOf.running[state]; d > 0 && n == 1 || d < 0 && n == 0 {
		*list = append(*list, b.now)
	}
}

func (b *builder) goTransition(e *trace.Event, st *trace.StateTransition) {
	id := int64(st.Resource.Goroutine())
	from, to := st.Goroutine()
	switch {
	case from == trace.GoNotExist:
		b.create(e, st, id, to)
	case from == trace.GoUndetermined || from == to:
		b.status(e, id, to)
	case from == trace.GoWaiting && to == trace.GoRunnable:
		b.unblock(e, id)
	default:
		b.step(e, st, id, from, to)
	}
}

// step takes the transitions that a goroutine makes by itself.
func (b *builder) step(e *trace.Event, st *trace.StateTransition, id int64, from, to trace.GoState) {
	kind, state := KindStatus, plainState(to)
	switch {
	case to == trace.GoNotExist:
		kind, state = KindEnd, StateEnded
	case from == trace.GoRunnable && to == trace.GoRunning:
		kind = KindStart
	case from == trace.GoRunning && to == trace.GoRunnable:
		kind = KindStop
	case from == trace.GoRunning && to == trace.GoSyscall:
		kind = KindSyscall
	case from == trace.GoSyscall:
		kind = KindSysExit
	case from == trace.GoRunning && to == trace.GoWaiting:
		kind, state = KindBlock, blockState(st.Reason)
	}
	stack := b.in.stack(e.Stack())
	proc := b.proc(e.Proc())
	ref := b.goids.get(id)
	if ref == 0 {
		ref = b.appear(id, StateNone)
	}
	if ref < 0 && stack != 0 && kind != KindEnd {
		ref = b.resolve(ref, stack)
	}
	if ref < 0 {
		b.sysStep(ref, kind, state, proc)
		return
	}
	g := ref - 1
	if kind = b.unhide(g, kind, state, stack); kind == KindNone {
		return
	}
	ev := b.add(row{kind: kind, state: state, reason: b.in.reason(st.Reason), proc: proc, g: g, other: None, stack: stack})
	b.change(g, ev, state)
	if kind == KindEnd {
		b.gs[g].endEv = ev
		b.goids.drop(id)
		if int(g) < len(b.hg) {
			b.flush(g)
		}
	}
	b.lane(proc, kind, state)
}

// unhide returns the kind of a transition of g to show: system calls of the hooks are not the program's. KindNone is one
// that changes nothing on screen.
func (b *builder) unhide(g int32, kind EventKind, state uint8, stack uint32) EventKind {
	p := &b.gs[g]
	switch {
	case kind == KindSyscall && b.ownWork(stack):
		p.hidden = true
		return KindNone
	case kind == KindSysExit && p.hidden:
		p.hidden = false
		if state == StateRunning {
			return KindNone
		}
		return KindStop
	}
	return kind
}

func (b *builder) unblock(e *trace.Event, id int64) {
	waker := b.who(e)
	ref := b.goids.get(id)
	if ref == 0 {
		ref = b.appear(id, StateBlocked)
	}
	if ref < 0 {
		b.sys[-ref-1].state = StateRunnable
		return
	}
	g := ref - 1
	ev := b.add(row{kind: KindUnblock, state: StateRunnable, proc: b.proc(e.Proc()), g: waker, other: g,
		stack: b.in.stack(e.Stack())})
	b.change(g, ev, StateRunnable)
	if int(g) < len(b.hg) {
		b.woken(waker, g)
	}
}

// who returns the goroutine of the program that runs when e happens, or -1.
func (b *builder) who(e *trace.Event) int32 {
	id := e.Goroutine()
	if id == trace.NoGoroutine {
		return None
	}
	ref := b.goids.get(int64(id))
	if ref < 0 && !b.sys[-ref-1].resolved {
		if stack := b.in.stack(e.Stack()); stack != 0 {
			ref = b.resolve(ref, stack)
		}
	}
	return max(ref, 0) - 1
}

// sysStep keeps the lanes of the procs true while goroutines run that are not the program's.
func (b *builder) sysStep(ref int32, kind EventKind, state uint8, proc int16) {
	s := &b.sys[-ref-1]
	s.state = state
	switch kind {
	case KindStart:
		run := StateRunning
		if s.gc {
			run = StateGC
		}
		b.laneExtra(proc, 0, run)
	case KindBlock, KindStop, KindEnd, KindSyscall:
		// In a system call it only keeps the proc, mostly asleep, until the runtime takes the proc away: that is no work.
		b.laneExtra(proc, 0, StateNone)
	case KindSysExit:
		if state == StateRunning {
			b.laneExtra(proc, 0, StateRunning)
		}
	}
	if kind == KindEnd {
		b.goids.drop(s.goid)
	}
}

// annotation adds an event that changes no state: a range, region, task or log of a goroutine of the program.
func (b *builder) annotation(e *trace.Event, kind EventKind, name, message string) {
	g := b.who(e)
	if g < 0 {
		return
	}
	reason, known := b.in.label(name)
	ev := b.add(row{kind: kind, proc: b.proc(e.Proc()), g: g, other: None, stack: b.in.stack(e.Stack()), reason: reason})
	if !known && message == "" {
		message = name
	}
	if message != "" {
		h, i := b.payload(ev)
		h.val[i] = b.in.str(message)
	}
}

// taskEnd takes the end of a task, whose name only the reader's own goroutine may ask for.
func (b *builder) taskEnd(e *trace.Event, name string) {
	b.clock(int64(e.Time()))
	b.annotation(e, KindTaskEnd, name, "")
}
