package index

import "fmt"

// Validate checks what must hold in every recording, damaged ones too: times ascend, each goroutine goes from one state
// only to what may follow, levels of channels stay within their capacities, the numbers of messages ascend, and the
// columns agree with the lists that were made of them. It returns the first violation.
func Validate(ix *Index) error {
	for _, check := range []func(*Index) error{checkTimes, checkStates, checkLists, checkObjects} {
		if err := check(ix); err != nil {
			return err
		}
	}
	return nil
}

func checkTimes(ix *Index) error {
	last := int64(-1)
	for ev := range uint32(ix.n) {
		if t := ix.time(ev); t <= last {
			return fmt.Errorf("event %d: time %d is not after %d", ev, t, last)
		} else {
			last = t
		}
	}
	if last > ix.end {
		return fmt.Errorf("event %d: time %d is after the end, %d", ix.n-1, last, ix.end)
	}
	return nil
}

// follows tells whether an event of a kind may change a goroutine from one state to another.
func follows(kind EventKind, from, to uint8) bool {
	runs := from == StateRunning || from == StateGC
	waits := Blocked(from) || from == StateNetwork || from == StateSleep || from == StateGC
	switch kind {
	case KindSpawn:
		return from == StateUnborn && (to == StateRunnable || to == StateBlocked || to == StateSyscall)
	case KindStart:
		return from == StateRunnable && to == StateRunning
	case KindStop:
		return runs && to == StateRunnable
	case KindBlock:
		return runs && to >= StateSend && to != StateEnded && to != StateUnborn && to != StateSyscall
	case KindUnblock:
		return waits && to == StateRunnable
	case KindEnd:
		return to == StateEnded && from != StateEnded && from != StateUnborn
	case KindSyscall:
		return runs && to == StateSyscall
	case KindSysExit:
		return from == StateSyscall && (to == StateRunning || to == StateRunnable)
	case KindAssistBegin:
		return to == StateGC
	case KindAssistEnd:
		return to == StateRunning
	}
	return kind == KindStatus
}

func checkStates(ix *Index) error {
	state := make([]uint8, len(ix.gs))
	for g := range ix.gs {
		state[g] = ix.gs[g].init
	}
	for ev := range uint32(ix.n) {
		kind := ix.kind(ev)
		if kind == KindNone || kind >= numKinds {
			return fmt.Errorf("event %d: kind %d", ev, kind)
		}
		if g := ix.g(ev); g >= 0 && int(g) >= len(ix.gs) {
			return fmt.Errorf("event %d: goroutine %d of %d", ev, g, len(ix.gs))
		} else if g >= 0 && (state[g] == StateUnborn || state[g] == StateEnded) {
			return fmt.Errorf("event %d: %s by goroutine %d, which does not live", ev, kind, g)
		}
		g := ix.subject(ev)
		if g < 0 {
			continue
		}
		if to := ix.columns.state(ev); !follows(kind, state[g], to) {
			return fmt.Errorf("event %d: %s takes goroutine %d from state %d to %d", ev, kind, g, state[g], to)
		} else {
			state[g] = to
		}
	}
	for g := range ix.gs {
		if state[g] != ix.gs[g].state {
			return fmt.Errorf("goroutine %d: ends in state %d, want %d", g, ix.gs[g].state, state[g])
		}
	}
	return nil
}

func checkLists(ix *Index) error {
	total := 0
	for g := range ix.gs {
		for _, t := range []*track{ix.states(int32(g)), ix.acts(int32(g))} {
			list := t.list()
			for i, ev := range list {
				if int(ev) >= ix.n || i > 0 && list[i-1] >= ev {
					return fmt.Errorf("goroutine %d: event %d stands after %d of its list", g, ev, list[max(i-1, 0)])
				}
			}
			total += len(list)
		}
	}
	want := 0
	for ev := range uint32(ix.n) {
		if ix.subject(ev) >= 0 {
			want++
		}
		if k := ix.kind(ev); ix.g(ev) >= 0 && (!transition(k) || k == KindSpawn || k == KindUnblock) {
			want++
		}
	}
	if total != want {
		return fmt.Errorf("lists of goroutines hold %d events, want %d", total, want)
	}
	return nil
}

