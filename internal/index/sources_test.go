package index_test

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/trace"
	"strings"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/index"
)

// openWhole opens a trace and checks what holds for every one that is whole.
func openWhole(t *testing.T, data []byte) *index.Index {
	t.Helper()
	ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := index.Validate(ix); err != nil {
		t.Error(err)
	}
	if q := ix.Quality(); !q.Complete || ix.NumEvents() == 0 || ix.NumGoroutines() == 0 {
		t.Errorf("got %d events of %d goroutines, quality %+v", ix.NumEvents(), ix.NumGoroutines(), q)
	}
	return ix
}

// TestOldFormats opens the traces of Go 1.11, 1.19 and 1.21 by which the Go project tests its own reader.
func TestOldFormats(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(root)), "src/internal/trace/internal/*/testdata/*_good"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			seen[openWhole(t, data).GoVersion()] = true
		})
	}
	for _, version := range []string{"go 1.11", "go 1.19", "go 1.21"} {
		if !seen[version] {
			t.Errorf("no trace of %s among the %d of this Go installation", version, len(files))
		}
	}
}

// TestOwnTraces opens what this Go version writes by each of its ways.
func TestOwnTraces(t *testing.T) {
	busy := func() {
		c := make(chan int)
		go func() {
			defer close(c)
			for i := range 100 {
				c <- i
			}
		}()
		for range c {
		}
	}
	for _, source := range []struct {
		name string
		take func(w io.Writer) error
	}{
		{"runtime/trace", func(w io.Writer) error {
			if err := trace.Start(w); err != nil {
				return err
			}
			busy()
			trace.Stop()
			return nil
		}},
		{"flight recorder", func(w io.Writer) error {
			r := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Second})
			if err := r.Start(); err != nil {
				return err
			}
			defer r.Stop()
			busy()
			_, err := r.WriteTo(w)
			return err
		}},
		{"net/http/pprof", func(w io.Writer) error {
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for ctx.Err() == nil {
					busy()
				}
			}()
			answer := httptest.NewRecorder()
			pprof.Trace(answer, httptest.NewRequest("GET", "/debug/pprof/trace?seconds=0.05", nil))
			cancel()
			<-ended
			_, err := io.Copy(w, answer.Body)
			return err
		}},
	} {
		t.Run(source.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := source.take(&b); err != nil {
				t.Fatal(err)
			}
			openWhole(t, b.Bytes())
		})
	}
}
