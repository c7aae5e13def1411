package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The parts of the trace format that tell where generations begin and end. All else is the library's business.
const (
	tagBatch        = 1  // a batch: generation, thread, time, size, bytes
	tagExperiment   = 49 // the same with one byte more in front
	tagEnd          = 52 // end of a generation, since go 1.26
	maxBatchSize    = 64 << 10
	maxBatchHeader  = 2 + 4*binary.MaxVarintLen64
	maxGenerationNo = 1 << 40
)

// A part is a stretch of a trace file that holds one generation.
type part struct {
	off, end    int64
	gen         uint64
	first, last uint64 // times of batches, in ticks of the trace's clock
	whole       bool   // its end was seen
	afterDamage bool   // something in front of it was lost
}

// batchHeader is the head of a batch.
type batchHeader struct {
	tag             byte
	gen, time, size uint64
	len             int // of the head
}

var errBatch = errors.New("not a batch")

// parseBatch reads the head of a batch from the first bytes of b.
func parseBatch(b []byte) (h batchHeader, err error) {
	if len(b) == 0 {
		return h, io.ErrUnexpectedEOF
	}
	h.tag, h.len = b[0], 1
	switch h.tag {
	case tagEnd:
		return h, nil
	case tagExperiment:
		h.len = 2
	case tagBatch:
	default:
		return h, errBatch
	}
	var thread uint64
	for _, p := range []*uint64{&h.gen, &thread, &h.time, &h.size} {
		v, n := binary.Uvarint(b[min(h.len, len(b)):])
		if n == 0 {
			return h, io.ErrUnexpectedEOF
		}
		if n < 0 {
			return h, errBatch
		}
		*p = v
		h.len += n
	}
	if h.size > maxBatchSize || h.gen == 0 || h.gen > maxGenerationNo {
		return h, errBatch
	}
	return h, nil
}

// splitter finds the generations of a trace.
type splitter struct {
	r       io.ReaderAt
	size    int64
	version int
	buf     []byte // a window of the file
	off     int64  // where it begins
	parts   []part
	damage  []string
	lost    bool // damage was found, and no generation since
}

// split finds the generations of a trace of some size. It reads little more than the heads of the batches.
func split(r io.ReaderAt, size int64, version int) (*splitter, error) {
	s := &splitter{r: r, size: size, version: version, buf: make([]byte, 0, 4096)}
	at := int64(headerLen)
	for at < size {
		next, err := s.generation(at)
		if err != nil {
			return nil, err
		}
		at = next
	}
	return s, nil
}

// peek returns up to n bytes at a place of the file.
func (s *splitter) peek(at int64, n int) ([]byte, error) {
	n = int(min(int64(n), s.size-at))
	if n <= 0 {
		return nil, nil
	}
	if at < s.off || at+int64(n) > s.off+int64(len(s.buf)) {
		want := int(min(int64(max(cap(s.buf), n)), s.size-at))
		if cap(s.buf) < want {
			s.buf = make([]byte, want)
		}
		got, err := s.r.ReadAt(s.buf[:want], at)
		if got < n {
			return nil, fmt.Errorf("read trace at byte %d: %w", at, err)
		}
		s.buf, s.off = s.buf[:got], at
	}
	i := int(at - s.off)
	return s.buf[i : i+n], nil
}

// generation reads the batches of the generation that begins at a place, and returns where the next one begins.
func (s *splitter) generation(at int64) (int64, error) {
	p := part{off: at, afterDamage: s.lost}
	s.lost = false
	for at < s.size {
		b, err := s.peek(at, maxBatchHeader)
		if err != nil {
			return 0, err
		}
		h, err := parseBatch(b)
		switch {
		case err != nil:
			return s.damaged(p, at, "no batch where one should begin")
		case h.tag == tagEnd && s.version < firstEnds:
			return s.damaged(p, at, "no batch where one should begin")
		case h.tag == tagEnd:
			p.end, p.whole = at+1, true
			s.add(p)
			return at + 1, nil
		case p.gen != 0 && h.gen != p.gen && s.version < firstEnds:
			p.end, p.whole = at, true
			s.add(p)
			return at, nil
		case p.gen != 0 && h.gen != p.gen:
			return s.damaged(p, at, fmt.Sprintf("generation %d has no end", p.gen))
		case at+int64(h.len)+int64(h.size) > s.size:
			return s.damaged(p, at, "the file ends within a batch")
		}
		if p.gen == 0 {
			p.gen, p.first = h.gen, h.time
		}
		p.first, p.last = min(p.first, h.time), max(p.last, h.time)
		at += int64(h.len) + int64(h.size)
	}
	// Before go 1.26 the end of the file ends the last generation.
	p.end, p.whole = at, s.version < firstEnds
	if !p.whole {
		s.note(fmt.Sprintf("the file ends within generation %d", p.gen))
	}
	s.add(p)
	return at, nil
}

func (s *splitter) add(p part) {
	if p.gen != 0 {
		s.parts = append(s.parts, p)
	}
}

func (s *splitter) note(what string) { s.damage = append(s.damage, what) }

// damaged notes a damaged generation and returns where the next one begins, or the end of the file.
func (s *splitter) damaged(p part, at int64, what string) (int64, error) {
	s.note(fmt.Sprintf("%s, at byte %d", what, at))
	s.lost = true
	p.end = at
	s.add(p)
	// Generations are numbered one by one, so the damaged one is known even if its number is damaged too.
	gen := p.gen
	if n := len(s.parts) - 1; n >= 0 && s.parts[n].whole {
		gen = s.parts[n].gen + 1
	} else if n > 0 {
		gen = s.parts[n-1].gen + 1
	}
	for at++; at < s.size; at++ {
		b, err := s.peek(at, maxBatchHeader)
		if err != nil {
			return 0, err
		}
		if b[0] != tagBatch {
			continue
		}
		found, ok := s.begins(b, at)
		if ok && gen == 0 {
			gen = found // of a file whose first generation is damaged
		}
		if ok && found > gen && s.follows(at) {
			return at, nil
		}
	}
	return s.size, nil
}

// follows tells whether what stands before a place may be the end of a generation.
func (s *splitter) follows(at int64) bool {
	if s.version < firstEnds {
		return true
	}
	b, err := s.peek(at-1, 1)
	return err == nil && len(b) > 0 && b[0] == tagEnd
}

// begins tells whether batches of one generation begin at a place, and its number.
func (s *splitter) begins(b []byte, at int64) (uint64, bool) {
	h, err := parseBatch(b)
	if err != nil {
		return 0, false
	}
	gen := h.gen
	for n := 0; n < 3; n++ {
		at += int64(h.len) + int64(h.size)
		if at > s.size {
			return 0, false
		}
		b, err := s.peek(at, maxBatchHeader)
		if err != nil {
			return 0, false
		}
		if h, err = parseBatch(b); err != nil || h.tag == tagEnd {
			return gen, h.tag == tagEnd && err == nil && n > 0
		}
		if h.gen != gen {
			return 0, false
		}
	}
	return gen, true
}
