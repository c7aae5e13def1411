package compare

import (
	"slices"
	"strings"
)

// A FileDiff is how a source file of A became one of B. A file that only one side has, or whose text is not there on both,
// has no rows.
type FileDiff struct {
	A       string    `json:"a"` // "" if only B has it
	B       string    `json:"b"`
	Changes int       `json:"changes"` // runs of rows that are not the same
	Rows    []DiffRow `json:"rows"`
}

// Kinds of rows.
const (
	RowSame    = "same"
	RowChanged = "changed" // the line was changed: A and B are its two forms
	RowGone    = "gone"    // only A has it
	RowNew     = "new"
)

// A DiffRow is a line, with its numbers from 1 on both sides; 0 where it has none.
type DiffRow struct {
	Kind  string `json:"kind"`
	A     int    `json:"a"`
	B     int    `json:"b"`
	TextA string `json:"text_a"`
	TextB string `json:"text_b"`
}

// maxDiffText bounds a text that is shown as a diff, in bytes.
const maxDiffText = 4 << 20

// Sources returns the diffs of the program's own files, in the order of A's list, then those that only B has. It rests on
// the same matching of lines as the pairs do.
func Sources(a, b Side) []FileDiff {
	list := []FileDiff{}
	match := matchFiles(a.fileNames(), b.fileNames())
	taken := map[string]bool{}
	for _, fa := range a.fileNames() {
		d := FileDiff{A: fa, B: match[fa], Rows: []DiffRow{}}
		taken[d.B] = true
		ta, errA := a.text(fa)
		tb, errB := b.text(d.B)
		if d.B != "" && errA == nil && errB == nil && len(ta) <= maxDiffText && len(tb) <= maxDiffText {
			d.Rows = diffRows(lines(ta), lines(tb))
			d.Changes = changes(d.Rows)
		}
		list = append(list, d)
	}
	for _, fb := range b.fileNames() {
		if !taken[fb] {
			list = append(list, FileDiff{B: fb, Rows: []DiffRow{}})
		}
	}
	return list
}

// lines splits a text; bytes that are no text become visible.
func lines(text []byte) []string {
	s := strings.ToValidUTF8(strings.TrimSuffix(string(text), "\n"), "\uFFFD")
	return strings.Split(s, "\n")
}

func diffRows(a, b []string) []DiffRow {
	m := diffLines(a, b)
	rows := make([]DiffRow, 0, max(len(a), len(b)))
	j := 0
	added := func(to int) {
		for ; j < to; j++ {
			rows = append(rows, DiffRow{Kind: RowNew, B: j + 1, TextB: b[j]})
		}
	}
	for i, to := range m.to {
		if to < 0 {
			rows = append(rows, DiffRow{Kind: RowGone, A: i + 1, TextA: a[i]})
			continue
		}
		added(int(to))
		kind := RowSame
		if m.sure[i] != lineSame {
			kind = RowChanged
		}
		rows = append(rows, DiffRow{Kind: kind, A: i + 1, B: int(to) + 1, TextA: a[i], TextB: b[to]})
		j = int(to) + 1
	}
	added(len(b))
	return rows
}

func changes(rows []DiffRow) int {
	n := 0
	for i := range rows {
		if rows[i].Kind != RowSame && (i == 0 || rows[i-1].Kind == RowSame) {
			n++
		}
	}
	return n
}

// Changed lists the files with changes first: what a reader looks for.
func Changed(list []FileDiff) []FileDiff {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y FileDiff) int { return min(y.Changes, 1) - min(x.Changes, 1) })
	return list
}
