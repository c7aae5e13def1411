package index

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"golang.org/x/exp/trace"
)

// blockLen is how many events go from the goroutine that decodes to the one that builds at a time.
const blockLen = 512

// A block is a run of events of one generation.
type block struct {
	events []trace.Event
	tasks  map[int]string // names of the tasks that end, by index in events
	err    error          // what stopped the reading, with the last block of a generation
}

var blocks = sync.Pool{New: func() any { return &block{events: make([]trace.Event, 0, blockLen)} }}

func (b *block) free() {
	b.events, b.tasks, b.err = b.events[:0], nil, nil
	blocks.Put(b)
}

// decode reads the events of one generation, or of a whole trace, and sends them in blocks. It stops early when done is
// closed.
func decode(r io.Reader, out chan<- *block, done <-chan struct{}) {
	defer close(out)
	b := blocks.Get().(*block)
	send := func() bool {
		select {
		case out <- b:
			return true
		case <-done:
			return false
		}
	}
	b.err = guard(func() error {
		lib, err := trace.NewReader(r)
		if err != nil {
			return err
		}
		for {
			n := len(b.events)
			b.events = b.events[:n+1]
			e := &b.events[n]
			if *e, err = lib.ReadEvent(); err != nil {
				b.events = b.events[:n]
				if err == io.EOF {
					return nil
				}
				return err
			}
			if e.Kind() == trace.EventTaskEnd {
				// The reader still writes to the table of these names: no other goroutine may look there.
				if b.tasks == nil {
					b.tasks = map[int]string{}
				}
				b.tasks[n] = e.Task().Type
			}
			if n+1 == blockLen {
				if !send() {
					return nil
				}
				b = blocks.Get().(*block)
			}
		}
	})
	send()
}

// onPanic is told of panics, so that tests can tell the library's from our own.
var onPanic func(any)

// guard runs f and turns a panic into an error: the library may panic on damaged input.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if onPanic != nil {
				onPanic(p)
			}
			err = fmt.Errorf("broken trace: %v", p)
		}
	}()
	return f()
}

// takeBlock feeds a block to the builder.
func (b *builder) takeBlock(bl *block) error {
	err := guard(func() error {
		for i := range bl.events {
			e := &bl.events[i]
			if e.Kind() == trace.EventTaskEnd {
				b.taskEnd(e, bl.tasks[i])
				continue
			}
			b.event(e)
		}
		return nil
	})
	return errors.Join(err, bl.err)
}

// Open reads a whole trace and, if it is that of a recording, those of the processes that its program started (Children) on
// one clock with it. A damaged file is read as far as that is possible, and Quality says what is missing; an
// error means that nothing could be read.
func Open(path string, opt Options) (*Index, error) {
	info, err := os.Stat(path) // before opening it: a pipe that nobody writes to must not hold us up
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("read %s: it is a directory; want a Go execution trace", path)
	}
	if info.Mode()&os.ModeNamedPipe != 0 {
		return nil, fmt.Errorf("read %s: it is a pipe, which can be read only once: save it to a file first", path)
	}
	if children := Children(path); len(children) > 0 {
		if ix, err := openMerged(path, children, opt); err == nil {
			return ix, nil
		} // what is wrong with the program's own trace is found again
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	ix, err := Read(f, info.Size(), opt)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return ix, nil
}

// Read is Open for a trace of size bytes that is not in a file of its own.
func Read(r io.ReaderAt, size int64, opt Options) (*Index, error) {
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	b := newBuilder(opt)
	if size < headerLen && opt.MayBeEmpty {
		q := &loss{size: size}
		q.note("the file ends within its header")
		b.finish(q)
		return newFinalIndex(b), nil
	}
	version, err := parseHeader(head)
	if err != nil {
		return nil, err
	}
	b.version = fmt.Sprintf("go 1.%d", version)
	q := &loss{size: size}
	if version < firstSplit {
		err = b.readWhole(r, size, q)
	} else {
		err = b.readParts(r, size, version, head[:headerLen], q)
	}
	if err != nil {
		return nil, err
	}
	b.finish(q)
	return newFinalIndex(b), nil
}

