package rewrite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// SitesVersion is the format of sites.json that this package writes, and the newest that it reads.
const SitesVersion = 1

// Sites is sites.json: what the numbers in hook records stand for. It is a value of the build, not of the run: the same
// sources give the same bytes.
type Sites struct {
	Version int      `json:"version"`
	Files   []string `json:"files"`  // with slashes: relative to the main module's root, or import/path/file.go outside of it
	Sites   []Site   `json:"sites"`  // Sites[i].ID is i+1
	Spawns  []Spawn  `json:"spawns"` // one for each go statement, and each call of AfterFunc or of Go of a WaitGroup or an errgroup.Group
}

// A Site is an injection point: one operation in the source that is followed by a hook.
type Site struct {
	ID     int    `json:"id"`               // the number in hook records, from 1
	File   int    `json:"file"`             // index in Sites.Files
	Line   int    `json:"line"`             // of the operation in the original file, from 1, as the runtime reports it: of a method's name, else of the first token
	Col    int    `json:"col"`              // in bytes, from 1
	Op     string `json:"op"`               // one of the Op constants
	Select bool   `json:"select,omitempty"` // the operation is a case of a select statement
	Name   string `json:"name"`             // of the object: what a make is assigned to, else the operand as the source spells it
	Type   string `json:"type"`             // of the object, "chan Job", "sync.Mutex"; of this package, without its name
	Elem   string `json:"elem"`             // element type of a channel, else ""
	Timer  bool   `json:"timer,omitempty"`  // the channel gets its elements from a timer of the runtime: time.After(d), ticker.C
	Fresh  bool   `json:"fresh,omitempty"`  // the operand makes a new channel each time, which nothing else can reach: time.After(d)
	Func   string `json:"func"`             // the function around it as the runtime names it, with the package's name only: "main.produce.func1"
}

// A Spawn is a place where goroutines begin.
type Spawn struct {
	File    int    `json:"file"`
	Line    int    `json:"line"` // of the statement: the line that the runtime reports as the creator's
	Col     int    `json:"col"`
	EndLine int    `json:"end_line"`
	Name    string `json:"name"` // callee with its constant arguments (produce "A"), or main.func@58 for a literal in main
	Func    string `json:"func"` // the function that spawns
	// Contexts has an element for each variable of type context.Context that the goroutine is handed: the first and last lines of
	// the calls in that file that may have made it, none if that is not known.
	Contexts [][][2]int `json:"contexts,omitempty"`
	Callee   string     `json:"callee"` // the function that is spawned, "" if that is known only at run time
}

// What Site.Op can be. Of a select's records, SelectBlock and SelectElse carry the site of the statement (OpSelect), SelectDone that of
// the case that was chosen (OpSend or OpRecv with Select set).
const (
	OpMake      = "make"
	OpSend      = "send"
	OpRecv      = "recv"
	OpRange     = "range"
	OpClose     = "close"
	OpSelect    = "select"
	OpLock      = "lock"
	OpUnlock    = "unlock"
	OpRLock     = "rlock"
	OpRUnlock   = "runlock"
	OpTryLock   = "trylock"
	OpTryRLock  = "tryrlock"
	OpAdd       = "add"
	OpDone      = "done"
	OpWait      = "wait"
	OpGo        = "go" // WaitGroup.Go
	OpCondWait  = "condwait"
	OpSignal    = "signal"
	OpBroadcast = "broadcast"
	OpOnce      = "once"
	OpSleep     = "sleep"
	OpTimer     = "timer"     // a timer or ticker is made
	OpAfterFunc = "afterfunc" // time.AfterFunc and context.AfterFunc
	OpStop      = "stop"      // of a timer
	OpReset     = "reset"
	OpContext   = "context" // a context with a cancel function is made
	OpCtxDone   = "ctxdone" // its Done is called
)

// Site returns the site with that number, and false if there is none: numbers come from traces, which may be damaged.
func (s *Sites) Site(id uint32) (Site, bool) {
	if s == nil || id == 0 || uint64(id) > uint64(len(s.Sites)) {
		return Site{}, false
	}
	return s.Sites[id-1], true
}

// Write stores s. Equal values give equal bytes.
func (s *Sites) Write(path string) error {
	b, err := s.encode()
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

// encode gives one line to each entry, so that two files can be compared by eye.
func (s *Sites) encode() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"version\":%d", s.Version)
	if err := encodeList(&b, "files", s.Files); err != nil {
		return nil, err
	}
	if err := encodeList(&b, "sites", s.Sites); err != nil {
		return nil, err
	}
	if err := encodeList(&b, "spawns", s.Spawns); err != nil {
		return nil, err
	}
	b.WriteString("}\n")
	return b.Bytes(), nil
}

func encodeList[E any](b *bytes.Buffer, name string, list []E) error {
	fmt.Fprintf(b, ",\n%q:[", name)
	for i, e := range list {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(line)
	}
	b.WriteByte(']')
	return nil
}

// ReadSites reads what Write wrote. It refuses numbers that point nowhere, so that its users need not check them.
func ReadSites(path string) (*Sites, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := &Sites{}
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if s.Version < 1 || s.Version > SitesVersion {
		return nil, fmt.Errorf("read %s: got version %d, this trace-viz knows 1 to %d", path, s.Version, SitesVersion)
	}
	s.cut()
	for i, site := range s.Sites {
		if site.ID != i+1 || site.File < 0 || site.File >= len(s.Files) {
			return nil, fmt.Errorf("read %s: site %d: got id %d, file %d of %d", path, i+1, site.ID, site.File, len(s.Files))
		}
	}
	for i, spawn := range s.Spawns {
		if spawn.File < 0 || spawn.File >= len(s.Files) {
			return nil, fmt.Errorf("read %s: spawn %d: got file %d of %d", path, i+1, spawn.File, len(s.Files))
		}
	}
	return s, nil
}

// longestName is how long a name from the source may be, in bytes. None that a person wrote is that long; a file that somebody made up
// must not make every list, label and sentence that names it megabytes long.
const longestName = 500

// cut shortens names that are too long.
func (s *Sites) cut() {
	for i := range s.Sites {
		for _, name := range []*string{&s.Sites[i].Op, &s.Sites[i].Name, &s.Sites[i].Type, &s.Sites[i].Elem, &s.Sites[i].Func} {
			*name = brief(*name)
		}
	}
	for i := range s.Spawns {
		for _, name := range []*string{&s.Spawns[i].Name, &s.Spawns[i].Func, &s.Spawns[i].Callee} {
			*name = brief(*name)
		}
	}
}

func brief(name string) string {
	if len(name) <= longestName {
		return name
	}
	return strings.ToValidUTF8(name[:longestName], "") + "…"
}