func checkObjects(ix *Index) error {
	for i := range ix.objs {
		o := &ix.objs[i]
		if o.first == noEvent || o.last < o.first || int(o.last) >= ix.n {
			return fmt.Errorf("object %d (%s): events %d to %d of %d", i, o.kind, o.first, o.last, ix.n)
		}
		last := int64(-1)
		for _, s := range o.steps {
			if int64(s.ev) <= last || int(s.ev) >= ix.n {
				return fmt.Errorf("object %d (%s): step at event %d after %d", i, o.kind, s.ev, last)
			}
			last = int64(s.ev)
			if err := checkStep(ix, o, s); err != nil {
				return fmt.Errorf("object %d (%s) at event %d: %w", i, o.kind, s.ev, err)
			}
		}
		if o.kind == KindPipe {
			if err := checkPipe(o); err != nil {
				return fmt.Errorf("object %d (%s): %w", i, o.kind, err)
			}
		}
		if err := checkPhases(ix, OID(i), o); err != nil {
			return fmt.Errorf("object %d (%s): %w", i, o.kind, err)
		}
		if o.kind == KindChannel {
			if err := checkMessages(o); err != nil {
				return fmt.Errorf("object %d (%s): %w", i, o.kind, err)
			}
		}
	}
	return nil
}

// checkPhases checks that what ends contexts and timers is in order, and that what belongs together fits: only a channel has an
// owner, and what a context or timer hangs on is an older context.
func checkPhases(ix *Index, id OID, o *object) error {
	last := int64(-1)
	for _, p := range o.phases {
		if int64(p.ev) <= last || int(p.ev) >= ix.n || p.until > never || p.every < 0 {
			return fmt.Errorf("phase at event %d of %d after %d, until %d, every %d", p.ev, ix.n, last, p.until, p.every)
		}
		last = int64(p.ev)
	}
	if len(o.phases) > 0 && o.kind != KindContext && o.kind != KindTimer {
		return fmt.Errorf("it has phases")
	}
	if p := o.parent; p >= 0 && (p >= id || ix.objs[p].kind != KindContext) {
		return fmt.Errorf("its parent is object %d (%s)", p, ix.objs[p].kind)
	}
	if w := o.owner; w >= 0 && (o.kind != KindChannel || int(w) >= len(ix.objs) || ix.objs[w].kind != KindContext && ix.objs[w].kind != KindTimer) {
		return fmt.Errorf("it belongs to object %d", w)
	}
	return nil
}

func checkStep(ix *Index, o *object, s step) error {
	switch o.kind {
	case KindChannel:
		if s.a < 0 || o.cap >= 0 && s.a > o.cap {
			return fmt.Errorf("level %d of a channel of capacity %d", s.a, o.cap)
		}
		if got := countOps(o.sends, int(s.ev)) - countOps(o.recvs, int(s.ev)); got != int(s.a) {
			return fmt.Errorf("level %d, but %d elements", s.a, got)
		}
	case KindMutex, KindRWMutex:
		if int(s.a) >= len(ix.gs) || s.a < None {
			return fmt.Errorf("held by goroutine %d of %d", s.a, len(ix.gs))
		}
		if n := len(o.readersAt(int(s.ev))); n != int(s.r) {
			return fmt.Errorf("%d readers, want %d", n, s.r)
		}
		if o.kind == KindMutex && s.r > 0 {
			return fmt.Errorf("a mutex with %d readers", s.r)
		}
	}
	return nil
}

func checkMessages(o *object) error {
	for i := 1; i < len(o.sends); i++ {
		if o.sends[i].effect < o.sends[i-1].effect {
			return fmt.Errorf("send %d takes effect before send %d", i+1, i)
		}
	}
	for i, r := range o.recvs {
		if i > 0 && r.effect < o.recvs[i-1].effect {
			return fmt.Errorf("receive %d takes effect before receive %d", i+1, i)
		}
		if i >= len(o.sends) || o.sends[i].effect > r.effect {
			return fmt.Errorf("message %d is received before it is sent", i+1)
		}
	}
	return nil
}
