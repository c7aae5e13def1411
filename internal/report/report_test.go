package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

var update = flag.Bool("update", false, "write what the tests get into their testdata")

// TestGolden pins the JSON form and the text, byte for byte, for a deadlock, a program that ended well, a plain trace, and
// names that try to harm a terminal.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 4 {
		t.Fatalf("testdata: %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r := build(t, ar)
			var js, text bytes.Buffer
			enc := json.NewEncoder(&js)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(r); err != nil {
				t.Fatal(err)
			}
			if err := Text(&text, r); err != nil {
				t.Fatal(err)
			}
			got := map[string]string{"json": js.String(), "text": text.String()}
			if strings.Contains(got["json"], "null") {
				t.Errorf("JSON with null: %s", got["json"])
			}
			if strings.ContainsFunc(got["text"], func(c rune) bool { return c != '\n' && harmful(c) }) {
				t.Errorf("text that may harm a terminal: %q", got["text"])
			}
			compare(t, file, ar, got)
		})
	}
}

// build makes the report of an archive's trace and meta.
func build(t *testing.T, ar *txtar.Archive) Report {
	t.Helper()
	rec := &recording.Recording{Dir: filepath.FromSlash("/recordings/one")}
	if meta := part(ar, "meta"); len(meta) > 0 {
		if err := json.Unmarshal(meta, &rec.Meta); err != nil {
			t.Fatal(err)
		}
	} else {
		rec.Trace = filepath.FromSlash("/traces/trace.out")
		rec.Meta = recording.Meta{Program: "trace.out"}
	}
	ix := tracetest.Index(t, string(part(ar, "trace")))
	return Build(rec, ix, findings.Run(ix, rec.Meta))
}

