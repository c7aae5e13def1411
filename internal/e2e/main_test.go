package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/browsertest"
	"github.com/trace-viz/trace-viz/ui"
)

// Made once for all tests: the built command and one recording.
var (
	command  string // path of trace-viz
	scratch  string // temporary
	deadlock string // folder of a recording of producer-consumer
	browser  *browsertest.Browser
)

func TestMain(m *testing.M) {
	code, err := setUp(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "set up the tests:", err)
		code = 1
	}
	os.Exit(code)
}

func setUp(m *testing.M) (code int, err error) {
	if scratch, err = os.MkdirTemp("", "traceviz-e2e-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(scratch)
	if err := ui.Check(os.DirFS("../../ui")); err != nil {
		return 1, err
	}
	command = filepath.Join(scratch, "trace-viz")
	// Without the race detector: what is tested here is the product as people get it, and its server has tests under it.
	build := exec.Command("go", "build", "-o", command, "github.com/trace-viz/trace-viz/cmd/trace-viz")
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("go build: %w\n%s", err, out)
	}
	deadlock = filepath.Join(scratch, "producer-consumer")
	run := tool("run", "producer-consumer", "--no-ui", "--json", "-o", deadlock)
	var stderr strings.Builder
	run.Stderr = &stderr
	_, err = run.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 2 {
		return 1, fmt.Errorf("record producer-consumer: got %v, wanted exit code 2\n%s", err, stderr.String())
	}
	complain := func(format string, args ...any) { fmt.Fprintf(os.Stderr, "browser: "+format+"\n", args...) }
	b, stop, err := browsertest.Launch(complain)
	if err != nil {
		return 1, err
	}
	browser = b
	code = m.Run()
	return code, stop()
}

// tool is the command, with a data folder of the tests.
func tool(args ...string) *exec.Cmd {
	cmd := exec.Command(command, args...)
	cmd.Env = append(os.Environ(), "TRACEVIZ_HOME="+filepath.Join(scratch, "home"), "DISPLAY=", "WAYLAND_DISPLAY=")
	return cmd
}

var address = regexp.MustCompile(`http://\S+`)

// serve starts the command, waits for the address that it prints and ends it with the test, by Ctrl+C; then it must end by
// itself, without an error.
func serve(t *testing.T, args ...string) (url string) {
	t.Helper()
	cmd := tool(append(args, "--no-browser")...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stderr)
	var said strings.Builder
	var drained sync.WaitGroup
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		late := time.AfterFunc(20*time.Second, func() {
			t.Errorf("trace-viz %s goes on 20 s after Ctrl+C", strings.Join(args, " "))
			cmd.Process.Kill()
		})
		drained.Wait()
		if err := cmd.Wait(); err != nil {
			t.Errorf("trace-viz %s: %v\n%s", strings.Join(args, " "), err, said.String())
		}
		late.Stop()
	})
	for url == "" {
		line, err := lines.ReadString('\n')
		said.WriteString(line)
		url = address.FindString(line)
		if err != nil && url == "" {
			t.Fatalf("trace-viz %s announced no page: %s", strings.Join(args, " "), said.String())
		}
	}
	drained.Go(func() { io.Copy(&said, lines) })
	return url
}

// open serves the recording and opens it in a new page.
func open(t *testing.T, b *browsertest.Browser, v browsertest.View, recording string) *browsertest.Page {
	t.Helper()
	p := b.Page(t, v)
	p.Open(serve(t, "open", recording))
	return p
}

// value reads a value of the page's store.
func value[T any](p *browsertest.Page, key string) T {
	var v T
	p.Eval(fmt.Sprintf("window.traceviz.store.get(%q)", key), &v)
	return v
}

type cursor struct {
	Event int     `json:"event"`
	Time  float64 `json:"time"` // ns; between two events the replay clock has fractions
}

// action runs an action of the store, such as "seekEvent(3)", and waits until the page is idle.
func action(p *browsertest.Page, call string) {
	p.Eval("window.traceviz.store."+call, nil)
	p.Idle()
}

// shownEvent is the event that the shown state belongs to.
func shownEvent(p *browsertest.Page) int {
	var event int
	p.Eval("window.traceviz.store.get('stateAtCursor').event", &event)
	return event
}

// A call is one entry of the draw-call log.
type call struct {
	Layer string `json:"layer"`
	Op    string `json:"op"`
	raw   map[string]any
}

func (c *call) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &c.raw); err != nil {
		return err
	}
	c.Layer, _ = c.raw["layer"].(string)
	c.Op, _ = c.raw["op"].(string)
	return nil
}

func (c call) text(key string) string {
	s, _ := c.raw[key].(string)
	return s
}

func (c call) number(key string) float64 {
	n, _ := c.raw[key].(float64)
	return n
}

// picture redraws every canvas and returns what is drawn.
func picture(p *browsertest.Page) []call {
	p.Eval(`(() => {
		const { store } = window.traceviz;
		window.traceviz.drawlog = [];
		store.set({ colorsVersion: store.get("colorsVersion") + 1 });
	})()`, nil)
	p.Idle()
	var calls []call
	p.Eval("window.traceviz.drawlog", &calls)
	p.Eval("void (window.traceviz.drawlog = null)", nil)
	if len(find(calls, "stage", "begin")) != 1 || len(find(calls, "timeline", "begin")) != 1 || len(find(calls, "overview", "begin")) != 1 {
		p.Fail("the picture of %d calls is not whole", len(calls))
	}
	return calls
}

// find gives the calls of a layer and an operation.
func find(calls []call, layer, op string) []call {
	var list []call
	for _, c := range calls {
		if c.Layer == layer && c.Op == op {
			list = append(list, c)
		}
	}
	return list
}

// same fails when two pictures differ, and tells the first difference.
func same(t *testing.T, what string, got, want []call) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		var g, w string
		if i < len(got) {
			b, _ := json.Marshal(got[i].raw)
			g = string(b)
		}
		if i < len(want) {
			b, _ := json.Marshal(want[i].raw)
			w = string(b)
		}
		if g != w {
			t.Errorf("%s: call %d of the picture is\n  %s\nand was\n  %s", what, i, g, w)
			return
		}
	}
}

// layer gives the calls of a layer.
func layer(calls []call, name string) []call {
	return slices.DeleteFunc(calls, func(c call) bool { return c.Layer != name })
}
