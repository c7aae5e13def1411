package tracer

import (
	"os"
	"os/signal"
)

// supported says whether programs can be recorded on this system. The hooks speak to the kernel of Unix systems; on
// Windows recordings can be opened, but not made yet.
const supported = false

func killTree(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		p.Kill()
	}
}

func signalTree(p *os.Process, sig os.Signal) { p.Signal(sig) }

// childrenWith is not known here.
func childrenWith(variable string) []*os.Process { return nil }

var terminalSignals = map[os.Signal]bool{os.Interrupt: true}

func inForeground() bool { return true }

func catch() (signals chan os.Signal, stop func()) {
	signals = make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt)
	return signals, func() { signal.Stop(signals) }
}

func ending(state *os.ProcessState) (code int, sig string) { return state.ExitCode(), "" }

// processorTicks is not known here.
func processorTicks(pid int) int64 { return 0 }
