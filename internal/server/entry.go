package server

import (
	"sync"
	"sync/atomic"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// maxFiles bounds the names that a damaged trace can put into a model.
const maxFiles = 10_000

// An entry is a recording that the server knows, with what it derives from the source's views.
type entry struct {
	id    string
	src   Source
	files fileTable

	title atomic.Pointer[string] // given by a person while the server runs

	mu   sync.Mutex
	ix   *index.Index // of heat
	heat map[place]*heat
}

func newEntry(id string, src Source) *entry { return &entry{id: id, src: src} }

// A fileTable numbers the file names of a recording: those of the traced sources as sites.json has them, then others in
// the order of the events that name them, so that the same recording always gives the same numbers. In a live recording
// it only grows.
type fileTable struct {
	mu      sync.Mutex
	sites   *rewrite.Sites
	names   []string
	traced  int // how many of names are in sites.json
	numbers map[string]int
	seen    int    // events that were looked at
	stacks  []bool // stacks of theirs
}

// scanned bounds the events that are searched for the names of further files. It matters only for traces without hooks.
const scanned = 2_000_000

// update takes in what a view has more than the one before.
func (t *fileTable) update(v View) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.numbers == nil || t.sites == nil && v.Rec.Sites != nil {
		t.sites, t.names, t.numbers, t.seen, t.stacks = v.Rec.Sites, nil, map[string]int{}, 0, nil
		if t.sites != nil {
			for _, f := range t.sites.Files {
				t.add(f)
			}
		}
		t.traced = len(t.names)
	}
	if v.Index == nil {
		return
	}
	if n := min(v.Index.NumEvents(), scanned); t.seen < n {
		t.stacks = v.Index.Files(t.seen, n, t.stacks, t.add)
		t.seen = n
	}
}

func (t *fileTable) add(name string) {
	if _, ok := t.numbers[name]; !ok && len(t.names) < maxFiles {
		t.numbers[name] = len(t.names)
		t.names = append(t.names, name)
	}
}

// number returns the number of a file, -1 if it has none.
func (t *fileTable) number(name string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n, ok := t.numbers[name]; ok {
		return n
	}
	return -1
}

// list returns all names in order. The caller must not change it.
func (t *fileTable) list() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.names[:len(t.names):len(t.names)]
}

// sources is the number of traced files: those whose text the recording should have come first.
func (t *fileTable) sources() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.traced
}

// source returns the name of a traced file whose text the recording should have.
func (t *fileTable) source(n int) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n < 0 || n >= t.traced {
		return "", false
	}
	return t.names[n], true
}

// view returns the newest view, with the file table brought up to it.
func (e *entry) view() View {
	v := e.src.View()
	e.files.update(v)
	return v
}

// peek tells what a recording is without reading its trace. A recording whose small files can't be read is listed all the
// same: opening it says why.
func (e *entry) peek() (m recording.Meta, live bool) {
	m, live = e.stored()
	m.Title = e.titleOf(m)
	return m, live
}

// titleOf returns what a person called the recording, which may be newer than what was stored when it was opened.
func (e *entry) titleOf(m recording.Meta) string {
	if t := e.title.Load(); t != nil {
		return *t
	}
	return m.Title
}

func (e *entry) stored() (m recording.Meta, live bool) {
	if f, ok := e.src.(*Feed); ok {
		v := f.View()
		return v.Rec.Meta, v.Live
	}
	if r, ok := e.src.(Reader); ok {
		return r.Meta(), false
	}
	rec, err := recording.Open(e.src.Dir())
	if err != nil {
		return recording.Meta{}, false
	}
	return rec.Meta, false
}

// unread says why there is nothing to show of a view without an index.
func unread(v View) string {
	if v.Live {
		return "nothing was read of this recording yet"
	}
	if v.Err != nil {
		return "this recording can't be read: " + v.Err.Error()
	}
	return "this recording could not be read; trace-viz said why where it was started"
}

// A place is a line of a file of the file table, as the page gets it.
type place struct {
	File int `json:"file"`
	Line int `json:"line"`
}

// place converts a site; nil if it is not known.
func (e *entry) place(s index.Site) *place {
	if s.File == "" {
		return nil
	}
	return &place{e.files.number(s.File), s.Line}
}

// fileLine converts a site for the places in the protocol that have two numbers instead: -1, 0 if it is not known.
func (e *entry) fileLine(s index.Site) (file, line int) {
	if p := e.place(s); p != nil {
		return p.File, p.Line
	}
	return -1, 0
}
