package index

import "golang.org/x/exp/trace"

func (b *builder) create(e *trace.Event, st *trace.StateTransition, id int64, to trace.GoState) {
	creator := b.who(e)
	var start frame
	stack := b.in.stack(st.Stack)
	if fr := b.stackFrames(stack); len(fr) > 0 {
		start = b.frames[fr[0]]
	}
	// A function of the hooks is left out of the stack. It is the program's goroutine if the program's go statement names
	// it: go mu.Unlock() becomes one that runs a hook.
	later := startsWith(st.Stack, laterStart)
	if later {
		start = frame{fn: b.in.str(laterStart)}
	}
	fn := b.strs[start.fn]
	if systemFunc(fn) || b.stacks[stack].hook && !later && (creator < 0 || hookStart(e.Stack())) {
		b.goids.set(id, -int32(len(b.sys))-1)
		b.sys = append(b.sys, sysG{id, gcFunc(fn), true, plainState(to)})
		return
	}
	at := b.in.stack(e.Stack())
	g := b.newG(id, start, at, plainState(to))
	ev := b.add(row{kind: KindSpawn, state: plainState(to), proc: b.proc(e.Proc()), g: creator, other: g, stack: at})
	p := &b.gs[g]
	p.spawnEv, p.last, p.parent = ev, ev, creator
	p.init = StateUnborn
	b.counts.Spawns++
}

// newG adds a goroutine of the program.
func (b *builder) newG(id int64, start frame, spawn uint32, state uint8) int32 {
	g := int32(len(b.gs))
	role := b.inProcess(b.names.role(id, start, spawn))
	for int(role) >= len(b.roles) {
		b.roles = append(b.roles, 0)
	}
	b.roles[role]++
	b.gs = append(b.gs, gor{goid: id, spawnEv: noEvent, endEv: noEvent, last: noEvent, parent: None, start: start.fn,
		role: role, ord: b.roles[role], proc: None, process: b.num, init: state, state: state})
	b.count(state, 1)
	b.goids.set(id, g+1)
	if b.gap {
		b.markSeen(g)
	}
	return g
}

// appear notes a goroutine that was there before the recording and of which nothing else is known yet.
func (b *builder) appear(id int64, state uint8) int32 {
	if id == 1 {
		// The runtime gives the main goroutine this number, always.
		return b.begun(b.newG(1, frame{fn: b.in.str("runtime.main")}, 0, state)) + 1
	}
	b.sys = append(b.sys, sysG{goid: id, state: state})
	ref := -int32(len(b.sys))
	b.goids.set(id, ref)
	return ref
}

// resolve tells from its stack whether the goroutine of ref is the program's, and returns its new reference.
func (b *builder) resolve(ref int32, stack uint32) int32 {
	s := &b.sys[-ref-1]
	if s.resolved {
		return ref
	}
	root, ok := b.rootFrame(stack)
	if !ok {
		// Too deep to see where it began: whoever has frames of its own is the program's.
		if _, user := b.userFrameOf(stack); !user {
			return ref
		}
	}
	fn := b.strs[root.fn]
	s.resolved = true
	if systemFunc(fn) {
		s.gc = gcFunc(fn)
		return ref
	}
	return b.begun(b.newG(s.goid, root, 0, s.state)) + 1
}

// status takes a goroutine's state at the beginning of a generation.
func (b *builder) status(e *trace.Event, id int64, to trace.GoState) {
	stack := b.in.stack(e.Stack())
	state := plainState(to)
	if to == trace.GoWaiting {
		state = b.stackState(stack)
	}
	ref := b.goids.get(id)
	if ref == 0 {
		ref = b.appear(id, state)
		if to == trace.GoRunning && e.Proc() != trace.NoProc {
			p := b.proc(e.Proc())
			b.laneExtra(p, uint32(max(ref, 0)), StateRunning)
			if ref > 0 {
				b.gs[ref-1].proc = p
			}
		}
	}
	if ref < 0 && stack != 0 {
		ref = b.resolve(ref, stack)
	}
	if ref < 0 {
		return
	}
	g := ref - 1
	if b.gap {
		b.markSeen(g)
		if !sameState(b.gs[g].state, to) {
			ev := b.add(row{kind: KindStatus, state: state, proc: b.proc(e.Proc()), g: g, other: None, stack: stack})
			b.change(g, ev, state)
		}
	}
}
