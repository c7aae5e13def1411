package findings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

var serialWaits = &Analyzer{
	Name:     "serial-waits",
	Summary:  "independent waits run one after another where they could overlap",
	Severity: Warning,
	Run:      findSerial,
	Doc: `One goroutine asked for things one after another, and waited for each answer before it asked for the next. When no
question depends on the answer before it, all could be on their way at once.

It is suspected, never proven: whether one depends on the other is not recorded.

Wrong: the time of all requests adds up.

    func load(urls []string) []page {
    	var pages []page
    	for _, url := range urls {
    		pages = append(pages, get(url))
    	}
    	return pages
    }

Right: the slowest one is all there is to wait for.

    func load(urls []string) []page {
    	pages := make([]page, len(urls))
    	var wg sync.WaitGroup
    	for i, url := range urls {
    		wg.Go(func() { pages[i] = get(url) })
    	}
    	wg.Wait()
    	return pages
    }
`,
}

// When waits in a row are told: four or more at one place, that took most of their goroutine's life and a fifth of a second at
// least, each long enough to be worth a goroutine.
const (
	serialLeast = 4
	serialNS    = 200e6
	serialShare = 0.5
	serialEach  = 2e6
)

// questions are the functions in which a goroutine asks somebody and waits for the answer. A goroutine that waits elsewhere for
// the network may be asked itself, and one that sleeps means to.
var questions = []string{"net/http.(*Client).Do", "net/http.(*Client).do", "net/http.Get", "net/http.Post", "net/http.(*Transport).RoundTrip", "net.Dial", "net.(*Dialer).Dial",
	"net.Lookup", "net.(*Resolver).", "net/rpc.(*Client).Call", "database/sql.(*DB).", "database/sql.(*Tx).", "database/sql.(*Stmt).", "os/exec.(*Cmd).Run",
	"os/exec.(*Cmd).Wait", "os/exec.(*Cmd).Output", "os/exec.(*Cmd).CombinedOutput"}

// An asking is the waits of one goroutine for answers at one place.
type asking struct {
	g           index.GID
	site        index.Site
	n           int
	waited      int64
	from, to    int64
	first, last int
}

func findSerial(p *Pass) []Finding {
	if !p.Meta.Hooks && !p.Index.HasHooks() {
		return nil // a plain trace may be any part of a run, and a large one would cost seconds here
	}
	var all []*asking
	for _, g := range p.Index.Goroutines() {
		sums := p.Index.TimeByState(g.ID, 0, p.Index.Duration())
		if sums[index.StateSelect]+sums[index.StateNetwork]+sums[index.StateRecv]+sums[index.StateSyscall]+sums[index.StateLock] >= serialNS {
			all = append(all, p.askings(g.ID)...)
		}
	}
	var list []Finding
	for i, a := range all {
		others := slices.ContainsFunc(all, func(b *asking) bool {
			return b != all[i] && b.site == a.site && b.from < a.to && a.from < b.to
		})
		life := p.Index.Goroutines()[a.g]
		end := life.Ended
		if end < 0 {
			end = p.Index.Duration()
		}
		if !others && a.n >= serialLeast && a.waited >= serialNS && float64(a.waited) >= serialShare*float64(end-life.Created) {
			list = append(list, p.serial(a))
		}
	}
	return list
}

// askings are the places at which a goroutine asked. One question may wait more than once (to connect, to send, for the
// answer); waits that are worth a goroutine are rarely more than one of those.
func (p *Pass) askings(g index.GID) []*asking {
	ix := p.Index
	var list []*asking
	by := map[index.Site]*asking{}
	begun, since := index.None, int64(0)
	for _, ev := range ix.EventsOf(g) {
		kind, who, _, at := ix.Glance(int(ev))
		if who == g && (kind == index.KindBlock || kind == index.KindSyscall) {
			begun, since = int(ev), at
			continue
		}
		if begun < 0 {
			continue
		}
		if at-since >= serialEach {
			if site, ok := p.question(begun); ok {
				a := by[site]
				if a == nil {
					a = &asking{g: g, site: site, from: since, first: begun}
					by[site] = a
					list = append(list, a)
				}
				a.n++
				a.waited += at - since
				a.to, a.last = at, begun
			}
		}
		begun = index.None
	}
	return list
}

// question returns the program's own place from which a goroutine asked.
func (p *Pass) question(ev int) (index.Site, bool) {
	asked := false
	for _, f := range p.Index.Stack(ev) {
		if slices.ContainsFunc(questions, func(q string) bool { return strings.HasPrefix(f.Func, q) }) {
			asked = true
		} else if asked && !library(f.Func) {
			return f, true
		} else if !asked && !library(f.Func) {
			return index.Site{}, false
		}
	}
	return index.Site{}, false
}

// library tells whether a function belongs to the standard library, whose import paths have no dot before the first slash. A
// main package is told by its name.
func library(fn string) bool {
	if strings.HasPrefix(fn, "main.") {
		return false
	}
	path, _, slash := strings.Cut(fn, "/")
	if slash {
		return !strings.Contains(path, ".")
	}
	name, _, _ := strings.Cut(fn, ".")
	return slices.Contains([]string{"net", "os", "io", "sync", "runtime", "time", "bufio", "context", "syscall", "errors", "bytes"}, name)
}

func (p *Pass) serial(a *asking) Finding {
	w, f := p.end(), Finding{Verdict: Suspected, TimeNS: a.from}
	f.Message = fmt.Sprintf("%s waited %d times in a row for an answer%s, %s in all.", w.name(a.g), a.n, at(a.site), describe.Duration(a.waited))
	f.Why = append(f.Why, "The first wait began at "+w.when(a.from)+", the last one ended at "+w.when(a.to)+"; no other goroutine asked at this place meanwhile.",
		"Not proven: whether a question depends on the answer before it is not recorded.")
	p.addActor(&f, a.g, a.site)
	f.addEvent(a.first)
	f.addEvent(a.last)
	f.addSite(a.site.String())
	f.hint = "ask in a goroutine for each question, and wait for all of them"
	return f
}
