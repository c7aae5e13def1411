package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// mostRows is how many goroutines and objects the tables list.
const mostRows = 20

// Text writes a report for people: what happened, the findings with their reasons, where the time of each goroutine went and
// what was waited for longest. On a terminal it has colours (none with NO_COLOR); elsewhere it is plain. Names from the
// program can't do anything to a terminal.
func Text(w io.Writer, r Report) error {
	buf := bufio.NewWriter(w)
	p := &printer{w: buf, color: colored(w)}
	p.head(r)
	p.findings(r)
	if r.index != nil {
		p.states(r.index)
		p.waits(r.index)
	}
	return buf.Flush()
}

func colored(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && term.IsTerminal(int(f.Fd()))
}

// A printer writes text. Everything that it is given to fill in is escaped.
type printer struct {
	w     io.Writer
	color bool
}

// line writes a line. Errors show when the buffer below is flushed.
func (p *printer) line(format string, args ...any) {
	fmt.Fprintln(p.w, escape(fmt.Sprintf(format, args...)))
}

// Select Graphic Rendition codes.
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
)

func (p *printer) paint(code, text string) string {
	text = escape(text)
	if !p.color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p *printer) title(text string) { fmt.Fprintf(p.w, "\n%s\n", p.paint(bold, text)) }

func (p *printer) head(r Report) {
	fmt.Fprintf(p.w, "%s: %s\n", p.paint(bold, r.Program), escape(happened(r)))
	p.line("  %s, %d %s, %s", r.Go, r.Procs, plural(r.Procs, "proc"), r.Recording)
	if r.loss != "" {
		fmt.Fprintln(p.w, "  "+p.paint(yellow, "incomplete:")+" "+r.loss)
	}
	c := r.Counts
	p.line("  %s, %s, %s, %s, %s, %s", count(c.Goroutines, "goroutine"), count(c.Channels, "channel"), count(c.Messages, "message"),
		count(c.Locks, "lock"), count(c.LockWaits, "lock wait"), count(c.Events, "event"))
	p.processes(r)
	p.cost(r.Cost)
	if !r.hooks {
		p.line("  without hooks: the trace does not tell which channels and locks were waited for")
	}
	for _, note := range r.notes {
		p.line("  note: %s", note)
	}
}

// happened tells how the run ended and how long it took.
func happened(r Report) string {
	wall := describe.Duration(r.WallNS)
	switch r.Outcome {
	case recording.Exit:
		return fmt.Sprintf("ended by itself with exit code %d after %s", r.ExitCode, wall)
	case recording.Panic:
		return "panicked after " + wall
	case recording.Fatal:
		return "died of a fatal runtime error after " + wall
	case recording.Deadlock:
		return "deadlocked after " + wall
	case recording.Hung:
		return "was stopped after " + wall + ": its time was up"
	case recording.Signal:
		return "was ended by " + r.Signal + " after " + wall
	case recording.Running:
		return "was running when the recording stopped after " + wall
	}
	return "a trace of " + wall
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	if strings.HasSuffix(word, "s") {
		return word + "es"
	}
	return word + "s"
}

func count(n int, word string) string { return fmt.Sprintf("%d %s", n, plural(n, word)) }

func (p *printer) findings(r Report) {
	if len(r.Findings) == 0 {
		p.title("No findings")
		return
	}
	p.title(count(len(r.Findings), "finding"))
	for _, f := range r.Findings {
		code := map[findings.Severity]string{findings.Error: red, findings.Warning: yellow}[f.Severity]
		if code == "" {
			code = blue
		}
		fmt.Fprintf(p.w, "  %s %s\n", p.paint(code, f.Kind), escape(fmt.Sprintf("(%s, %s) at %s", f.Severity, f.Verdict, moment(f.TimeNS))))
		p.line("    %s", f.Message)
		for _, why := range f.Why {
			p.line("    - %s", why)
		}
		if len(f.Sites) > 0 {
			p.line("    at %s", strings.Join(f.Sites, ", "))
		}
	}
}

// moment writes a time of the recording, as findings do: precise enough to be found again.
func moment(ns int64) string {
	if ns < 100e6 {
		return describe.Duration(ns)
	}
	return fmt.Sprintf("%.3f s", float64(ns)/1e9)
}

