package tracer

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// short is long enough for a capture and its grace, and short enough for a test.
const short = 200 * time.Millisecond

// capture attaches to a service with that handler.
func capture(t *testing.T, handler http.HandlerFunc, change func(o *AttachOptions)) (dir string, m recording.Meta, err error) {
	t.Helper()
	service := httptest.NewServer(handler)
	t.Cleanup(service.Close)
	dir = t.TempDir()
	o := AttachOptions{URL: service.URL, Dir: dir, Duration: short, MaxSize: 1 << 20, Grace: 10 * short}
	if change != nil {
		change(&o)
	}
	m, err = Attach(t.Context(), o)
	return dir, m, err
}

func TestAttachCaptures(t *testing.T) {
	var ticks int
	dir, m, err := capture(t, pprof.Trace, func(o *AttachOptions) {
		o.Progress = func(int64, time.Duration) { ticks++ }
		o.Grace = 10 * time.Second
	})
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.Open(filepath.Join(dir, recording.TraceFile), index.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if q := ix.Quality(); !q.Complete || !m.Complete || m.Loss != "" || time.Duration(ix.Duration()) < short/2 {
		t.Errorf("got %+v of %v and %+v, wanted a whole trace of about %v", q, time.Duration(ix.Duration()), m, short)
	}
	if ticks == 0 {
		t.Error("got no progress")
	}
}

// A service at the address can be anything. Whatever it does, the answer comes soon and says what to do, and nothing stays in
// the folder.
func TestAttachRefuses(t *testing.T) {
	again := func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, `begins with ""`},
		{"a page", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html><body>hello</body>") }, `Content-Type "text/html`},
		{"terminal escapes", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\x1b]0;evil\x07 and more words") }, `"\x1b]0;evil\a and`},
		{"an error", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "could \x1b[31m not", http.StatusInternalServerError)
		}, `500 Internal Server Error: "could \x1b[31m not"`},
		{"an endless error", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			endless(w, r, "no ")
		}, "403 Forbidden: \"no no "},
		{"another place", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.2:9/trace", http.StatusFound)
		}, "another place"},
		{"redirects for ever", again, "more than 3 redirects"},
		{"compressed", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, "x")
		}, "compressed"},
		{"never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "did not answer within"},
		{"a great header", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, "header"},
		{"breaks off", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "is the service running"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			dir, _, err := capture(t, test.handler, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.ContainsAny(err.Error(), "\x1b\x07\n") {
				t.Errorf("got %v, wanted an error in one line with %q", err, test.want)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left %v behind", left)
			}
			if took := time.Since(began); took > 30*short {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// endless writes text until the other side has gone.
func endless(w http.ResponseWriter, r *http.Request, text string) {
	for r.Context().Err() == nil {
		if _, err := fmt.Fprint(w, text); err != nil {
			return
		}
	}
}

// header is how a trace begins.
const header = "go 1.26 trace\x00\x00\x00"

func TestAttachCutsShort(t *testing.T) {
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		change  func(o *AttachOptions)
		size    int64 // at most
		loss    string
	}{
		{"endless", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, header); endless(w, r, "xxxxxxxx") },
			func(o *AttachOptions) { o.MaxSize = 50_000 }, 50_000, "--max-size 50000"},
		{"slow", trickle, func(o *AttachOptions) { o.Grace = short }, 1000, "still sending"},
		{"breaks off", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, header, strings.Repeat("x", 10_000))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, nil, 20_000, "the connection broke"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, m, err := capture(t, test.handler, test.change)
			if err != nil {
				t.Fatal(err)
			}
			if m.Complete || !strings.Contains(m.Loss, test.loss) {
				t.Errorf("got complete %v and the loss %q, wanted one with %q", m.Complete, m.Loss, test.loss)
			}
			b, err := os.ReadFile(filepath.Join(dir, recording.TraceFile))
			if err != nil || !bytes.HasPrefix(b, []byte(header)) || int64(len(b)) > test.size {
				t.Errorf("got %d bytes, %v; wanted at most %d that begin as a trace", len(b), err, test.size)
			}
		})
	}
}

// trickle begins a trace and then sends a byte now and then.
func trickle(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, header)
	for r.Context().Err() == nil {
		fmt.Fprint(w, "x")
		w.(http.Flusher).Flush()
		time.Sleep(short / 10)
	}
}

// Who ends a capture keeps what has come.
func TestAttachEndedEarly(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	service := httptest.NewServer(http.HandlerFunc(trickle))
	defer service.Close()
	dir := t.TempDir()
	_, err := Attach(ctx, AttachOptions{URL: service.URL, Dir: dir, Duration: time.Minute, Progress: func(n int64, _ time.Duration) {
		if n > traceHeaderSize {
			cancel()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := recording.Open(dir)
	if err != nil || !strings.Contains(rec.Meta.Loss, "ended before its time") {
		t.Errorf("got %+v, %v", rec, err)
	}
}

func TestTraceURL(t *testing.T) {
	for _, test := range []struct{ give, want string }{
		{"localhost:6060", "http://localhost:6060/debug/pprof/trace"},
		{"http://h", "http://h/debug/pprof/trace"},
		{"https://h/app/", "https://h/app/debug/pprof/trace"},
		{"http://h/debug/pprof", "http://h/debug/pprof/trace"},
		{"http://h/debug/pprof/", "http://h/debug/pprof/trace"},
		{"http://h/x/trace?seconds=3&a=b#c", "http://h/x/trace?seconds=3&a=b"},
		{"[::1]:80", "http://[::1]:80/debug/pprof/trace"},
	} {
		if u, err := traceURL(test.give); err != nil || u.String() != test.want {
			t.Errorf("%s: got %v, %v, wanted %s", test.give, u, err, test.want)
		}
	}
	for _, bad := range []string{"", "file:///etc/passwd", "http://", "http://u:secret@[::1", "://x", "http://h/%zz"} {
		if u, err := traceURL(bad); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %v, %v, wanted an error without the password", bad, u, err)
		}
	}
}
