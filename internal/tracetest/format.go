package tracetest

import (
	"encoding/binary"
	"slices"
)

// Event types of the trace format that the writer uses.
const (
	evEventBatch      = 1
	evStacks          = 2
	evStack           = 3
	evStrings         = 4
	evString          = 5
	evFrequency       = 8
	evProcStatus      = 13
	evGoCreate        = 14
	evGoStart         = 16
	evGoDestroy       = 17
	evGoStop          = 19
	evGoBlock         = 20
	evGoUnblock       = 21
	evGoSyscallBegin  = 22
	evGoSyscallEnd    = 23
	evGoStatus        = 25
	evGCBegin         = 29
	evGCEnd           = 30
	evUserLog         = 44
	evSync            = 50
	evClockSnapshot   = 51
	evEndOfGeneration = 52
)

// States of goroutines and procs in the format.
const (
	goRunnable  = 1
	goRunning   = 2
	goSyscall   = 3
	goWaiting   = 4
	procRunning = 1
)

const (
	header   = "go 1.26 trace\x00\x00\x00"
	maxBatch = 60 << 10
	noThread = ^uint64(0)
)

// call is a frame of a stack.
type call struct {
	fn, file string
	line     int
}

// generation collects what one generation holds.
type generation struct {
	strings map[string]uint64
	strList []string
	stacks  map[string]uint64
	stkList [][]call
	threads map[int]*thread // by proc
	order   []int
	first   int64
	last    int64
}

// thread is the events of one thread.
type thread struct {
	batches [][]byte
	starts  []int64
	last    int64
}

func newGeneration(at int64) *generation {
	return &generation{strings: map[string]uint64{}, stacks: map[string]uint64{}, threads: map[int]*thread{}, first: at, last: at}
}

func (g *generation) str(s string) uint64 {
	id, ok := g.strings[s]
	if !ok {
		id = uint64(len(g.strList) + 1)
		g.strings[s] = id
		g.strList = append(g.strList, s)
	}
	return id
}

func (g *generation) stack(frames []call) uint64 {
	if len(frames) == 0 {
		return 0
	}
	var key []byte
	for _, f := range frames {
		key = append(key, f.fn...)
		key = append(key, 0)
		key = append(key, f.file...)
		key = binary.AppendUvarint(append(key, 0), uint64(f.line))
		g.str(f.fn)
		g.str(f.file)
	}
	id, ok := g.stacks[string(key)]
	if !ok {
		id = uint64(len(g.stkList) + 1)
		g.stacks[string(key)] = id
		g.stkList = append(g.stkList, slices.Clone(frames))
	}
	return id
}

// event appends an event to the thread of a proc.
func (g *generation) event(proc int, at int64, typ byte, args ...uint64) {
	th := g.threads[proc]
	if th == nil {
		th = &thread{}
		g.threads[proc] = th
		g.order = append(g.order, proc)
	}
	if n := len(th.batches); n == 0 || len(th.batches[n-1]) > maxBatch {
		th.batches = append(th.batches, nil)
		th.starts = append(th.starts, at)
		th.last = at
	}
	b := &th.batches[len(th.batches)-1]
	*b = append(*b, typ)
	*b = binary.AppendUvarint(*b, uint64(at-th.last))
	for _, a := range args {
		*b = binary.AppendUvarint(*b, a)
	}
	th.last = at
	g.last = max(g.last, at)
}

// batch appends a batch.
func batch(out []byte, gen, thread uint64, at int64, data []byte) []byte {
	out = append(out, evEventBatch)
	for _, v := range []uint64{gen, thread, uint64(at), uint64(len(data))} {
		out = binary.AppendUvarint(out, v)
	}
	return append(out, data...)
}

// append adds the generation with a number to a trace.
func (g *generation) append(out []byte, gen uint64) []byte {
	for _, proc := range g.order {
		th := g.threads[proc]
		for i, b := range th.batches {
			out = batch(out, gen, uint64(100+proc), th.starts[i], b)
		}
	}
	sync := binary.AppendUvarint([]byte{evSync, evFrequency}, 1e9)
	sync = append(sync, evClockSnapshot)
	for _, v := range []uint64{0, uint64(g.first), 1700000000, 0} {
		sync = binary.AppendUvarint(sync, v)
	}
	out = batch(out, gen, noThread, g.first, sync)
	stacks := []byte{evStacks}
	for i, frames := range g.stkList {
		one := binary.AppendUvarint([]byte{evStack}, uint64(i+1))
		one = binary.AppendUvarint(one, uint64(len(frames)))
		for _, f := range frames {
			// The reader knows a frame by its pc alone.
			pc := g.str(f.fn)<<40 | g.str(f.file)<<24 | uint64(f.line)
			for _, v := range []uint64{pc, g.str(f.fn), g.str(f.file), uint64(f.line)} {
				one = binary.AppendUvarint(one, v)
			}
		}
		if len(stacks)+len(one) > maxBatch {
			out = batch(out, gen, noThread, g.first, stacks)
			stacks = []byte{evStacks}
		}
		stacks = append(stacks, one...)
	}
	out = batch(out, gen, noThread, g.first, stacks)
	strs := []byte{evStrings}
	for i, s := range g.strList {
		one := binary.AppendUvarint([]byte{evString}, uint64(i+1))
		one = append(binary.AppendUvarint(one, uint64(len(s))), s...)
		if len(strs)+len(one) > maxBatch {
			out = batch(out, gen, noThread, g.first, strs)
			strs = []byte{evStrings}
		}
		strs = append(strs, one...)
	}
	out = batch(out, gen, noThread, g.first, strs)
	return append(out, evEndOfGeneration)
}
