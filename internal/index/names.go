package index

import (
	"path"
	"strconv"
	"strings"

	"golang.org/x/exp/trace"

	"github.com/trace-viz/trace-viz/tracer/hook"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// namer names goroutines by where they were spawned.
type namer struct {
	in     *interner
	sites  *rewrite.Sites
	byLine map[int][]int // spawns by every line that they span
	cache  map[[2]uint32]uint32
}

func newNamer(in *interner, sites *rewrite.Sites) *namer {
	n := &namer{in: in, sites: sites, byLine: map[int][]int{}, cache: map[[2]uint32]uint32{}}
	if sites == nil {
		return n
	}
	for i, s := range sites.Spawns {
		// A statement of more than a thousand lines is damage.
		for line := s.Line; line <= min(max(s.Line, s.EndLine), s.Line+1000); line++ {
			n.byLine[line] = append(n.byLine[line], i)
		}
	}
	return n
}

// role returns the string that names a goroutine by its start function and the stack that spawned it.
func (n *namer) role(goid int64, start frame, spawn uint32) uint32 {
	key := [2]uint32{start.fn, spawn}
	if id, ok := n.cache[key]; ok {
		return id
	}
	fn := n.in.strs[start.fn]
	var role string
	switch {
	case goid == 1 || fn == "runtime.main":
		role = "main"
	case fn == "":
		return n.in.str("goroutine")
	case strings.HasPrefix(fn, laterStart):
		role = "AfterFunc" // until its first record says which
	default:
		role = n.fromSpawn(fn, spawn)
		if role == "" {
			role = n.fromStart(start, spawn)
		}
	}
	id := n.in.str(role)
	n.cache[key] = id
	return id
}

// fromSpawn looks the go statement up in the sites, "" if it is not there.
func (n *namer) fromSpawn(fn string, spawn uint32) string {
	fr, ok := n.spawnFrame(spawn)
	if !ok {
		return ""
	}
	var found []int
	file := n.in.strs[fr.file]
	for _, i := range n.byLine[int(fr.line)] {
		s := &n.sites.Spawns[i]
		if fileMatches(file, n.sites.Files[s.File], n.in.strs[fr.fn]) && sameFunc(s.Func, n.in.strs[fr.fn]) {
			found = append(found, i)
		}
	}
	// Several statements on one line are told apart by what they call.
	best := -1
	for _, i := range found {
		s := &n.sites.Spawns[i]
		switch {
		case best < 0:
			best = i
		case s.Callee != "" && sameFunc(s.Callee, fn):
			if b := &n.sites.Spawns[best]; !sameFunc(b.Callee, fn) {
				best = i
			}
		case n.sites.Spawns[best].Callee == "" || !sameFunc(n.sites.Spawns[best].Callee, fn):
			if s.Line > n.sites.Spawns[best].Line && s.Line <= int(fr.line) {
				best = i // the innermost of nested ones
			}
		}
	}
	if best < 0 {
		return ""
	}
	return n.sites.Spawns[best].Name
}

// later returns the name of the goroutines that the AfterFunc at a site starts, "" if it is not known.
func (n *namer) later(site uint32) string {
	s, ok := n.sites.Site(site)
	if !ok {
		return ""
	}
	name, col := "", -1
	for _, i := range n.byLine[s.Line] {
		if p := &n.sites.Spawns[i]; p.File == s.File && p.Line == s.Line && p.Col <= s.Col && p.Col > col {
			name, col = p.Name, p.Col
		}
	}
	return name
}

// errgroup begins the names of the methods of golang.org/x/sync/errgroup.Group, whose Go and TryGo begin goroutines for others.
const errgroup = "golang.org/x/sync/errgroup.(*Group)."

// spawnFrame returns the place that says most of a goroutine by the stack that spawned it: behind the frames of errgroup.
func (n *namer) spawnFrame(id uint32) (frame, bool) {
	s := n.in.stacks[id]
	for i := s.user; i < s.n; i++ {
		f := n.in.frames[n.in.seq[s.off+uint32(i)]]
		if !strings.HasPrefix(n.in.strs[f.fn], errgroup) {
			return f, true
		}
	}
	return n.in.userFrameOf(id)
}

// fileMatches tells whether the file of a frame is the one that the sites call name.
func fileMatches(file, name, fn string) bool {
	if file == name || strings.HasSuffix(file, "/"+name) {
		return true
	}
	return path.Base(file) == path.Base(name) && path.Dir(name) == funcPackage(fn)
}

// sameFunc compares a function's name with the package's name only with one as the runtime has it.
func sameFunc(short, fn string) bool {
	return short == fn[strings.LastIndexByte(fn, '/')+1:]
}

// fromStart makes a name of the function that a goroutine runs: consume of main.consume, main.func@58 of a literal in main.main.
func (n *namer) fromStart(start frame, spawn uint32) string {
	fn := n.in.strs[start.fn]
	line := start.line
	if strings.HasPrefix(fn, "sync.(*WaitGroup).Go.") || strings.HasPrefix(fn, errgroup) || hookFunc(fn) {
		// The literal is the caller's; its own line is not known.
		fr, ok := n.spawnFrame(spawn)
		if !ok {
			return rewrite.ShortFunc(fn)
		}
		return rewrite.LiteralName(n.in.strs[fr.fn], int(fr.line))
	}
	if spawn != 0 && rewrite.Literal(fn) {
		return rewrite.LiteralName(fn, int(line))
	}
	return rewrite.ShortFunc(fn)
}

// learnRoot finds the directory of the main module: a hook record's site has a path relative to it, its stack the whole
// path.
func (b *builder) learnRoot(rec *hook.Record, e *trace.Event) {
	if b.root != "" {
		return
	}
	s, ok := b.opt.Sites.Site(rec.Site)
	if !ok {
		return
	}
	fr, ok := b.userFrameOf(b.in.stack(e.Stack()))
	if !ok {
		return
	}
	name := b.opt.Sites.Files[s.File]
	if path.Dir(name) == funcPackage(b.strs[fr.fn]) {
		return // a file outside of the main module goes by its import path
	}
	if root, ok := strings.CutSuffix(b.strs[fr.file], "/"+name); ok {
		b.root = root
	}
}

// site returns a frame as the recording names places.
func (d *data) site(f frame) Site {
	fn, file := d.strs[f.fn], d.strs[f.file]
	s := Site{Line: int(f.line), Func: fn}
	if rest, ok := strings.CutPrefix(file, d.root+"/"); ok && d.root != "" {
		s.File = rest
		return s
	}
	base := file[strings.LastIndexByte(file, '/')+1:]
	if pkg := funcPackage(fn); pkg != "main" && pkg != "" && file != "" {
		if strings.HasSuffix(base, "_test.go") {
			pkg = strings.TrimSuffix(pkg, "_test") // an external test package lies in the same directory
		}
		s.File = pkg + "/" + base
		return s
	}
	s.File = base
	return s
}

// siteOfStack returns the innermost place of the program in a stack.
func (d *data) siteOfStack(id uint32) Site {
	f, ok := d.userFrameOf(id)
	if !ok {
		return Site{}
	}
	return d.site(f)
}

// goroutineName returns the name of goroutine g, numbered when its role is not its own.
func (d *data) goroutineName(g int32) string {
	p := &d.gs[g]
	if d.roles[p.role] < 2 {
		return d.strs[p.role]
	}
	role, process := d.roleOf(p)
	return role + " #" + strconv.Itoa(int(p.ord)) + process
}
