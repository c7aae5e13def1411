package index

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"

	"golang.org/x/exp/trace"
)

// maxProcesses bounds how many processes an index holds: the number of one has 15 bits, and that of a lane 31.
const maxProcesses = 1 << 14

// source is the trace of one process on its way into the builder.
type source struct {
	*process
	pid      int
	path     string
	file     *os.File
	split    *splitter
	head     []byte
	look     clockLook
	start    int64 // of its first event, on the clock of the first process
	clockErr int64
	q        *loss
	began    int64 // time in the index of its first event, -1 before
	end      int64 // the same of its last one

	jobs <-chan job // its generations, nil while it is not read
	done chan struct{}
	job  job
	err  error // of the generation
	bl   *block
	i    int // the next event of bl
}

// openSource looks at the beginning of a trace. A file that is empty, or in which no generation is whole, gives an error.
func openSource(num, pid int, path string) (s *source, err error) {
	s = &source{process: newProcess(num), pid: pid, path: path, q: &loss{}, began: -1}
	err = s.withFile(func(size int64) error {
		s.q.size = size
		s.head = make([]byte, min(size, headerLen))
		if _, err := io.ReadFull(s.file, s.head); err != nil {
			return err
		}
		version, err := parseHeader(s.head)
		if err != nil {
			return err
		}
		if version < firstSplit {
			return fmt.Errorf("a trace of format version go 1.%d can't be put beside another: it says nothing of its clock", version)
		}
		if s.split, err = split(s.file, size, version); err != nil {
			return err
		}
		s.q.damage, s.q.read = s.split.damage, headerLen
		return s.lookAtStart()
	})
	return s, err
}

// withFile opens the file, calls f with its size and closes it again: there may be many.
func (s *source) withFile(f func(size int64) error) (err error) {
	if s.file, err = os.Open(s.path); err != nil {
		return err
	}
	defer s.file.Close()
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	return f(info.Size())
}

// lookAtStart finds out when the first whole generation begins.
func (s *source) lookAtStart() error {
	err := errors.New("no generation of the trace is whole")
	for _, p := range s.split.parts {
		if !p.whole {
			continue
		}
		var lib *trace.Reader
		err = guard(func() (err error) {
			lib, err = trace.NewReader(s.part(p))
			return err
		})
		if err == nil {
			s.look, err = lookAtClock(lib)
		}
		if err == nil {
			return nil
		}
	}
	return err
}

func (s *source) part(p part) io.Reader {
	return io.MultiReader(bytes.NewReader(s.head), io.NewSectionReader(s.file, p.off, p.end-p.off))
}

// begin starts to decode the trace, parallel generations at once.
func (s *source) begin(parallel int) error {
	file, err := os.Open(s.path)
	if err != nil {
		return err
	}
	s.file, s.split.r = file, file
	jobs := make(chan job, parallel)
	s.jobs, s.done = jobs, make(chan struct{})
	go s.split.dispatch(s.head, jobs, s.done)
	return nil
}

// close ends the decoding.
func (s *source) close() {
	if s.jobs == nil {
		return
	}
	close(s.done)
	for j := range s.jobs {
		for range j.out {
		}
	}
	s.file.Close()
	s.jobs = nil
}

// next returns the time of the next event on the common clock, false after the last one. Where a generation begins or
// ends it tells the builder, whose process must be that of s.
func (s *source) next(b *builder) (int64, bool) {
	for {
		if s.bl != nil {
			if s.i < len(s.bl.events) && s.err == nil {
				return int64(s.bl.events[s.i].Time()) + s.skew, true
			}
			s.err = errors.Join(s.err, s.bl.err)
			s.bl.free()
			s.bl = nil
			b.grow(s.q, s.job.off)
		}
		if s.job.out != nil {
			if bl, ok := <-s.job.out; ok {
				s.bl, s.i = bl, 0
				continue
			}
			s.endPart(b)
		}
		j, ok := <-s.jobs
		if !ok {
			return math.MaxInt64, false
		}
		s.beginPart(b, j)
	}
}

func (s *source) beginPart(b *builder, j job) {
	if !j.whole {
		s.q.skip(b, j.part)
		return
	}
	s.job, s.err = j, nil
	if j.afterDamage || s.q.broken {
		b.beginGap()
	}
	b.in.newGeneration()
	s.q.begin(b, j.part)
}

func (s *source) endPart(b *builder) {
	b.endGap(s.err == nil)
	s.q.end(b, s.job.part, s.err)
	s.job.out = nil
}

// take feeds the events up to time until, at least one.
func (s *source) take(b *builder, until int64) {
	err := guard(func() error {
		for first := true; s.i < len(s.bl.events); first = false {
			e := &s.bl.events[s.i]
			if !first && int64(e.Time())+s.skew > until {
				break
			}
			s.i++
			if e.Kind() == trace.EventTaskEnd {
				b.taskEnd(e, s.bl.tasks[s.i-1])
			} else {
				b.event(e)
			}
		}
		return nil
	})
	s.err = errors.Join(s.err, err)
	if s.began < 0 && b.started {
		s.began = max(0, s.start-b.t0)
	}
	s.end = b.now
}

// merger puts the traces of several processes into one order.
type merger struct {
	b       *builder
	all     []*source // by number
	waiting []*source // those that begin later, by their beginning
	active  []*source
	at      []int64 // by active: the time of its next event
	broken  []Process
}