// columns are those of the table of states; those that nobody was in are left out.
var columns = []struct {
	head   string
	states []uint8
}{
	{"running", []uint8{index.StateRunning}},
	{"runnable", []uint8{index.StateRunnable}},
	{"send", []uint8{index.StateSend}},
	{"receive", []uint8{index.StateRecv}},
	{"select", []uint8{index.StateSelect}},
	{"sync", []uint8{index.StateLock}},
	{"network", []uint8{index.StateNetwork}},
	{"syscall", []uint8{index.StateSyscall}},
	{"sleep", []uint8{index.StateSleep}},
	{"gc", []uint8{index.StateGC}},
	{"other", []uint8{index.StateNone, index.StateBlocked}},
}

type row struct {
	g    index.GID
	wait int64
	ns   []int64
}

// states writes where the time of each goroutine went: those that waited longest first.
func (p *printer) states(ix *index.Index) {
	var rows []row
	used := make([]bool, len(columns))
	for _, g := range ix.Goroutines() {
		if !g.System {
			rows = append(rows, rowOf(ix, g.ID, used))
		}
	}
	if len(rows) == 0 {
		return
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.wait, a.wait) })
	p.title("Where the time of the goroutines went")
	t := p.table()
	head := []string{"goroutine"}
	for i, c := range columns {
		if used[i] {
			head = append(head, c.head)
		}
	}
	t.row(head)
	for _, r := range rows[:min(len(rows), mostRows)] {
		cells := []string{describe.Goroutine(ix, r.g)}
		for i, ns := range r.ns {
			if used[i] {
				cells = append(cells, duration(ns))
			}
		}
		t.row(cells)
	}
	t.end(len(rows))
}

func rowOf(ix *index.Index, g index.GID, used []bool) row {
	r := row{g: g, ns: make([]int64, len(columns))}
	sums := ix.TimeByState(g, 0, ix.Duration())
	for i, c := range columns {
		for _, s := range c.states {
			r.ns[i] += sums[s]
			if index.Blocked(s) {
				r.wait += sums[s]
			}
		}
		used[i] = used[i] || r.ns[i] > 0
	}
	return r
}

func duration(ns int64) string {
	if ns == 0 {
		return "-"
	}
	return describe.Duration(ns)
}

// waits writes what was waited for longest.
func (p *printer) waits(ix *index.Index) {
	var list []index.ObjectSum
	for _, s := range ix.ObjectSums() {
		if s.BlockedNS > 0 {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return
	}
	slices.SortStableFunc(list, func(a, b index.ObjectSum) int { return cmp.Compare(b.BlockedNS, a.BlockedNS) })
	p.title("What was waited for longest")
	t := p.table()
	t.row([]string{"object", "kind", "waited", "waits", "held", "made"})
	for _, s := range list[:min(len(list), mostRows)] {
		o := ix.Objects()[s.Obj]
		made := o.Made.String()
		if made == "" {
			made = "-"
		}
		t.row([]string{describe.Object(ix, s.Obj), o.Kind, duration(s.BlockedNS), fmt.Sprint(s.Waits), duration(s.HeldNS), made})
	}
	t.end(len(list))
}

// A table is aligned columns.
type table struct {
	p *printer
	w *tabwriter.Writer
}

func (p *printer) table() *table { return &table{p, tabwriter.NewWriter(p.w, 0, 0, 2, ' ', 0)} }

func (t *table) row(cells []string) {
	for i, c := range cells {
		cells[i] = escape(c)
	}
	fmt.Fprintln(t.w, "  "+strings.Join(cells, "\t"))
}

// end writes the table out. all is how many rows there would be.
func (t *table) end(all int) {
	t.w.Flush()
	if all > mostRows {
		t.p.line("  and %d more", all-mostRows)
	}
}

// Escape makes text from a traced program safe for a terminal, as Text does it.
func Escape(text string) string { return escape(text) }

// escape makes text harmless for a terminal: control characters, marks that change the direction of writing, and bytes that
// are no text are written as Go would.
func escape(text string) string {
	if !strings.ContainsFunc(text, harmful) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case !harmful(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

func harmful(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}
