package tracetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// root is the directory of the main module in the traces.
const root = "/src/app"

// writer turns lines into a trace.
type writer struct {
	out    []byte
	gen    *generation
	gens   uint64
	now    int64
	sites  rewrite.Sites
	byName map[string]*goroutine
	procs  map[int]*proc
	addrs  map[string]uint64
	caps   map[uint64]int64
	gcSeq  uint64
}

type goroutine struct {
	id    uint64
	start string
	state int
	proc  int
	seq   uint64
	known bool // its state is told in this generation
	last  call
}

type proc struct {
	known bool
	seq   uint64
	g     *goroutine
}

func newWriter() *writer {
	w := &writer{out: []byte(header), now: 1000, byName: map[string]*goroutine{}, procs: map[int]*proc{},
		addrs: map[string]uint64{}, caps: map[uint64]int64{}, sites: rewrite.Sites{Version: rewrite.SitesVersion}}
	w.gen = newGeneration(w.now)
	m := &goroutine{id: 1, start: "runtime.main", state: goRunning, last: call{"main.main", root + "/main.go", 1}}
	w.byName["main"] = m
	w.procs[0] = &proc{g: m}
	return w
}

// bytes ends the trace.
func (w *writer) bytes() []byte {
	w.begin()
	w.gens++
	return w.gen.append(w.out, w.gens)
}

// begin tells the states of all that was not told in this generation.
func (w *writer) begin() {
	for _, p := range sortedKeys(w.procs) {
		w.knowProc(p)
	}
	for _, name := range sortedKeys(w.byName) {
		if g := w.byName[name]; g.state != 0 {
			w.know(g, 0)
		}
	}
}