// newFinalIndex gives the builder's data to an index. The builder is not used again.
func newFinalIndex(b *builder) *Index {
	ix := &Index{data: *b.data, sites: b.opt.Sites}
	for i := range ix.objs {
		ix.objs[i].ch = nil
	}
	ix.segs = addSegment(nil, &ix.data)
	ix.prepare()
	if ix.n > warmFrom {
		go ix.warm()
	}
	return ix
}

// warmFrom is how many events a recording must have for its long rows to be made ready in the background.
const warmFrom = 1 << 17

// readWhole reads a trace of Go 1.21 or older, which has no generations.
func (b *builder) readWhole(r io.ReaderAt, size int64, q *loss) error {
	out, done := make(chan *block, 8), make(chan struct{})
	defer close(done)
	go decode(bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<16), out, done)
	var err error
	for bl := range out {
		if e := b.takeBlock(bl); e != nil {
			err = e
		}
		bl.free()
		b.grow(q, 0)
	}
	if err != nil && b.n == 0 {
		return err
	}
	if err != nil {
		q.note(err.Error())
		return nil
	}
	q.read = size
	return nil
}

// readParts reads the generations of a trace, several at once, and builds them in their order.
func (b *builder) readParts(r io.ReaderAt, size int64, version int, head []byte, q *loss) error {
	s, err := split(r, size, version)
	if err != nil {
		return err
	}
	q.damage = s.damage
	q.read = headerLen
	parallel := b.opt.Parallel
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	done := make(chan struct{})
	defer close(done)
	queue := make(chan job, parallel)
	go s.dispatch(head, queue, done)
	for j := range queue {
		b.buildPart(j.part, j.out, q)
		if b.opt.Progress != nil {
			b.opt.Progress(Progress{ReadBytes: j.end, TotalBytes: size, Events: b.n})
		}
	}
	if !b.started && len(q.damage) == 0 {
		q.note("the file ends after its header")
	}
	if b.n == 0 && !b.started && len(q.damage) > 0 && !b.opt.MayBeEmpty {
		return fmt.Errorf("no generation of the trace is whole: %s", q.damage[0])
	}
	return nil
}

// A job is a generation that is being decoded.
type job struct {
	part
	out chan *block
}

// dispatch decodes the generations, as many at once as queue can hold, and puts them into queue in their order.
func (s *splitter) dispatch(head []byte, queue chan<- job, done <-chan struct{}) {
	defer close(queue)
	busy := make(chan struct{}, cap(queue))
	for _, p := range s.parts {
		j := job{p, make(chan *block, 8)}
		select {
		case busy <- struct{}{}:
		case <-done:
			return
		}
		if p.whole {
			go func() {
				defer func() { <-busy }()
				decode(io.MultiReader(bytes.NewReader(head), io.NewSectionReader(s.r, p.off, p.end-p.off)), j.out, done)
			}()
		} else {
			close(j.out) // it would only say that its end is missing
			<-busy
		}
		select {
		case queue <- j:
		case <-done:
			return
		}
	}
}

// buildPart builds one generation.
func (b *builder) buildPart(p part, out <-chan *block, q *loss) {
	if !p.whole {
		q.skip(b, p)
		for range out {
		}
		return
	}
	if p.afterDamage || q.broken {
		b.beginGap()
	}
	b.in.newGeneration()
	q.begin(b, p)
	var err error
	blocks := 0
	for bl := range out {
		if err == nil {
			err = b.takeBlock(bl)
		}
		bl.free()
		if blocks++; blocks%256 == 0 && b.opt.Progress != nil {
			b.opt.Progress(Progress{ReadBytes: p.off, TotalBytes: q.size, Events: b.n})
		}
		b.grow(q, p.off)
	}
	b.endGap(err == nil)
	q.end(b, p, err)
}

// grow tells opt.Grown that there is more; at is how far in the file the reading is.
func (b *builder) grow(q *loss, at int64) {
	if b.opt.Grown == nil {
		return
	}
	b.opt.Grown(Progress{ReadBytes: at, TotalBytes: q.size, Events: b.n}, func() *Index {
		b.quality = q.quality()
		return newIndex(b.data, addSegment(nil, b.data), b.opt.Sites)
	})
}
