package hook

// DropFrames takes the frames of the hooks out of a text as runtime.Stack makes it: where a hook blocks or calls back, the text is
// then the one that the program has without hooks. It works in place and returns what is left.
func DropFrames(text []byte) []byte {
	kept := text[:0]
	for len(text) > 0 {
		function := text[:lineEnd(text)]
		text = text[len(function):]
		place := text[:0]
		if len(text) > 0 && text[0] == '\t' {
			place = text[:lineEnd(text)]
			text = text[len(place):]
		}
		if !isOurs(function) && !inOurs(place) {
			kept = append(append(kept, function...), place...)
		}
	}
	return kept
}

// lineEnd is the length of the first line with its end.
func lineEnd(text []byte) int {
	for i, c := range text {
		if c == '\n' {
			return i + 1
		}
	}
	return len(text)
}

// isOurs reports whether a line of such a text names a function of the hooks.
func isOurs(line []byte) bool {
	const ours, creator = "tracevizhook.", "created by "
	if len(line) > len(creator) && string(line[:len(creator)]) == creator {
		line = line[len(creator):]
	}
	return len(line) > len(ours) && string(line[:len(ours)]) == ours
}

// inOurs reports whether a line with the place of a frame is one of our files: a function literal of a hook that was inlined has
// a name of the function that calls the hook.
func inOurs(place []byte) bool {
	const trimmed, folder = "\ttracevizhook/", "/src/tracevizhook/"
	name := len(place)
	for name > 0 && place[name-1] != '/' {
		name--
	}
	return string(place[:name]) == trimmed || name > len(folder) && string(place[name-len(folder):name]) == folder
}
