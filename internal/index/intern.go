package index

import (
	"strings"

	"golang.org/x/exp/trace"
)

// frame is one call: numbers of strings.
type frame struct {
	fn, file uint32
	line     int32
}

// stackInfo is an interned stack: frames[off:off+n] of the tables.
type stackInfo struct {
	off  uint32
	n    uint16
	user uint16 // the innermost frame of the program, n if there is none
	hook bool   // frames of the hooks were left out
}

// tables are the strings, frames and stacks of a recording, each once. They grow at the end; a copy is a snapshot.
type tables struct {
	strs    []string
	frames  []frame
	seq     []uint32 // frames of all stacks
	stacks  []stackInfo
	reasons []string
}

// interner fills tables.
type interner struct {
	*tables
	strID    map[string]uint32
	frameID  map[frame]uint32
	stackID  map[string]uint32 // key: the bytes of the frame numbers
	fast     map[trace.Stack]uint32
	reasonID map[string]uint8
	key      []byte
}

func newInterner(t *tables) *interner {
	in := &interner{tables: t, strID: map[string]uint32{}, frameID: map[frame]uint32{}, stackID: map[string]uint32{},
		fast: map[trace.Stack]uint32{}, reasonID: map[string]uint8{}}
	in.str("")
	in.reason("")
	t.stacks = append(t.stacks, stackInfo{})
	return in
}

func (in *interner) str(s string) uint32 {
	if id, ok := in.strID[s]; ok {
		return id
	}
	s = strings.Clone(s) // the reader's strings may hold on to whole batches
	id := uint32(len(in.strs))
	in.strs = append(in.strs, s)
	in.strID[s] = id
	return id
}

// reason numbers the reasons of blocking and the names of ranges. Beyond 255 of them the rest is one.
func (in *interner) reason(s string) uint8 {
	// Reasons are few, and equal ones mostly share their bytes: comparing beats hashing.
	for id := range min(len(in.reasons), 12) {
		if in.reasons[id] == s {
			return uint8(id)
		}
	}
	if id, ok := in.reasonID[s]; ok {
		return id
	}
	if len(in.reasons) == 255 {
		in.reasons = append(in.reasons, "other")
	}
	if len(in.reasons) > 255 {
		return 255
	}
	id := uint8(len(in.reasons))
	in.reasons = append(in.reasons, strings.Clone(s))
	in.reasonID[in.reasons[id]] = id
	return id
}

// newGeneration forgets the reader's own handles of stacks.
func (in *interner) newGeneration() { clear(in.fast) }

// stack numbers a stack; 0 is the empty one. Frames of the hooks are left out.
func (in *interner) stack(s trace.Stack) uint32 {
	if s == trace.NoStack {
		return 0
	}
	if id, ok := in.fast[s]; ok {
		return id
	}
	off := len(in.seq)
	in.key = in.key[:0]
	hook := false
	for f := range s.Frames() {
		if hookFunc(f.Func) {
			hook = true
			continue
		}
		fr := frame{in.str(f.Func), in.str(f.File), int32(min(f.Line, 1<<30))}
		id, ok := in.frameID[fr]
		if !ok {
			id = uint32(len(in.frames))
			in.frames = append(in.frames, fr)
			in.frameID[fr] = id
		}
		in.seq = append(in.seq, id)
		in.key = append(in.key, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
	}
	if hook {
		in.key = append(in.key, 1)
	}
	id, ok := in.stackID[string(in.key)]
	switch {
	case len(in.key) == 0:
		id = 0
	case ok:
		in.seq = in.seq[:off]
	default:
		id = uint32(len(in.stacks))
		info := stackInfo{off: uint32(off), n: uint16(len(in.seq) - off), hook: hook}
		info.user = in.userFrame(in.seq[off:])
		in.stacks = append(in.stacks, info)
		in.stackID[string(in.key)] = id
	}
	in.fast[s] = id
	return id
}

// userFrame returns the index of the innermost frame that is not of the standard library, else the innermost that is
// not of the runtime.
func (in *interner) userFrame(ids []uint32) uint16 {
	rest := uint16(len(ids))
	for i, id := range ids {
		f := in.frames[id]
		fn := in.strs[f.fn]
		if !stdFunc(fn, in.strs[f.file]) {
			return uint16(i)
		}
		if int(rest) == len(ids) && !strings.HasPrefix(fn, "runtime.") && !strings.HasPrefix(fn, "internal/") {
			rest = uint16(i)
		}
	}
	return rest
}

// stackFrames returns the frames of a stack, innermost first.
func (t *tables) stackFrames(id uint32) []uint32 {
	s := t.stacks[id]
	return t.seq[s.off : s.off+uint32(s.n)]
}

// userFrameOf returns the innermost frame of the program in a stack.
func (t *tables) userFrameOf(id uint32) (frame, bool) {
	s := t.stacks[id]
	if s.user >= s.n {
		return frame{}, false
	}
	return t.frames[t.seq[s.off+uint32(s.user)]], true
}

// ownWork tells whether a stack is that of work which the hooks do for themselves on a goroutine of the program, such as
// starting the trace before main: it has frames of theirs and none of the program.
func (t *tables) ownWork(id uint32) bool {
	s := t.stacks[id]
	if !s.hook || s.user >= s.n {
		return s.hook
	}
	f := t.frames[t.seq[s.off+uint32(s.user)]]
	return stdFunc(t.strs[f.fn], t.strs[f.file])
}

// rootFrame returns the outermost frame of a stack: the function that the goroutine runs, unless the stack was cut.
func (t *tables) rootFrame(id uint32) (frame, bool) {
	s := t.stacks[id]
	if s.n == 0 || s.n >= maxFrames {
		return frame{}, false
	}
	return t.frames[t.seq[s.off+uint32(s.n)-1]], true
}

// maxFrames is where the runtime cuts stacks.
const maxFrames = 128
