package index

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Live follows a trace that grows.
type Live struct {
	opt  Options
	mu   sync.Mutex
	b    *builder
	segs []*segment
	q    *loss
	snap *Index // of what was built; nil if there is more by now
}

// NewLive returns a Live that has read nothing.
func NewLive(opt Options) *Live {
	return &Live{opt: opt, b: newBuilder(opt), q: &loss{}}
}

// Feed reads r, which may block, until it ends, one generation after the other. It may run while Snapshot is called, and
// is called once. A stream that ends within a generation is no error: Quality says so.
func (l *Live) Feed(r io.Reader) error {
	err := l.feed(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.q.note(err.Error())
	}
	l.b.finish(l.q)
	l.snap = nil
	return err
}

func (l *Live) feed(r io.Reader) error {
	br := bufio.NewReaderSize(r, 1<<16)
	head := make([]byte, headerLen)
	n, err := io.ReadFull(br, head)
	l.mu.Lock()
	l.q.size = int64(n)
	l.mu.Unlock()
	if err != nil && n == 0 && errors.Is(err, io.EOF) {
		return errors.New("the trace is empty")
	}
	version, err := parseHeader(head[:n])
	if err != nil {
		return err
	}
	if version < firstSplit {
		return fmt.Errorf("a trace of format version go 1.%d can't be followed while it grows", version)
	}
	l.mu.Lock()
	l.b.version = fmt.Sprintf("go 1.%d", version)
	l.q.read = headerLen
	l.mu.Unlock()
	gen := &generationReader{r: br, version: version}
	for {
		p, data, err := gen.next()
		if len(data) > 0 {
			l.build(p, head, data)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// build adds one generation.
func (l *Live) build(p part, head, data []byte) {
	out, done := make(chan *block, 8), make(chan struct{})
	defer close(done)
	if p.whole {
		go decode(io.MultiReader(bytes.NewReader(head), bytes.NewReader(data)), out, done)
	} else {
		close(out)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.q.size += p.end - p.off
	if !p.whole {
		l.q.note(fmt.Sprintf("the trace ends within generation %d", p.gen))
	}
	l.b.buildPart(p, out, l.q)
	l.snap = nil
}

// Snapshot returns what was read until now, always whole generations. It is never nil.
func (l *Live) Snapshot() *Index {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.snap == nil {
		l.b.quality = l.q.quality()
		l.segs = addSegment(l.segs, l.b.data)
		l.snap = newIndex(l.b.data, l.segs, l.opt.Sites)
	}
	return l.snap
}

// generationReader cuts a stream into generations.
type generationReader struct {
	r       *bufio.Reader
	version int
	off     int64
	ahead   []byte // before go 1.26: the first batch of the next generation
	aheadH  batchHeader
}

// next returns the next generation with its bytes. At the end of the stream it returns io.EOF, with what there is of the
// last one.
func (g *generationReader) next() (part, []byte, error) {
	p := part{off: g.off}
	var data []byte
	finish := func(whole bool, err error) (part, []byte, error) {
		g.off += int64(len(data))
		p.end, p.whole = g.off, whole
		return p, data, err
	}
	if g.ahead != nil {
		data, g.ahead = g.ahead, nil
		p.note(g.aheadH)
	}
	for {
		h, err := g.head()
		switch {
		case err == io.EOF:
			return finish(g.version < firstEnds && len(data) > 0, io.EOF)
		case errors.Is(err, io.ErrUnexpectedEOF):
			return finish(false, io.EOF)
		case err == errBatch || err == nil && h.tag == tagEnd && g.version < firstEnds:
			return finish(false, fmt.Errorf("no batch where one should begin, at byte %d", g.off+int64(len(data))+headerLen))
		case err != nil:
			return finish(false, err)
		}
		if h.tag == tagEnd {
			g.r.Discard(1)
			data = append(data, tagEnd)
			return finish(true, nil)
		}
		n := h.len + int(h.size)
		old := len(data)
		data = append(data, make([]byte, n)...)
		if _, err := io.ReadFull(g.r, data[old:]); err != nil {
			data = data[:old]
			if errors.Is(err, io.ErrUnexpectedEOF) {
				err = io.EOF
			}
			return finish(false, err)
		}
		if p.gen != 0 && h.gen != p.gen {
			if g.version >= firstEnds {
				return finish(false, fmt.Errorf("generation %d has no end, at byte %d", p.gen, g.off+int64(old)+headerLen))
			}
			g.ahead, g.aheadH = append([]byte(nil), data[old:]...), h
			data = data[:old]
			return finish(true, nil)
		}
		p.note(h)
	}
}

// head looks at the head of the next batch. It waits for no byte more than the head has: the stream may rest there.
func (g *generationReader) head() (batchHeader, error) {
	for n := 1; ; n++ {
		b, err := g.r.Peek(n)
		if len(b) < n {
			if err == io.EOF && n > 1 {
				err = io.ErrUnexpectedEOF
			}
			return batchHeader{}, err
		}
		h, err := parseBatch(b)
		if err != io.ErrUnexpectedEOF || n >= maxBatchHeader {
			return h, err
		}
	}
}

// note takes the head of a batch of p.
func (p *part) note(h batchHeader) {
	if p.gen == 0 {
		p.gen, p.first = h.gen, h.time
	}
	p.first, p.last = min(p.first, h.time), max(p.last, h.time)
}
