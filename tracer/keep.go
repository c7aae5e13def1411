package tracer

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"sync"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// A keeper passes the program's output on and keeps each line with the time of its first byte.
type keeper struct {
	mu      sync.Mutex
	path    string
	lines   []recording.Line // NS is on the monotonic clock until close
	streams []*stream
	kept    int
}

// keepLimit bounds what is kept of a program that prints without end; all of it is passed on.
const keepLimit = 16 << 20

func newKeeper(path string) (*keeper, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &keeper{path: path}, f.Close()
}

// stream is one output stream of the program.
type stream struct {
	k       *keeper
	name    string
	to      io.Writer
	partial []byte // of the last line
	at      int64
}

func (k *keeper) stream(name string, to io.Writer) io.Writer {
	s := &stream{k: k, name: name, to: to}
	k.streams = append(k.streams, s)
	return s
}

// Write passes b on and keeps it. It never fails because of the keeping.
func (s *stream) Write(b []byte) (int, error) {
	now := nanotime()
	n, err := s.to.Write(b)
	s.k.mu.Lock()
	defer s.k.mu.Unlock()
	if s.k.kept += n; s.k.kept > keepLimit {
		return n, err
	}
	for rest := b[:n]; len(rest) > 0; {
		if len(s.partial) == 0 {
			s.at = now
		}
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		s.partial = append(s.partial, line...)
		if rest = after; whole {
			s.endLine()
		}
	}
	return n, err
}

func (s *stream) endLine() {
	s.k.lines = append(s.k.lines, recording.Line{NS: s.at, Stream: s.name, Text: string(s.partial)})
	s.partial = s.partial[:0]
}

// close writes the file, with times counted from began, which is when the trace began on the monotonic clock.
func (k *keeper) close(began int64) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out bytes.Buffer
	for _, s := range k.streams {
		if len(s.partial) > 0 {
			s.endLine()
		}
	}
	for _, l := range k.lines {
		l.NS = max(0, l.NS-began)
		row, err := json.Marshal(l)
		if err != nil {
			return err
		}
		out.Write(append(row, '\n'))
	}
	return os.WriteFile(k.path, out.Bytes(), 0o600)
}
