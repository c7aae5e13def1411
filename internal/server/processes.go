package server

import (
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// modelProcess is one process of the recording. What its meta.json does not know is "" or 0.
type modelProcess struct {
	Number  int      `json:"number"` // from 1: the program
	PID     int      `json:"pid"`
	Parent  int      `json:"parent"` // number of the process that started it, 0: not known
	Program string   `json:"program"`
	Args    []string `json:"args"`
	Start   int64    `json:"start"` // ns
	End     int64    `json:"end"`   // ns: its last event
	How     string   `json:"how"`   // how it ended: exit, panic, fatal, lost, runs
	Reason  string   `json:"reason"`
	ClockNS int64    `json:"clock_error_ns"` // -1: not known
}

// modelProcesses joins what the traces tell of processes with what the recording knows of them, by process id.
func modelProcesses(meta recording.Meta, list []index.Process) []modelProcess {
	known := map[int]recording.Process{}
	for _, p := range meta.Processes {
		known[p.PID] = p
	}
	out := []modelProcess{}
	number := map[int]int{}
	for _, p := range list {
		if p.PID == 0 && len(meta.Processes) > 0 {
			p.PID = meta.Processes[0].PID
		}
		number[p.PID] = p.Number
		k := known[p.PID]
		out = append(out, modelProcess{Number: p.Number, PID: p.PID, Program: brief(k.Program), Args: briefAll(k.Args), Start: p.Start, End: p.End,
			How: k.End, Reason: p.Reason, ClockNS: p.ClockErrorNS})
	}
	for i := range out {
		out[i].Parent = number[known[out[i].PID].Parent]
	}
	return out
}

// fillProcs fills in the procs of all processes. The processes share the cores of the machine, so how busy these are is told
// for as many as one process has.
func fillProcs(m *model, meta recording.Meta, ix *index.Index) {
	var busy float64
	own := 0
	for _, p := range ix.Procs() {
		m.Procs = append(m.Procs, modelProc{key("p", p.ID), p.ID, p.Process, p.P, p.Busy})
		busy += p.Busy
		if p.Process == 1 {
			own++
		}
	}
	if m.Cores.N = max(meta.Procs, own); m.Cores.N > 0 {
		m.Cores.Busy = min(1, busy/float64(m.Cores.N))
	}
}
