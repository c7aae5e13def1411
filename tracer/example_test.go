package tracer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/trace-viz/trace-viz/tracer"
)

// A program records itself while three goroutines work.
func Example() {
	dir, err := os.MkdirTemp("", "recording")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	if err := tracer.Start(dir); err != nil {
		fmt.Println(err)
		return
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { time.Sleep(time.Millisecond) })
	}
	wg.Wait()
	if err := tracer.Stop(); err != nil {
		fmt.Println(err)
		return
	}

	for _, name := range []string{"trace.out", "wall.pprof", "meta.json"} {
		st, err := os.Stat(filepath.Join(dir, name))
		fmt.Println(name, err == nil && st.Size() > 0)
	}
	// Output:
	// trace.out true
	// wall.pprof true
	// meta.json true
}
