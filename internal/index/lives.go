package index

// livesLen is how many goroutines one life covers.
const livesLen = 64

// life is when some neighbouring goroutines live: born is the event of the first birth, -1 before the first event; ended
// that of the last end, more than any if one lives on. With millions of goroutines most of them are over or to come.
type life struct{ born, ended int64 }

func (ix *Index) makeLives() []life {
	list := make([]life, 0, (len(ix.gs)+livesLen-1)/livesLen)
	for g := range ix.gs {
		p := &ix.gs[g]
		born := int64(p.spawnEv)
		if p.spawnEv == noEvent {
			born = -1
		}
		if g%livesLen == 0 {
			list = append(list, life{born, int64(p.endEv)})
		}
		l := &list[len(list)-1]
		l.born, l.ended = min(l.born, born), max(l.ended, int64(p.endEv))
	}
	return list
}

// lives tells whether goroutine g was created and has not ended after event ev.
func (ix *Index) lives(g int32, ev int) bool {
	p := &ix.gs[g]
	return (p.spawnEv == noEvent || int(p.spawnEv) <= ev) && (p.endEv == noEvent || int(p.endEv) > ev)
}
