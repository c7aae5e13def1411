package index

// AllBlocked tells whether the program is stuck at the end of the snapshot.
func (ix *Index) AllBlocked() Blockage {
	b := Blockage{States: []GState{}, Alive: []GID{}, Foreign: []GID{}}
	for g := range ix.gs {
		if ix.gs[g].state == StateEnded {
			continue
		}
		s := ix.stateOf(ix.n-1, int32(g))
		b.States = append(b.States, s)
		if !Blocked(s.State) {
			b.Alive = append(b.Alive, s.G)
			continue
		}
		b.Since = max(b.Since, s.Since)
		if s.Op == "" && ix.reasons[ix.lastReason(int32(g))] != "forever" {
			b.Unhooked++
		}
		if ix.foreign(&s) {
			b.Foreign = append(b.Foreign, s.G)
		}
	}
	b.All = len(b.States) > 0 && len(b.Alive) == 0
	return b
}

func (ix *Index) lastReason(g int32) uint8 {
	if ev := ix.gs[g].last; ev != noEvent {
		return ix.reason(ev)
	}
	return 0
}

// foreign tells whether a goroutine waits for a channel that code without hooks made.
func (ix *Index) foreign(s *GState) bool {
	made := func(id OID) bool { return id < 0 || ix.objs[id].kind != KindChannel || ix.objs[id].make != noEvent }
	for _, c := range s.Cases {
		if !made(c.Obj) {
			return true
		}
	}
	return !made(s.Obj)
}
