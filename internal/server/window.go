package server

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/trace-viz/trace-viz/internal/index"
)

// maxWindow bounds a window frame, in bytes.
const maxWindow = 256 << 10

// Bytes before the columns.
const (
	windowHeader = 16 // of the frame and of the payload
	rowHeader    = 16
)

// window answers the one operation that travels in columns:
//
//	u32 rows, u32 0
//	a row: u32 number in the request, u32 encoding, u32 n, u32 0, columns
//	  spans:   f64 start[n], f64 end[n], u32 info[n], u8 state[n]
//	  texture: u8 state[n], u8 cover[n]     n columns of equal width: px, or px/2, px/4, ... where that is too much
//	  level:   f64 t[n], u32 level[n], u32 sendq[n], u32 recvq[n]
func (a *asked) window() ([]byte, error) {
	procs := a.ix.Procs()
	keys := make([]index.RowKey, len(a.rows))
	for i, k := range a.rows {
		known := k.kind != 'g' && k.kind != 'r' && k.kind != 'o' && k.kind != 'p' ||
			(k.kind == 'g' || k.kind == 'r') && k.n < a.ix.NumGoroutines() || k.kind == 'o' && k.n < a.ix.NumObjects() ||
			k.kind == 'p' && slices.ContainsFunc(procs, func(p index.ProcInfo) bool { return p.ID == k.n })
		if !known {
			return nil, fmt.Errorf("row %q is not known", a.Rows[i])
		}
		keys[i] = index.RowKey(a.Rows[i])
	}
	rows := a.ix.Window(int64(a.T0), int64(a.T1), a.Px, keys)
	if len(rows) != len(keys) {
		return nil, fmt.Errorf("internal error: %d rows for %d", len(rows), len(keys))
	}
	fitRows(rows, span{float64(a.T0), float64(a.T1)}, a.Px, maxWindow-windowHeader)
	f := newFrame(a.ID, frameWindow)
	f.u32(uint32(len(rows)))
	f.u32(0)
	for i := range rows {
		f.row(i, &rows[i])
	}
	return f.b, nil
}

// row writes one row.
func (f *frame) row(number int, r *index.Row) {
	n := rowLen(r)
	f.u32(uint32(number))
	f.u32(uint32(r.Enc))
	f.u32(uint32(n))
	f.u32(0)
	switch r.Enc {
	case index.EncSpans:
		f.f64s(r.Start)
		f.f64s(r.End)
		f.u32s(r.Info)
		f.u8s(r.State)
	case index.EncTexture:
		f.u8s(r.State)
		f.u8s(r.Cover)
	case index.EncLevel:
		f.f64s(r.Start)
		f.u32s(r.Level)
		f.u32s(r.SendQ)
		f.u32s(r.RecvQ)
	}
}

// rowLen is n of a row.
func rowLen(r *index.Row) int {
	if r.Enc == index.EncTexture {
		return len(r.State)
	}
	return len(r.Start)
}

// rowSize is the bytes that a row takes.
func rowSize(r *index.Row) int {
	n := rowLen(r)
	pad := func(bytes int) int { return (bytes + 7) &^ 7 }
	switch r.Enc {
	case index.EncSpans:
		return rowHeader + 16*n + pad(4*n) + pad(n)
	case index.EncTexture:
		return rowHeader + 2*pad(n)
	default:
		return rowHeader + 8*n + 3*pad(4*n)
	}
}

// overview is the whole recording at px pixels.
func (a *asked) overview() (any, error) {
	type mark struct {
		T        int64  `json:"t"`
		Kind     string `json:"kind"`
		Severity string `json:"severity"`
		ID       int    `json:"id"`
	}
	answer := struct {
		Px       int                  `json:"px"`
		States   map[string][]float64 `json:"states"`
		Forever  []float64            `json:"forever"`
		Findings []mark               `json:"findings"`
	}{a.Px, map[string][]float64{}, make([]float64, a.Px), []mark{}}
	o := a.ix.Overview(a.Px)
	total := make([]float64, a.Px)
	for _, ns := range o.States {
		for i := range min(len(ns), a.Px) {
			total[i] += ns[i]
		}
	}
	share := func(ns []float64) []float64 {
		part := make([]float64, a.Px)
		for i := range min(len(ns), a.Px) {
			if total[i] > 0 {
				part[i] = round(ns[i]/total[i], 4)
			}
		}
		return part
	}
	for state, ns := range o.States {
		if ns != nil {
			answer.States[strconv.Itoa(state)] = share(ns)
		}
	}
	answer.Forever = share(o.Forever)
	for i, f := range a.v.Findings {
		answer.Findings = append(answer.Findings, mark{f.TimeNS, f.Kind, string(f.Severity), i})
	}
	return answer, nil
}
