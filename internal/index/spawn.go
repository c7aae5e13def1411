package index

import "github.com/trace-viz/trace-viz/tracer/rewrite"

// SpawnOf returns what the source tells of the statement that spawned goroutine g, and the file that it stands in; false if that is
// not known.
func (ix *Index) SpawnOf(g GID) (s rewrite.Spawn, file string, ok bool) {
	if ix.sites == nil || g < 0 || int(g) >= len(ix.gs) {
		return s, "", false
	}
	who := ix.Goroutine(g)
	for i := range ix.sites.Spawns {
		p := &ix.sites.Spawns[i]
		if p.Line <= who.SpawnSite.Line && who.SpawnSite.Line <= p.EndLine && p.Name == who.Role && ix.sites.Files[p.File] == who.SpawnSite.File {
			return *p, who.SpawnSite.File, true
		}
	}
	return s, "", false
}
