package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/server"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// cmdRecents is "recents NAME…": puts the paths of the recordings below XDG_DATA_HOME, in the order of their names, in the
// environment. There must be as many as names.
func cmdRecents(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(filepath.Join(ts.Getenv("XDG_DATA_HOME"), "trace-viz", "recordings", "*"))
	ts.Check(err)
	if neg || len(found) != len(args) {
		ts.Fatalf("got recordings %q, wanted %d", found, len(args))
	}
	for i, name := range args {
		ts.Setenv(name, found[i])
	}
}

// writeRecording writes a recording of a consumer that waits for ever, or of one whose channel is closed.
func writeRecording(t *testing.T, dir string, closed bool) *loaded {
	t.Helper()
	text := "site make main.go:1 jobs \"chan int\"\nspawn main.go:2 consume main.consume\nmain make c 0 @main.go:1\n" +
		"main go w main.consume main.go:2\nw start 1\n"
	if closed {
		text += "main close c @main.go:3\nw recvclosed c @main.go:9\nw end\n"
	} else {
		text += "w recvblock c @main.go:9\nw block \"chan receive\"\n"
	}
	data, sites := tracetest.Trace(t, text)
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(dir, 0o700))
	must(os.WriteFile(filepath.Join(dir, recording.TraceFile), data, 0o600))
	must(sites.Write(filepath.Join(dir, recording.SitesFile)))
	must(recording.WriteMeta(dir, recording.Meta{Version: recording.Version, Program: filepath.Base(dir), Outcome: recording.Exit, Complete: true, Hooks: true}))
	l, err := load(dir)
	must(err)
	return l
}

// The page lists both recordings, A first, and serves the comparison; also of two recordings whose folders have one name.
func TestComparePage(t *testing.T) {
	root := t.TempDir()
	a, b := writeRecording(t, filepath.Join(root, "before", "run"), false), writeRecording(t, filepath.Join(root, "after", "run"), true)
	r := compare.Compare(a.side(), b.side())
	f := pageFlags{noBrowser: true, addr: server.DefaultAddr}
	ctx, cancel := context.WithCancel(t.Context())
	p, err := f.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	ids, err := p.add([2]*loaded{a, b})
	if err != nil {
		t.Fatal(err)
	}
	go func() { done <- p.compare(ctx, [2]*loaded{a, b}, ids, &r) }()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	address := p.server.CompareURL(ids[0], ids[1])
	if want := "#v=1&compare=" + ids[0] + "," + ids[1]; !strings.HasSuffix(address, want) {
		t.Errorf("the address is %s, wanted the comparison, %s", address, want)
	}
	get := func(url string) string {
		resp, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: status %d, %v: %s", url, resp.StatusCode, err, body)
		}
		return string(body)
	}
	get(address)
	base := "http://" + p.server.Addr()
	if list := get(base + "/api/recordings"); strings.Count(list, `"id":"run`) != 2 {
		t.Errorf("got recordings %s, wanted both", list)
	}
	var got compare.Result
	if err := json.Unmarshal([]byte(get(base+"/api/compare?a="+ids[0]+"&b="+ids[1])), &got); err != nil {
		t.Fatal(err)
	}
	if got.Divergence == nil || !strings.Contains(got.Divergence.What, "never ends in A and finds the channel closed in B") {
		t.Errorf("got divergence %+v", got.Divergence)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	p.close()
}
