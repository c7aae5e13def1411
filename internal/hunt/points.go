package hunt

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// points finds the hook point of an event: a recording names the line, the hooks their number.
type points struct {
	sites *rewrite.Sites
	at    map[sourceLine][]uint32
}

type sourceLine struct {
	file string
	line int
}

func newPoints(sites *rewrite.Sites) *points {
	p := &points{sites, map[sourceLine][]uint32{}}
	for _, s := range sites.Sites {
		at := sourceLine{sites.Files[s.File], s.Line}
		p.at[at] = append(p.at[at], uint32(s.ID))
	}
	return p
}

// ops are the operations that an event may come from.
func ops(kind index.EventKind) []string {
	switch kind {
	case index.KindSend, index.KindSendBlock:
		return []string{rewrite.OpSend}
	case index.KindRecv, index.KindRecvBlock:
		return []string{rewrite.OpRecv, rewrite.OpRange}
	case index.KindClose:
		return []string{rewrite.OpClose}
	case index.KindLock, index.KindLockBlock:
		return []string{rewrite.OpLock}
	case index.KindRLock, index.KindRLockBlock:
		return []string{rewrite.OpRLock}
	case index.KindAdd:
		return []string{rewrite.OpAdd, rewrite.OpDone, rewrite.OpGo}
	case index.KindWait:
		return []string{rewrite.OpWait}
	case index.KindCondWait:
		return []string{rewrite.OpCondWait}
	case index.KindSignal:
		return []string{rewrite.OpSignal}
	case index.KindBroadcast:
		return []string{rewrite.OpBroadcast}
	case index.KindOnceRun, index.KindOnceWait:
		return []string{rewrite.OpOnce}
	case index.KindSelect, index.KindSelectSend, index.KindSelectRecv, index.KindSelectElse:
		return []string{rewrite.OpSelect}
	}
	return nil
}

// arrives tells whether an event shows a goroutine that comes to an operation; others show how it went on.
func arrives(kind index.EventKind) bool {
	return kind == index.KindCancel || ops(kind) != nil
}

// of returns the number of the hook point of an event at a place, 0 if it is none.
func (p *points) of(kind index.EventKind, at index.Site) uint32 {
	list := p.at[sourceLine{at.File, at.Line}]
	for _, id := range list {
		s := p.sites.Sites[id-1]
		if s.Select && slices.Contains(ops(kind), rewrite.OpSelect) {
			id = p.statement(id)
		} else if s.Select || !slices.Contains(ops(kind), s.Op) {
			continue
		}
		if kind != index.KindSelect && p.cases(id) > 1 {
			continue // with default and several cases it is no hook point
		}
		return id
	}
	return 0
}

// cases counts those of a select statement, about: one in the body of a case ends the count.
func (p *points) cases(id uint32) (n int) {
	if id == 0 || p.sites.Sites[id-1].Op != rewrite.OpSelect {
		return 0
	}
	for _, s := range p.sites.Sites[id:] {
		if s.Op == rewrite.OpSelect || s.Func != p.sites.Sites[id-1].Func {
			break
		}
		if s.Select {
			n++
		}
	}
	return n
}

// statement is the select statement that a case belongs to: the last one before it.
func (p *points) statement(id uint32) uint32 {
	for ; id > 0; id-- {
		if p.sites.Sites[id-1].Op == rewrite.OpSelect {
			return id
		}
	}
	return 0
}
