package tracer

import (
	"io"
	"os"
	"sync/atomic"
	"time"
)

// followEvery is how long a reader at the end of a growing trace waits before it looks again. Generations end every
// 100 ms, so this adds little to how far a live view is behind.
const followEvery = 10 * time.Millisecond

// A follower reads a file that grows until end is called; then it gives io.EOF after the last byte.
type follower struct {
	path  string
	file  *os.File
	every time.Duration // between two looks
	ended atomic.Bool
	left  atomic.Bool
}

func follow(path string) *follower { return &follower{path: path, every: followEvery} }

func (f *follower) end() { f.ended.Store(true) }

// leave ends the reading at once: what was not read yet is not wanted any more.
func (f *follower) leave() { f.left.Store(true) }

// Read waits for data. The file may not exist yet.
func (f *follower) Read(b []byte) (int, error) {
	for !f.left.Load() {
		last := f.ended.Load() // before looking: what comes after it was there when we look
		if f.file == nil {
			f.file, _ = os.Open(f.path)
		}
		if f.file != nil {
			n, err := f.file.Read(b)
			if n > 0 || err != nil && err != io.EOF {
				return n, err
			}
		}
		if last {
			return 0, io.EOF
		}
		time.Sleep(f.every)
	}
	return 0, io.EOF
}

func (f *follower) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}
