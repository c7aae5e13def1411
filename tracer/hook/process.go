//go:build tracevizhook

package hook

import _ "unsafe" // for go:linkname

// runtimeArgs is where package os has its arguments from, which we may not import: it would be initialised before us.
//
//go:linkname runtimeArgs os.runtime_args
func runtimeArgs() []string

// argsLimit bounds what is told of the arguments, in bytes.
const argsLimit = 4000

// argsHex returns the arguments of the process, each with a zero byte behind it, in hexadecimal digits.
func argsHex() string {
	const digits = "0123456789abcdef"
	hex := make([]byte, 0, 256)
	put := func(c byte) { hex = append(hex, digits[c>>4], digits[c&15]) }
	for _, a := range runtimeArgs() {
		for i := 0; i < len(a) && len(hex) < 2*argsLimit; i++ {
			put(a[i])
		}
		put(0)
		if len(hex) >= 2*argsLimit {
			break
		}
	}
	if len(hex) == 0 {
		put(0)
	}
	return string(hex)
}
