// Package trace has the name of the runtime's.
package trace

import rt "runtime/trace"

func Log(c chan string) { c <- "log"; _ = rt.IsEnabled() }
