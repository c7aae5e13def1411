package compare

import (
	"path"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

// A place is a line of B's source, or of a file that only A has, which no place of B equals.
type place struct {
	file string
	line int
}

// sources maps places of A to places of B.
type sources struct {
	files map[string]string // of A to B
	lines map[string]lineMap
	inA   map[place]uint8      // how sure it is that A has the line, of B's lines whose text is known
	blind map[string]bool      // files of B without text on one side
	own   [2]map[string]bool   // the files of the programs' own source
	funcs [2]map[string]string // functions of each side to those of the other
	diffs int                  // files whose texts could be compared
}

// newSources compares the texts that both recordings have. Files without text are taken as unchanged.
func newSources(a, b *Side) *sources {
	s := &sources{files: matchFiles(a.fileNames(), b.fileNames()), lines: map[string]lineMap{}, inA: map[place]uint8{}, blind: map[string]bool{}}
	for side, list := range [][]string{a.fileNames(), b.fileNames()} {
		s.own[side] = map[string]bool{}
		for _, f := range list {
			s.own[side][f] = true
		}
	}
	for fa, fb := range s.files {
		ta, errA := a.text(fa)
		tb, errB := b.text(fb)
		if errA != nil || errB != nil {
			s.blind[fb] = true
			continue
		}
		m := diffLines(strings.Split(string(ta), "\n"), strings.Split(string(tb), "\n"))
		s.lines[fa] = m
		s.diffs++
		for i := range strings.Count(string(tb), "\n") + 1 {
			s.inA[place{fb, i + 1}] = lineGone
		}
		for i, to := range m.to {
			if to >= 0 {
				s.inA[place{fb, int(to) + 1}] = m.sure[i]
			}
		}
	}
	s.matchFuncs(a, b)
	return s
}

// matchFiles finds the files of a in b: by path, then by name, then the one that is left over with the one that is left
// over, as of two programs of one file each.
func matchFiles(a, b []string) map[string]string {
	m, taken := map[string]string{}, map[string]bool{}
	for _, key := range []func(string) string{func(f string) string { return f }, path.Base} {
		where := map[string][]string{}
		for _, f := range b {
			if !taken[f] {
				where[key(f)] = append(where[key(f)], f)
			}
		}
		for _, f := range a {
			if list := where[key(f)]; m[f] == "" && len(list) == 1 && !taken[list[0]] {
				m[f], taken[list[0]] = list[0], true
			}
		}
	}
	var restA, restB []string
	for _, f := range a {
		if m[f] == "" {
			restA = append(restA, f)
		}
	}
	for _, f := range b {
		if !taken[f] {
			restB = append(restB, f)
		}
	}
	if len(restA) == 1 && len(restB) == 1 {
		m[restA[0]] = restB[0]
	}
	return m
}

// ofA returns the place in B that a site of A became.
func (s *sources) ofA(site index.Site) (place, uint8) {
	m, known := s.lines[site.File]
	if !known {
		if to := s.files[site.File]; to != "" {
			return place{to, site.Line}, lineSimilar // no text to compare
		}
		if s.own[0][site.File] && len(s.own[1]) > 0 {
			return place{"\x00" + site.File, site.Line}, lineGone // B has no such file
		}
		return place{site.File, site.Line}, lineSame // not of the program's own source
	}
	i := site.Line - 1
	if i < 0 || i >= len(m.to) || m.to[i] < 0 {
		return place{"\x00" + site.File, site.Line}, lineGone
	}
	return place{s.files[site.File], int(m.to[i]) + 1}, m.sure[i]
}

// ofB returns the place of a site of B, and whether A has the line too.
func (s *sources) ofB(site index.Site) (place, uint8) {
	p := place{site.File, site.Line}
	if sure, known := s.inA[p]; known {
		return p, sure
	}
	if s.blind[site.File] {
		return p, lineSimilar // no text to compare
	}
	if s.own[1][site.File] && len(s.own[0]) > 0 {
		return p, lineGone // A has no such file, or the file no such line
	}
	return p, lineSame
}

// matchFuncs finds the functions of each side on the other: by the lines of their operations, else by name.
func (s *sources) matchFuncs(a, b *Side) {
	s.funcs = [2]map[string]string{{}, {}}
	if a.Rec.Sites == nil || b.Rec.Sites == nil {
		return
	}
	at := map[place]string{}
	for _, site := range b.Rec.Sites.Sites {
		at[place{b.Rec.Sites.Files[site.File], site.Line}] = site.Func
		s.funcs[1][site.Func] = site.Func
	}
	for _, site := range a.Rec.Sites.Sites {
		if s.funcs[0][site.Func] == "" {
			s.funcs[0][site.Func] = site.Func
		}
		p, sure := s.ofA(index.Site{File: a.Rec.Sites.Files[site.File], Line: site.Line})
		if fn := at[p]; sure != lineGone && fn != "" && fn != site.Func && s.funcs[1][site.Func] == "" {
			s.funcs[0][site.Func], s.funcs[1][fn] = fn, site.Func
		}
	}
}
