package server

import (
	"encoding/binary"
	"encoding/json"
	"math"
)

// A frame is one binary message to the page, little endian: u32 id of the request (0 for a push), u8 type, u8 version,
// u16 0, payload. Every column of a payload starts at a multiple of 8 bytes, so that the page can lay typed arrays on the
// buffer without copying.
type frame struct{ b []byte }

// Types of frames.
const (
	frameWindow     = 1
	frameJSON       = 2 // UTF-8
	frameError      = 3 // JSON {"error"}
	frameLive       = 4
	frameSuperseded = 5 // a newer request of the same operation came first; no payload
)

const frameVersion = 1

func newFrame(id uint32, kind byte) *frame {
	f := &frame{}
	f.u32(id)
	f.b = append(f.b, kind, frameVersion, 0, 0)
	return f
}

func (f *frame) u32(v uint32)  { f.b = binary.LittleEndian.AppendUint32(f.b, v) }
func (f *frame) f64(v float64) { f.b = binary.LittleEndian.AppendUint64(f.b, math.Float64bits(v)) }

// pad fills up to a multiple of 8 bytes.
func (f *frame) pad() {
	for len(f.b)%8 != 0 {
		f.b = append(f.b, 0)
	}
}

// f64s writes a column of times; nanoseconds are exact to 104 days.
func (f *frame) f64s(col []float64) {
	for _, v := range col {
		f.f64(v)
	}
}

func (f *frame) u32s(col []uint32) {
	for _, v := range col {
		f.u32(v)
	}
	f.pad()
}

func (f *frame) u8s(col []uint8) {
	f.b = append(f.b, col...)
	f.pad()
}

// jsonFrame makes a frame of a value. A value of ours that does not marshal is a bug, told as one.
func jsonFrame(id uint32, kind byte, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return errorFrame(id, "internal error: "+err.Error())
	}
	f := newFrame(id, kind)
	f.b = append(f.b, b...)
	return f.b
}

func errorFrame(id uint32, why string) []byte {
	return jsonFrame(id, frameError, map[string]string{"error": why})
}
