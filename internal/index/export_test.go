package index

// SetOnPanic lets f look at the panics that reading recovers from.
func SetOnPanic(f func(any)) { onPanic = f }

// Sample is sample.
var Sample = sample

// StateTimes is Index.StateTimes for an index of any size.
func StateTimes(ix *Index, t0, t1 int64, n int) [][NumStates]float64 { return ix.stateTimes(t0, t1, n) }

// ManyOverview is the overview of an index of any size as one of very many events has it.
func ManyOverview(ix *Index, px int) OverviewData {
	o := OverviewData{Px: px, Forever: make([]float64, px)}
	ix.manyOverview(&o)
	return o
}

// MarkLen is markLen.
const MarkLen = markLen
