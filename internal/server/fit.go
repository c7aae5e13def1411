package server

import (
	"math"
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
)

// A span is a stretch of time in ns.
type span struct{ t0, t1 float64 }

// fitRows shrinks the largest rows until all together take at most budget bytes: spans become a texture, textures and
// levels get coarser by powers of two. Rows that are small stay as they are.
func fitRows(rows []index.Row, w span, px, budget int) {
	sizes := make([]int, len(rows))
	for i := range rows {
		sizes[i] = rowSize(&rows[i])
	}
	limit := fairShare(sizes, budget)
	for i := range rows {
		if sizes[i] > limit {
			shrink(&rows[i], w, px, limit)
		}
	}
}

// fairShare returns the largest limit for which rows that are cut down to it take at most budget bytes.
func fairShare(sizes []int, budget int) int {
	sorted := slices.Sorted(slices.Values(sizes))
	left := budget
	for i, size := range sorted {
		if share := left / (len(sorted) - i); size > share {
			return share
		}
		left -= size
	}
	return math.MaxInt
}

// shrink brings a row to at most limit bytes, as far as that is possible: one pixel is the end.
func shrink(r *index.Row, w span, px, limit int) {
	if r.Enc == index.EncLevel {
		for px > 1 && rowSize(r) > limit {
			coarserLevel(r, w, px)
			px /= 2
		}
		return
	}
	if r.Enc == index.EncSpans {
		toTexture(r, w, px)
	}
	for rowSize(r) > limit && len(r.State) > 1 {
		coarserTexture(r)
	}
}

// toTexture draws spans into px columns: the state that takes most of each, and how much of it is taken.
func toTexture(r *index.Row, w span, px int) {
	state, cover, width := make([]uint8, px), make([]uint8, px), (w.t1-w.t0)/float64(px)
	at, best, taken := -1, 0.0, 0.0
	var sums [256]float64 // of the pixel, by state
	var touched []uint8
	flush := func() {
		if at >= 0 {
			cover[at] = uint8(math.Round(255 * min(1, taken/width)))
			if taken > 0 {
				cover[at] = max(cover[at], 1)
			}
		}
		for _, s := range touched {
			sums[s] = 0
		}
		touched = touched[:0]
		best, taken = 0, 0
	}
	for i := range r.Start {
		from, to := max(r.Start[i], w.t0), min(r.End[i], w.t1)
		if from > to {
			continue
		}
		for x := int((from - w.t0) / width); x < px; x++ {
			if x > at {
				flush()
				at = x
			}
			left := w.t0 + float64(x)*width
			part := min(to, left+width) - max(from, left)
			if part < 0 {
				break
			}
			// A span without length is still there to be seen.
			part = max(part, width/1024)
			s := r.State[i]
			sums[s] += part
			touched = append(touched, s)
			taken += part
			if sums[s] > best {
				best, state[x] = sums[s], s
			}
			if to <= left+width {
				break
			}
		}
	}
	flush()
	*r = index.Row{Key: r.Key, Enc: index.EncTexture, State: state, Cover: cover}
}

// coarserTexture makes one column of two: the state of the fuller one, the mean of their covers.
func coarserTexture(r *index.Row) {
	n := (len(r.State) + 1) / 2
	for i := range n {
		a, b := 2*i, min(2*i+1, len(r.State)-1)
		if r.Cover[b] > r.Cover[a] {
			r.State[i] = r.State[b]
		} else {
			r.State[i] = r.State[a]
		}
		r.Cover[i] = uint8((int(r.Cover[a]) + int(r.Cover[b]) + 1) / 2)
	}
	r.State, r.Cover = r.State[:n], r.Cover[:n]
}

// coarserLevel keeps one or two steps for each of px/2 columns: the largest values in it, and where it ends the last
// ones, so that what follows is right.
func coarserLevel(r *index.Row, w span, px int) {
	n := max(1, px/2)
	width := (w.t1 - w.t0) / float64(n)
	out := index.Row{Key: r.Key, Enc: index.EncLevel}
	step := func(t float64, level, sendQ, recvQ uint32) {
		out.Start, out.Level = append(out.Start, t), append(out.Level, level)
		out.SendQ, out.RecvQ = append(out.SendQ, sendQ), append(out.RecvQ, recvQ)
	}
	for i := 0; i < len(r.Start); {
		x := math.Floor((r.Start[i] - w.t0) / width)
		j, level, sendQ, recvQ := i, uint32(0), uint32(0), uint32(0)
		for ; j < len(r.Start) && math.Floor((r.Start[j]-w.t0)/width) == x; j++ {
			level, sendQ, recvQ = max(level, r.Level[j]), max(sendQ, r.SendQ[j]), max(recvQ, r.RecvQ[j])
		}
		step(r.Start[i], level, sendQ, recvQ)
		last := j - 1
		if end := w.t0 + (x+1)*width; last > i && (j == len(r.Start) || r.Start[j] > end) &&
			(r.Level[last] != level || r.SendQ[last] != sendQ || r.RecvQ[last] != recvQ) {
			step(end, r.Level[last], r.SendQ[last], r.RecvQ[last])
		}
		i = j
	}
	*r = out
}