func sortedKeys[K int | string, V any](m map[K]V) []K {
	var keys []K
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (w *writer) knowProc(n int) *proc {
	p := w.procs[n]
	if p == nil {
		p = &proc{}
		w.procs[n] = p
	}
	if !p.known {
		p.known, p.seq = true, 0
		w.gen.event(n, w.now, evProcStatus, uint64(n), procRunning)
		if p.g != nil {
			w.know(p.g, n)
		}
	}
	return p
}

// know tells the state of a goroutine, from the thread of a proc.
func (w *writer) know(g *goroutine, proc int) {
	if g.known {
		return
	}
	g.known, g.seq = true, 0
	thread := noThread
	if g.state == goRunning || g.state == goSyscall {
		w.knowProc(g.proc)
		proc, thread = g.proc, uint64(100+g.proc)
	}
	w.gen.event(proc, w.now, evGoStatus, g.id, thread, uint64(g.state))
}

// line takes one line.
func (w *writer) line(words []string) error {
	switch words[0] {
	case "site":
		return w.site(words[1:])
	case "spawn":
		return w.spawn(words[1:])
	case "generation":
		w.begin()
		w.gens++
		w.out = w.gen.append(w.out, w.gens)
		for _, g := range w.byName {
			g.known = false
		}
		for _, p := range w.procs {
			p.known = false
		}
		w.now += 10
		w.gen = newGeneration(w.now)
		return nil
	case "gc":
		w.now += 10
		w.knowProc(0)
		w.gcSeq++
		if words[len(words)-1] == "begin" {
			w.gen.event(0, w.now, evGCBegin, w.gcSeq, 0)
		} else {
			w.gen.event(0, w.now, evGCEnd, w.gcSeq)
		}
		return nil
	}
	if len(words) < 2 {
		return fmt.Errorf("want a goroutine and a verb")
	}
	step, at := int64(10), ""
	args := words[2:]
	for len(args) > 0 {
		last := args[len(args)-1]
		if n, err := strconv.ParseInt(strings.TrimPrefix(last, "+"), 10, 64); err == nil && last[0] == '+' && words[1] != "add" {
			step = n
		} else if strings.HasPrefix(last, "@") {
			at = last[1:]
		} else {
			break
		}
		args = args[:len(args)-1]
	}
	w.now += step
	return w.verb(words[0], words[1], args, at)
}

func (w *writer) fileNo(file string) int {
	if i := slices.Index(w.sites.Files, file); i >= 0 {
		return i
	}
	w.sites.Files = append(w.sites.Files, file)
	return len(w.sites.Files) - 1
}

func (w *writer) site(words []string) error {
	if len(words) < 3 {
		return fmt.Errorf("want site OP PLACE NAME [TYPE]")
	}
	file, line, err := place(words[1])
	if err != nil {
		return err
	}
	s := rewrite.Site{ID: len(w.sites.Sites) + 1, File: w.fileNo(file), Line: line, Col: 1, Op: words[0], Name: words[2]}
	if len(words) > 3 {
		s.Type = words[3]
		s.Elem = strings.TrimPrefix(s.Type, "chan ")
	}
	w.sites.Sites = append(w.sites.Sites, s)
	return nil
}

func (w *writer) spawn(words []string) error {
	if len(words) != 3 {
		return fmt.Errorf("want spawn PLACE NAME CALLEE")
	}
	file, line, err := place(words[0])
	if err != nil {
		return err
	}
	w.sites.Spawns = append(w.sites.Spawns, rewrite.Spawn{File: w.fileNo(file), Line: line, EndLine: line, Name: words[1],
		Func: "main.main", Callee: words[2]})
	return nil
}

// verb takes what a goroutine does at a place.
func (w *writer) verb(name, verb string, args []string, at string) error {
	var g *goroutine
	if name != "-" {
		if g = w.byName[name]; g == nil {
			return fmt.Errorf("there is no goroutine %s", name)
		}
		if g.state != goRunning && g.state != goSyscall && verb != "start" {
			return fmt.Errorf("%s does not run", name)
		}
		if verb != "start" {
			w.knowProc(g.proc)
			w.know(g, g.proc)
		}
		if at != "" {
			file, line, err := place(at)
			if err != nil {
				return err
			}
			g.last = call{g.last.fn, root + "/" + file, line}
		}
	}
	switch verb {
	case "go":
		return w.create(g, args)
	case "wake":
		return w.wake(g, args)
	case "start":
		return w.start(g, args)
	case "block", "stop", "end", "syscall", "sysexit":
		return w.transition(g, verb, args)
	case "log":
		if len(args) != 2 {
			return fmt.Errorf("want log CATEGORY MESSAGE")
		}
		w.log(g, args[0], args[1])
		return nil
	}
	return w.record(g, verb, args, at)
}

// stack is where a goroutine is.
func (g *goroutine) stack() []call {
	frames := []call{g.last}
	if g.id == 1 {
		frames = append(frames, call{"runtime.main", "/go/src/runtime/proc.go", 290})
	}
	return frames
}

func (w *writer) create(g *goroutine, args []string) error {
	if g == nil || len(args) != 3 {
		return fmt.Errorf("want GOROUTINE go NAME FUNCTION PLACE")
	}
	file, line, err := place(args[2])
	if err != nil {
		return err
	}
	if w.byName[args[0]] != nil {
		return fmt.Errorf("there is a goroutine %s", args[0])
	}
	at := slices.Clone(g.stack())
	at[0].file, at[0].line = root+"/"+file, line
	begin := call{args[1], root + "/main.go", 1}
	if strings.HasPrefix(args[1], "runtime.") {
		begin.file = "/go/src/runtime/proc.go"
	}
	c := &goroutine{id: uint64(len(w.byName) + 10), start: args[1], state: goRunnable, known: true, last: begin}
	w.byName[args[0]] = c
	w.gen.event(g.proc, w.now, evGoCreate, c.id, w.gen.stack([]call{begin}), w.gen.stack(at))
	return nil
}

func (w *writer) wake(g *goroutine, args []string) error {
	if len(args) != 1 || w.byName[args[0]] == nil {
		return fmt.Errorf("want GOROUTINE wake NAME")
	}
	o := w.byName[args[0]]
	if o.state != goWaiting {
		return fmt.Errorf("%s does not wait", args[0])
	}
	var stack uint64
	proc := 9 // a thread that runs no goroutine
	if g != nil {
		proc, stack = g.proc, w.gen.stack(g.stack())
	} else {
		w.knowProc(proc)
	}
	w.know(o, proc)
	o.state = goRunnable
	o.seq++
	w.gen.event(proc, w.now, evGoUnblock, o.id, o.seq, stack)
	return nil
}

func (w *writer) start(g *goroutine, args []string) error {
	n := 0
	if len(args) > 0 {
		v, err := strconv.Atoi(args[0])
		if err != nil {
			return fmt.Errorf("proc %q is no number", args[0])
		}
		n = v
	}
	if g.state != goRunnable {
		return fmt.Errorf("it can't run")
	}
	p := w.knowProc(n)
	if p.g != nil {
		return fmt.Errorf("proc %d runs another goroutine", n)
	}
	w.know(g, n)
	g.state, g.proc, p.g = goRunning, n, g
	g.seq++
	w.gen.event(n, w.now, evGoStart, g.id, g.seq)
	return nil
}

func (w *writer) transition(g *goroutine, verb string, args []string) error {
	if g == nil {
		return fmt.Errorf("only a goroutine can do that")
	}
	p := w.procs[g.proc]
	stack := w.gen.stack(g.stack())
	switch verb {
	case "block":
		reason := "chan receive"
		if len(args) > 0 {
			reason = args[0]
		}
		g.state, p.g = goWaiting, nil
		w.gen.event(g.proc, w.now, evGoBlock, w.gen.str(reason), stack)
	case "stop":
		g.state, p.g = goRunnable, nil
		w.gen.event(g.proc, w.now, evGoStop, w.gen.str("preempted"), stack)
	case "end":
		g.state, p.g = 0, nil
		w.gen.event(g.proc, w.now, evGoDestroy)
	case "syscall":
		g.state = goSyscall
		p.seq++
		w.gen.event(g.proc, w.now, evGoSyscallBegin, p.seq, stack)
	case "sysexit":
		g.state = goRunning
		w.gen.event(g.proc, w.now, evGoSyscallEnd)
	}
	return nil
}

func (w *writer) log(g *goroutine, category, message string) {
	w.gen.event(g.proc, w.now, evUserLog, 0, w.gen.str(category), w.gen.str(message), w.gen.stack(g.stack()))
}
