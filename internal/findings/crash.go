package findings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// crashFile is the runtime's crash output in a recording: the text of a panic, or nothing for a fatal error, and then the
// stack of the goroutine that died, before those of others.
const crashFile = "crash.log"

// maxCrash bounds how much of it is read; the first stack is at its beginning. Stacks are cut by the runtime at 100 frames.
const maxCrash = 64 << 10

// A crash is how the program died, or if it did not, the first of its processes that did.
type crash struct {
	process index.Process // number 1 is the program
	text    string        // what follows "panic: ", to the first stack; "" for a fatal error
	goid    int64         // of the goroutine that died, 0 if that is not known
	frames  []frame
	bubble  []int64 // goroutines that were in a bubble of testing/synctest
}

// A frame is one call of a crash, the innermost first.
type frame struct {
	fn, file string // file as the runtime prints it
	line     int
}

// crash reads how the program died. It is empty if it did not, or if nobody knows.
func (p *Pass) crash() *crash {
	if p.death == nil {
		p.death = &crash{process: p.Index.Processes()[0]}
		died := p.Meta.Outcome == recording.Panic || p.Meta.Outcome == recording.Fatal
		if p.Rec != nil && p.Rec.Dir != "" && died {
			if text, err := readHead(p.Rec.Dir, crashFile, maxCrash); err == nil {
				p.death = parseCrash(text)
				p.death.process = p.Index.Processes()[0]
			}
		} else if p.Rec != nil && p.Rec.Dir != "" {
			p.childCrash()
		}
	}
	return p.death
}

// childCrash looks for a process that the program started and that died.
func (p *Pass) childCrash() {
	for _, child := range p.Index.Processes()[1:] {
		if text, err := readHead(p.Rec.Dir, fmt.Sprintf("crash-%d.log", child.PID), maxCrash); err == nil && text != "" {
			p.death = parseCrash(text)
			p.death.process = child
			return
		}
	}
}

// readHead reads the beginning of a file of a recording, which may be a foreign one: only a regular file in the folder itself.
func readHead(dir, name string, limit int64) (string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	if st, err := root.Stat(name); err != nil || !st.Mode().IsRegular() {
		return "", errors.Join(err, fs.ErrInvalid)
	}
	f, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit))
	return string(b), err
}

var (
	stackHead  = regexp.MustCompile(`^goroutine (\d+) .*\[.*\]:$`)
	bubbleHead = regexp.MustCompile(`(?m)^goroutine (\d+) .*\[.*, synctest bubble \d+\]:$`)
	stackLine  = regexp.MustCompile(`^\t(.*):(\d+)( \+0x[0-9a-f]+)?( fp=0x[0-9a-f]+ .*)?$`) // with more to it after GOTRACEBACK=system
)

// parseCrash reads crash output. Any text is good; what is not understood is left out.
func parseCrash(text string) *crash {
	c, lines := &crash{}, strings.Split(text, "\n")
	for _, m := range bubbleHead.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		c.bubble = append(c.bubble, n)
	}
	at := slices.IndexFunc(lines, stackHead.MatchString)
	if at < 0 {
		at = len(lines)
	}
	if head := strings.Join(lines[:at], "\n"); strings.HasPrefix(head, "panic: ") {
		c.text = strings.TrimPrefix(head, "panic: ")
	}
	if at == len(lines) {
		return c
	}
	c.goid, _ = strconv.ParseInt(stackHead.FindStringSubmatch(lines[at])[1], 10, 64)
	for i := at + 1; i+1 < len(lines) && lines[i] != "" && !strings.HasPrefix(lines[i], "created by "); i += 2 {
		m := stackLine.FindStringSubmatch(lines[i+1])
		if m == nil {
			break
		}
		n, _ := strconv.Atoi(m[2])
		fn := lines[i]
		if cut := strings.LastIndexByte(fn, '('); cut > 0 {
			fn = fn[:cut]
		}
		c.frames = append(c.frames, frame{fn, m[1], n})
	}
	if c.text != "" {
		c.frames = firstPanic(c.frames)
	}
	return c
}

// firstPanic leaves the frames of the panic that the text begins with. It is the outermost one: those who recover and panic again, as package
// testing does, and functions that are called because of it stand before it in the stack.
func firstPanic(frames []frame) []frame {
	for i, f := range slices.Backward(frames) {
		if f.fn == "panic" {
			return frames[i:]
		}
	}
	return frames
}

// panicked tells whether the program died of a panic with this text and no other.
func (c *crash) panicked(text string) bool {
	first, _, _ := strings.Cut(c.text, "\n")
	first, _, _ = strings.Cut(first, " [recovered")
	return first == text
}

// in tells whether one of the innermost frames, before the first one of the program, is a function of one of these names.
func (c *crash) in(names ...string) bool {
	for _, f := range c.frames {
		if slices.Contains(names, f.fn) {
			return true
		}
		if !innards(f.fn) {
			break
		}
	}
	return false
}

