package index

import (
	"fmt"
	"strings"
)

// loss keeps account of what could not be read.
type loss struct {
	size   int64
	read   int64
	lost   int64
	damage []string
	broken bool    // the generation before was damaged
	ratio  float64 // ns of a tick of the trace's clock
	from   int64   // end of what was read before the generation
	first  bool
}

func (q *loss) note(what string) { q.damage = append(q.damage, what) }

// begin is called before a generation is built.
func (q *loss) begin(b *builder, p part) { q.from, q.first = b.end, !b.started }

// end is called after it.
func (q *loss) end(b *builder, p part, err error) {
	if b.started && p.first > 0 && q.ratio == 0 && b.now > 0 {
		// The first event of the trace happened when its first batch began, to a few ticks.
		q.ratio = float64(b.t0) / float64(p.first)
	}
	if err != nil {
		what, _, _ := strings.Cut(err.Error(), "\n")
		q.note(fmt.Sprintf("generation %d: %s", p.gen, strings.TrimSuffix(what, ":")))
		q.broken = true
		q.lost += max(0, int64(float64(p.last)*q.ratio)-b.t0-b.end)
		return
	}
	if q.broken || p.afterDamage {
		if start := int64(float64(p.first)*q.ratio) - b.t0; !q.first && start > q.from {
			q.lost += start - q.from
		}
	}
	q.broken = false
	q.read += p.end - p.off
}

// skip is called for a generation that is not whole.
func (q *loss) skip(b *builder, p part) {
	q.broken = true
	if b.started && q.ratio > 0 && p.last > 0 {
		if end := int64(float64(p.last)*q.ratio) - b.t0; end > b.end {
			// What follows a gap counts from its own beginning, so this is not counted twice.
			q.tail(end - b.end)
		}
	}
}

// tail adds time at the end of the file that was lost.
func (q *loss) tail(ns int64) {
	const day = 24 * 3600 * 1e9
	if ns < day {
		q.lost += ns
	}
}

// quality sums up.
func (q *loss) quality() Quality {
	k := Quality{Complete: len(q.damage) == 0, ReadBytes: q.read, TotalBytes: q.size, LostNS: q.lost, ReadPercent: 100}
	if q.size > 0 {
		k.ReadPercent = float64(q.read) * 100 / float64(q.size)
	}
	switch n := len(q.damage); {
	case n == 1:
		k.Reason = q.damage[0]
	case n > 1:
		k.Reason = fmt.Sprintf("%s (and %d more places)", q.damage[0], n-1)
	}
	return k
}

// beginGap says that something was lost before the next generation: the states of all goroutines are learnt anew.
func (b *builder) beginGap() {
	if !b.started {
		return
	}
	b.gap = true
	b.gaps++
	b.seen = make([]bool, len(b.gs))
	for g := range b.pend {
		if b.gs[g].process == b.num {
			delete(b.pend, g)
		}
	}
	for i := range b.objs {
		if o := &b.objs[i]; o.process == b.num {
			o.doubt, o.guess = true, true
		}
	}
}

func (b *builder) markSeen(g int32) {
	for int(g) >= len(b.seen) {
		b.seen = append(b.seen, true)
	}
	b.seen[g] = true
}

// endGap ends the goroutines that did not show up in a whole generation after damage: they ended in what was lost.
func (b *builder) endGap(whole bool) {
	if !b.gap || !whole {
		return
	}
	b.gap = false
	for g := range b.gs {
		p := &b.gs[g]
		if p.process != b.num || p.state == StateEnded || g < len(b.seen) && b.seen[g] {
			continue
		}
		b.endLost(int32(g), "lost")
	}
	b.seen = nil
}

// finish ends the recording.
func (b *builder) finish(q *loss) {
	b.ended = true
	b.settleAll()
	b.quality = q.quality()
}

// settleAll lets the channel operations take effect that still wait for their counterpart's record: it will not come.
func (b *builder) settleAll() {
	for g := range b.hg {
		for _, w := range b.pend[int32(g)] {
			b.giveUp(w, uint32(b.n-1))
		}
	}
	clear(b.pend)
	b.now += 200 * patience
	for i := range b.objs {
		if o := &b.objs[i]; o.ch != nil && (len(o.ch.lateS) > 0 || len(o.ch.lateR) > 0) && b.n > 0 {
			at := o.last
			if n := len(o.steps); n > 0 {
				at = max(at, o.steps[n-1].ev)
			}
			b.settle(o, at)
			b.chanStep(o, at)
		}
	}
	b.now -= 200 * patience
}
