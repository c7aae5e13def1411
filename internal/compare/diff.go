package compare

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How sure it is that two lines are the same one.
const (
	lineGone    uint8 = iota // no line of the other source stands for it
	lineSimilar              // the line was changed: most of its words are the same, at the same place
	lineSame                 // equal text
)

// A lineMap says for each line of a source, from 0, which line of another one it became.
type lineMap struct {
	to   []int32 // -1: none
	sure []uint8
}

// Bounds on the work for a part of two files that has no line to hold on to. Beyond them its lines count as gone.
const (
	maxCells   = 1 << 20 // for equal lines
	maxSimilar = 1 << 14 // for similar lines, which cost more
)

// similarEnough is the share of words that a changed line must have kept. One name of a call with two arguments may change.
const similarEnough = 0.6

// diffLines finds the lines of a in b. Lines that occur once in both are what it holds on to (the longest run of them in
// the same order), then equal lines in between, then changed ones.
func diffLines(a, b []string) lineMap {
	d := &differ{a: a, b: b, m: lineMap{to: make([]int32, len(a)), sure: make([]uint8, len(a))}}
	for i := range d.m.to {
		d.m.to[i] = -1
	}
	d.equal(0, len(a), 0, len(b))
	d.changed()
	return d.m
}

type differ struct {
	a, b []string
	m    lineMap
}

func (d *differ) match(i, j int, sure uint8) { d.m.to[i], d.m.sure[i] = int32(j), sure }

// equal matches equal lines of a[a0:a1] and b[b0:b1]. A line that opens a block belongs to what follows it, every other one
// rather to what is before it: so a new block among similar ones does not take the opening line of the next.
func (d *differ) equal(a0, a1, b0, b1 int) {
	if a0 == a1 || b0 == b1 {
		return
	}
	for _, an := range d.anchors(a0, a1, b0, b1) {
		d.between(a0, an[0], b0, an[1])
		d.match(an[0], an[1], lineSame)
		a0, b0 = an[0]+1, an[1]+1
	}
	d.between(a0, a1, b0, b1)
}

// between matches equal lines of two parts that may hold lines twice.
func (d *differ) between(a0, a1, b0, b1 int) {
	back := func(what func(string) bool) {
		for a0 < a1 && b0 < b1 && d.a[a1-1] == d.b[b1-1] && what(d.a[a1-1]) {
			a1, b1 = a1-1, b1-1
			d.match(a1, b1, lineSame)
		}
	}
	back(func(line string) bool { return strings.HasSuffix(line, "{") })
	for a0 < a1 && b0 < b1 && d.a[a0] == d.b[b0] {
		d.match(a0, b0, lineSame)
		a0, b0 = a0+1, b0+1
	}
	back(func(string) bool { return true })
	if a0 == a1 || b0 == b1 || (a1-a0)*(b1-b0) > maxCells {
		return
	}
	align(a1-a0, b1-b0, func(i, j int) float64 {
		if d.a[a0+i] == d.b[b0+j] {
			return 1
		}
		return 0
	}, func(i, j int) { d.match(a0+i, b0+j, lineSame) })
}

// anchors returns the longest ascending run of lines that occur once in both parts.
func (d *differ) anchors(a0, a1, b0, b1 int) [][2]int {
	type count struct{ inA, inB, at int }
	lines := map[string]*count{}
	for _, s := range d.a[a0:a1] {
		if lines[s] == nil {
			lines[s] = &count{}
		}
		lines[s].inA++
	}
	for j, s := range d.b[b0:b1] {
		if c := lines[s]; c != nil {
			c.inB, c.at = c.inB+1, b0+j
		}
	}
	var list [][2]int
	for i, s := range d.a[a0:a1] {
		if c := lines[s]; c.inA == 1 && c.inB == 1 {
			list = append(list, [2]int{a0 + i, c.at})
		}
	}
	return ascending(list)
}

// ascending returns the longest part of list, which ascends in its first numbers, that ascends in the second too.
func ascending(list [][2]int) [][2]int {
	var ends []int // ends[n]: where the run of length n+1 that ends lowest ends
	before := make([]int, len(list))
	for i, p := range list {
		n, _ := slices.BinarySearchFunc(ends, p[1], func(e, v int) int { return list[e][1] - v })
		if before[i] = -1; n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	var out [][2]int
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = before[i] {
			out = append(out, list[i])
		}
	}
	slices.Reverse(out)
	return out
}

// align finds the matching in order of n and m things with the greatest sum of weights, and tells its pairs.
func align(n, m int, weight func(i, j int) float64, pair func(i, j int)) {
	best := make([]float64, (n+1)*(m+1))
	w := make([]float64, n*m)
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			v := max(best[(i+1)*(m+1)+j], best[i*(m+1)+j+1])
			if w[i*m+j] = weight(i, j); w[i*m+j] > 0 {
				v = max(v, best[(i+1)*(m+1)+j+1]+w[i*m+j])
			}
			best[i*(m+1)+j] = v
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		v := best[i*(m+1)+j]
		switch {
		case w[i*m+j] > 0 && v == best[(i+1)*(m+1)+j+1]+w[i*m+j]:
			pair(i, j)
			i, j = i+1, j+1
		case v == best[(i+1)*(m+1)+j]:
			i++
		default:
			j++
		}
	}
}

// changed matches, between the equal lines, those that were changed.
func (d *differ) changed() {
	for i, j := 0, 0; i < len(d.a); {
		if d.m.to[i] >= 0 {
			i, j = i+1, int(d.m.to[i])+1
			continue
		}
		end := i
		for end < len(d.a) && d.m.to[end] < 0 {
			end++
		}
		to := len(d.b)
		if end < len(d.a) {
			to = int(d.m.to[end])
		}
		d.similar(i, end, j, to)
		i = end
	}
}

func (d *differ) similar(a0, a1, b0, b1 int) {
	if (a1-a0)*(b1-b0) > maxSimilar {
		return
	}
	wordsA, wordsB := make([][]string, a1-a0), make([][]string, b1-b0)
	for i := range wordsA {
		wordsA[i] = words(d.a[a0+i])
	}
	for j := range wordsB {
		wordsB[j] = words(d.b[b0+j])
	}
	align(a1-a0, b1-b0, func(i, j int) float64 {
		if s := similarity(wordsA[i], wordsB[j]); s >= similarEnough {
			return s
		}
		return 0
	}, func(i, j int) { d.match(a0+i, b0+j, lineSimilar) })
}

// words splits a line of Go into names, numbers and single other characters, sorted.
func words(line string) []string {
	var list []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		end := strings.IndexFunc(line, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		switch {
		case end < 0:
			end = len(line)
		case end == 0:
			_, end = utf8.DecodeRuneInString(line)
		}
		list = append(list, line[:end])
		line = line[end:]
	}
	slices.Sort(list)
	return list
}

// similarity is the share of words that two sorted lists have in common (Dice's coefficient).
func similarity(a, b []string) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	same := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := strings.Compare(a[i], b[j]); {
		case c == 0:
			same++
			i, j = i+1, j+1
		case c < 0:
			i++
		default:
			j++
		}
	}
	return 2 * float64(same) / float64(len(a)+len(b))
}
