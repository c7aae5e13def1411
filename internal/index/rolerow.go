package index

// roleSample is how many goroutines of a role a row of it is made from: an even choice, so that a role of a million is answered
// as fast as one of hundreds.
const roleSample = 256

// roleRow returns what all goroutines of the role of g did, those of its process, as a texture: the state that takes most of their time in each
// pixel, and how much of the time of all of them the visible states take.
func (ix *Index) roleRow(g int, t0, t1 int64, px int) Row {
	members := ix.ofRole(g)
	spent := make([][NumStates]int64, px)
	w := float64(t1-t0) / float64(px)
	for _, m := range members {
		t := ix.goTimeline(m)
		at, i := t0, t.find(t0)
		for x := range px {
			next := t0 + int64(w*float64(x+1))
			j := t.seek(i, next)
			t.spend(&spent[x], i, j, at, next)
			i, at = j, next
		}
	}
	r := Row{Enc: EncTexture, State: make([]uint8, px), Cover: make([]uint8, px)}
	at := t0
	for x := range px {
		next := t0 + int64(w*float64(x+1))
		r.State[x], r.Cover[x] = most(&spent[x], (next-at)*int64(len(members)))
		at = next
	}
	return r
}

// ofRole returns the goroutines of one process that have the role of g, or as many of them as a row is made from.
func (ix *Index) ofRole(g int) []int32 {
	same := func(i int) bool { return ix.gs[i].role == ix.gs[g].role && ix.gs[i].process == ix.gs[g].process }
	total := 0
	for i := range ix.gs {
		if same(i) {
			total++
		}
	}
	list := make([]int32, 0, min(total, roleSample))
	n := 0
	for i := range ix.gs {
		if !same(i) {
			continue
		}
		// The n-th is taken when a new part of the sample begins with it.
		if n*roleSample/max(total, roleSample) == len(list) {
			list = append(list, int32(i))
		}
		n++
	}
	return list
}
