// Package tracer makes one recording of one program.
//
// For the command it builds a target with hooks (Build), runs it as a process of its own, follows its trace while it runs,
// ends it when it is proven to be deadlocked, and collects the recording's folder (Run). For programs that want to record
// themselves it is a library: Start and Stop.
//
// It does not look into what was recorded: that is the business of the index and of the analyzers.
package tracer

// Environment variables by which we speak to the hooks in a target; tracer/hook/start.go has the other side.
const (
	envDir     = "TRACEVIZ_DIR"
	envControl = "TRACEVIZ_CONTROL"
	envValues  = "TRACEVIZ_VALUES"
	envPerturb = "TRACEVIZ_PERTURB"
)