// innards tells whether a function belongs to the runtime, to package sync or to the hooks: not to the place of a mistake.
func innards(fn string) bool {
	for _, prefix := range []string{"runtime.", "internal/", "sync.", "sync/atomic.", "tracevizhook."} {
		if strings.HasPrefix(fn, prefix) {
			return true
		}
	}
	return fn == "panic"
}

// site is the place in the program that died. Its file is told as the recording's table of files has it.
func (p *Pass) crashSite() index.Site {
	for _, f := range p.crash().frames {
		if !innards(f.fn) {
			return index.Site{File: p.fileOf(f.file), Line: f.line, Func: f.fn}
		}
	}
	return index.Site{}
}

// versions are what the folders of modules bear behind their names, and the table of files does not.
var versions = regexp.MustCompile(`@v[^/]*/`)

// fileOf finds a file of the machine that recorded in the table of files: the longest name that the path ends with. Without
// one the last part of the path must do; the rest would tell of that machine alone.
func (p *Pass) fileOf(path string) string {
	path = filepath.ToSlash(path)
	plain := versions.ReplaceAllString(path, "/")
	best := ""
	if p.Rec != nil && p.Rec.Sites != nil {
		for _, name := range p.Rec.Sites.Files {
			if len(name) > len(best) && (path == name || strings.HasSuffix(path, "/"+name) || strings.HasSuffix(plain, "/"+name)) {
				best = name
			}
		}
	}
	if best == "" {
		return path[strings.LastIndexByte(path, '/')+1:]
	}
	return best
}

// died begins a finding about the death of the program: the goroutine, the place, and as time the end of what is known.
func (p *Pass) died() (Finding, index.GID) {
	f := Finding{Verdict: Proven, TimeNS: p.Index.Duration()}
	if c := p.crash().process; c.Number > 1 {
		f.TimeNS = c.End
	}
	site := p.crashSite().String()
	for _, g := range p.Index.Goroutines() {
		// Numbers of goroutines are never used twice in a process.
		if g.GoID != p.crash().goid || g.Process != p.crash().process.Number {
			continue
		}
		f.G = []index.GID{g.ID}
		f.Goroutines = []Goroutine{{g.Process, g.GoID, g.Name, g.SpawnSite.String(), site}}
		f.addSite(site)
		return f, g.ID
	}
	f.addSite(site)
	return f, index.None
}

// who names the goroutine that died: where the end of the recording is lost, with which it may have begun, by the function that it ran.
func (p *Pass) who(g index.GID) string {
	if c := p.crash().process; g >= 0 && c.Number > 1 {
		return fmt.Sprintf("%s in process %d (pid %d)", p.end().name(g), c.Number, c.PID)
	}
	if g >= 0 {
		return p.end().name(g)
	}
	for _, f := range slices.Backward(p.crash().frames) {
		if !innards(f.fn) && !strings.HasPrefix(f.fn, testingFrame) {
			return fmt.Sprintf("%s (goroutine %d, about which nothing is recorded)", rewrite.ShortFunc(f.fn), p.crash().goid)
		}
	}
	return fmt.Sprintf("Goroutine %d, about which nothing is recorded,", p.crash().goid)
}

// lastHook is the last event of a goroutine that is one of these kinds, if no other operation on an object came after it;
// -1 otherwise.
func (p *Pass) lastHook(g index.GID, kinds ...index.EventKind) int {
	if g < 0 {
		return index.None
	}
	events := p.Index.EventsOf(g)
	for _, ev := range slices.Backward(events) {
		if kind, who, _, _ := p.Index.Glance(int(ev)); kind.Hook() && who == g {
			if slices.Contains(kinds, kind) {
				return int(ev)
			}
			break
		}
	}
	return index.None
}

// addEvent adds a witness.
func (f *Finding) addEvent(ev int) {
	if at, found := slices.BinarySearch(f.Events, ev); ev >= 0 && !found {
		f.Events = slices.Insert(f.Events, at, ev)
	}
}

// blame adds the object of the event at which the program died, and the event, to a finding.
func (p *Pass) blame(f *Finding, ev int) index.OID {
	if ev < 0 {
		return index.None
	}
	e := p.Index.Event(ev)
	f.addEvent(ev)
	if e.Obj >= 0 {
		p.end().addObjects(f, []index.OID{e.Obj})
	}
	return e.Obj
}

// siteName is what the source calls the object of an operation at a place, "" if no site or several are there.
func (p *Pass) siteName(at index.Site, ops ...string) string {
	if p.Rec == nil || p.Rec.Sites == nil {
		return ""
	}
	name := ""
	for _, s := range p.Rec.Sites.Sites {
		if s.Line == at.Line && slices.Contains(ops, s.Op) && s.File >= 0 && s.File < len(p.Rec.Sites.Files) && p.Rec.Sites.Files[s.File] == at.File {
			if name != "" && name != s.Name {
				return ""
			}
			name = s.Name
		}
	}
	return name
}