// openMerged reads the trace of a program and those of the processes that it started on one clock.
func openMerged(path string, children []Child, opt Options) (*Index, error) {
	first, err := openSource(0, 0, path)
	if err != nil {
		return nil, err
	}
	m := &merger{b: newBuilder(opt), all: []*source{first}}
	m.look(children)
	b := m.b
	b.version = fmt.Sprintf("go 1.%d", first.split.version)
	for _, s := range m.all {
		defer s.close()
	}
	m.waiting = slices.Clone(m.all)
	m.run()
	b.processes = m.processes()
	b.counts.Processes = len(b.processes)
	b.finish(m.loss())
	return newFinalIndex(b), nil
}

// look opens the traces of the children and numbers them in the order in which they begin.
func (m *merger) look(children []Child) {
	first := m.all[0]
	first.start, first.clockErr = first.look.first, 0
	left := len(children) - (maxProcesses - 1)
	for _, c := range children[:min(len(children), maxProcesses-1)] {
		s, err := openSource(0, c.PID, c.Path)
		if err != nil {
			m.broken = append(m.broken, Process{PID: c.PID, Reason: err.Error(), ClockErrorNS: -1})
			continue
		}
		s.skew, s.clockErr = s.look.skewTo(&first.look)
		s.start = s.look.first + s.skew
		m.all = append(m.all, s)
	}
	if left > 0 {
		first.q.note(fmt.Sprintf("%d processes more than an index can hold were left out", left))
	}
	slices.SortStableFunc(m.all[1:], func(a, b *source) int { return cmp.Compare(a.start, b.start) })
	for i, s := range m.all {
		s.num = int16(i)
	}
}

// run feeds the builder until all traces are through.
func (m *merger) run() {
	for len(m.active)+len(m.waiting) > 0 {
		best, until := m.choose()
		if best < 0 {
			m.start()
			continue
		}
		s := m.active[best]
		m.b.process = s.process
		s.take(m.b, until)
		m.advance(best)
	}
}

// choose returns the active trace with the earliest event and the time up to which it may go on alone; -1 when another one
// has to be begun first. Of equal times the lower number is first.
func (m *merger) choose() (best int, until int64) {
	best, until = -1, math.MaxInt64
	for i, t := range m.at {
		if best < 0 || t < m.at[best] {
			best = i
		}
	}
	for i, t := range m.at {
		if i == best {
			continue
		}
		if m.active[i].num < m.active[best].num {
			t--
		}
		until = min(until, t)
	}
	if len(m.waiting) > 0 {
		start := m.waiting[0].start
		if best < 0 || start <= m.at[best] {
			return -1, 0
		}
		until = min(until, start-1)
	}
	return best, until
}

// start begins the next trace.
func (m *merger) start() {
	s := m.waiting[0]
	m.waiting = m.waiting[1:]
	parallel := 1 // there may be many, and the next generation is decoded while one is built
	if s.num == 0 {
		if parallel = m.b.opt.Parallel; parallel <= 0 {
			parallel = runtime.GOMAXPROCS(0)
		}
	}
	if err := s.begin(parallel); err != nil {
		s.q.note(err.Error())
		return
	}
	if s.num > 0 {
		s.q.ratio = m.all[0].q.ratio
	}
	m.active, m.at = append(m.active, s), append(m.at, 0)
	m.advance(len(m.active) - 1)
}

// advance finds out when active trace i goes on, and takes it out when it does not.
func (m *merger) advance(i int) {
	s := m.active[i]
	m.b.process = s.process
	t, ok := s.next(m.b)
	if ok {
		m.at[i] = t
		return
	}
	s.close()
	if s.num > 0 {
		m.b.exit()
		s.end = m.b.now
	}
	m.active, m.at = slices.Delete(m.active, i, i+1), slices.Delete(m.at, i, i+1)
	m.report()
}

func (m *merger) report() {
	if p := m.b.opt.Progress; p != nil {
		q := m.loss()
		p(Progress{ReadBytes: q.read, TotalBytes: q.size, Events: m.b.n})
	}
}

// processes tells what there is; those of which nothing could be read come last.
func (m *merger) processes() []Process {
	list := make([]Process, 0, len(m.all)+len(m.broken))
	for _, s := range m.all {
		q := s.q.quality()
		list = append(list, Process{Number: int(s.num) + 1, PID: s.pid, Start: max(0, s.began), End: s.end, Complete: q.Complete,
			Reason: q.Reason, ClockErrorNS: s.clockErr})
	}
	for _, p := range m.broken {
		p.Number = len(list) + 1
		list = append(list, p)
	}
	return list
}

// loss puts together what could not be read of all traces.
func (m *merger) loss() *loss {
	sum := &loss{lost: m.all[0].q.lost}
	for _, s := range m.all {
		sum.size += s.q.size
		sum.read += s.q.read
		for _, d := range s.q.damage {
			if s.num > 0 {
				d = fmt.Sprintf("process %d (pid %d): %s", s.num+1, s.pid, d)
			}
			sum.note(d)
		}
	}
	for _, p := range m.broken {
		sum.note(fmt.Sprintf("process with pid %d: %s", p.PID, p.Reason))
	}
	return sum
}
