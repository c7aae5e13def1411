package main

import (
	"sync"

	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/server"
)

// stored is a recording on disk that is read when somebody first looks at it.
type stored struct {
	dir  string
	once sync.Once
	view server.View
}

// Dir is the folder of the recording.
func (s *stored) Dir() string { return s.dir }

// View reads the recording at the first call.
func (s *stored) View() server.View {
	s.once.Do(func() {
		l, err := load(s.dir)
		if err != nil {
			complain(err)
			s.view = server.View{Rec: &recording.Recording{Dir: s.dir}}
			return
		}
		s.view = server.View{Rec: l.rec, Index: l.index, Findings: l.findings}
	})
	return s.view
}
