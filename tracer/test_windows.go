package tracer

// DieOf does nothing: processes do not die of signals here.
func DieOf(string) {}
