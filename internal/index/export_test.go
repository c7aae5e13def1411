package index

// SetOnPanic lets f look at the panics that reading recovers from.
func SetOnPanic(f func(any)) { onPanic = f }
