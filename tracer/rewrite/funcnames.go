package rewrite

import (
	"strconv"
	"strings"
)

// ShortFunc returns a function's name for people: consume of main.consume, server.run of main.(*server).run, http.serve of
// net/http.serve. Type arguments are left out.
func ShortFunc(fn string) string {
	fn = fn[strings.LastIndexByte(fn, '/')+1:]
	fn = strings.TrimPrefix(fn, "main.")
	fn = strings.ReplaceAll(fn, "[...]", "")
	fn = strings.ReplaceAll(fn, "(*", "")
	return strings.ReplaceAll(fn, ")", "")
}

// LiteralName is the name for people of a function literal that begins in that line, by the function around it: main.func@58 in
// main.main, server.run.func@58 in main.(*server).run. fn may be either function as the runtime names it.
func LiteralName(fn string, line int) string {
	for {
		outer, ok := outerFunc(fn)
		if !ok {
			return ShortFunc(fn) + ".func@" + strconv.Itoa(line)
		}
		fn = outer
	}
}

// Literal tells whether a function's name is that of a function literal: main.main.func1, main.f.func2.1, main.f.gowrap1.
func Literal(fn string) bool {
	_, ok := outerFunc(fn)
	return ok
}

// outerFunc takes the last part from the name of a function literal, or of the body of a loop over a function.
func outerFunc(fn string) (outer string, ok bool) {
	i := strings.LastIndexByte(fn, '.')
	if i < strings.LastIndexByte(fn, '/') || i < 0 {
		return "", false
	}
	last := fn[i+1:]
	if at := strings.LastIndex(last, "-range"); at > 0 {
		return fn[:i+1] + last[:at], true
	}
	for _, prefix := range []string{"", "func", "gowrap", "deferwrap"} {
		if rest, ok := strings.CutPrefix(last, prefix); ok {
			if _, err := strconv.ParseUint(rest, 10, 32); err == nil {
				return fn[:i], true
			}
		}
	}
	return "", false
}