func part(ar *txtar.Archive, name string) []byte {
	for _, f := range ar.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func compare(t *testing.T, file string, ar *txtar.Archive, got map[string]string) {
	t.Helper()
	if !*update {
		for _, name := range []string{"json", "text"} {
			if want := string(part(ar, name)); got[name] != want {
				t.Errorf("%s: got\n%s\nwanted\n%s", name, got[name], want)
			}
		}
		return
	}
	var keep []txtar.File
	for _, f := range ar.Files {
		if got[f.Name] == "" {
			keep = append(keep, f)
		}
	}
	ar.Files = append(keep, txtar.File{Name: "json", Data: []byte(got["json"])}, txtar.File{Name: "text", Data: []byte(got["text"])})
	if err := os.WriteFile(file, txtar.Format(ar), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestFields holds the fields and their order, which others read by name and people by eye. They may grow at the end.
func TestFields(t *testing.T) {
	ar, err := txtar.ParseFile("testdata/deadlock.txtar")
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(build(t, ar))
	if err != nil {
		t.Fatal(err)
	}
	want := "version recording program go procs outcome exit_code signal wall_ns complete read_percent lost_ns" +
		" counts events goroutines channels locks messages spawns lock_waits processes contexts timers" +
		" findings kind verdict severity message why time_ns goroutines process id name spawn site"
	if got := strings.Join(keys(t, b), " "); !strings.HasPrefix(got, want+" ") {
		t.Errorf("got fields\n%s\nwanted\n%s", got, want)
	}
	last := "objects kind name made kind name made sites events" +
		" cost hook_events first_seen samples per_event_ns time_ns share left_out"
	if got := strings.Join(keys(t, b), " "); !strings.HasSuffix(got, last) {
		t.Errorf("got fields\n%s\nwanted at the end\n%s", got, last)
	}
}

// keys returns the names of all fields of a JSON text, in order.
func keys(t *testing.T, b []byte) []string {
	t.Helper()
	var list []string
	type level struct{ object, value bool }
	var stack []level
	dec := json.NewDecoder(bytes.NewReader(b))
	for dec.More() || len(stack) > 0 {
		tok, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		top := len(stack) - 1
		if d, ok := tok.(json.Delim); ok && (d == '}' || d == ']') {
			stack = stack[:top]
			continue
		}
		if top >= 0 && stack[top].object {
			if stack[top].value = !stack[top].value; stack[top].value {
				list = append(list, tok.(string))
				continue
			}
		}
		if d, ok := tok.(json.Delim); ok {
			stack = append(stack, level{object: d == '{'})
		}
	}
	return list
}

func TestLoss(t *testing.T) {
	ix := tracetest.Index(t, "main make jobs 3\nmain send jobs 1 +2000000")
	rec := &recording.Recording{Meta: recording.Meta{Outcome: recording.Exit, Complete: true}}
	if got := Loss(rec, ix); got != "" {
		t.Errorf("a whole recording: got %q", got)
	}
	rec.Meta = recording.Meta{Outcome: recording.Signal, LostNS: 40e6, Loss: "killed\x1b[2J"}
	if got, want := Loss(rec, ix), `read 100.0 % of the trace, 2.0 ms; about 40.0 ms are missing: killed\x1b[2J`; got != want {
		t.Errorf("got %q, wanted %q", got, want)
	}
	if r := Build(rec, ix, nil); r.Complete || r.LostNS != 40e6 || r.Findings == nil {
		t.Errorf("got complete %v, lost %d, findings %v", r.Complete, r.LostNS, r.Findings)
	}
	rec.Meta = recording.Meta{Outcome: recording.Running}
	if got := Loss(rec, ix); !strings.Contains(got, "never ended") {
		t.Errorf("a recording that was never ended: got %q", got)
	}
}

// TestCut cuts a whole recording and wants to know how much is missing.
func TestCut(t *testing.T) {
	var lines strings.Builder
	lines.WriteString("main make jobs 3\n")
	for range 50 {
		lines.WriteString("main make jobs 3 +1000000\ngeneration\n")
	}
	data, sites := tracetest.Trace(t, lines.String())
	data = data[:len(data)*6/10]
	ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{Sites: sites})
	if err != nil {
		t.Fatal(err)
	}
	rec := &recording.Recording{Meta: recording.Meta{Outcome: recording.Exit, Complete: true, WallNS: 50e6}}
	r := Build(rec, ix, findings.Run(ix, rec.Meta))
	if r.Complete || r.ReadPercent >= 100 || r.ReadPercent < 50 || r.LostNS <= 0 || r.LostNS > 50e6 {
		t.Errorf("got complete %v, %v %% read, %d ns lost", r.Complete, r.ReadPercent, r.LostNS)
	}
	// A file that ends early does not know how long the run was, but who saw the program end does.
	rec.Meta.WallNS, rec.Meta.BeganNS = 900e6, 100e6
	if got, want := Build(rec, ix, nil).LostNS, 800e6-ix.Duration(); got != want {
		t.Errorf("got %d ns lost of a run of 0.8 s with %d ns in its trace, wanted %d", got, ix.Duration(), want)
	}
	var text bytes.Buffer
	if err := Text(&text, r); err != nil || !strings.Contains(text.String(), "incomplete: read ") {
		t.Errorf("got %v, %s", err, text.String())
	}
}

func TestPercent(t *testing.T) {
	for p, want := range map[Percent]string{100: "100.0", 99.99: "99.9", 0: "0.0", -1: "0.0", 120: "100.0", 61.25: "61.2"} {
		if b, err := json.Marshal(p); string(b) != want || err != nil {
			t.Errorf("%v: got %s, %v, wanted %s", float64(p), b, err, want)
		}
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		`produce "A" → jobs`: `produce "A" → jobs`,
		"\x1b]0;title\x07":   `\x1b]0;title\x07`,
		"a\nb\tc\x7f":        `a\x0ab\x09c\x7f`,
		"\u009b31m":          `\u009b31m`,
		"bad \xff utf-8":     `bad \xff utf-8`,
		"\u202eevil\u2066":   `\u202eevil\u2066`,
		"line\u2028end":      `line\u2028end`,
		"tag \U000e0041":     `tag \U000e0041`,
	} {
		if got := escape(in); got != want {
			t.Errorf("%q: got %q, wanted %q", in, got, want)
		}
	}
}

// A full disk or a closed pipe is told.
func TestTextError(t *testing.T) {
	ix := tracetest.Index(t, "main make jobs 3")
	if err := Text(broken{}, Build(&recording.Recording{}, ix, nil)); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

var errBroken = errors.New("broken pipe")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }
