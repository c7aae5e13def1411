package server

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
)

var update = flag.Bool("update", false, "write the golden files")

// A wireRow is a row of a window as decodeWire reads it: from the contract alone, byte by byte.
type wireRow struct {
	Number, Enc uint32
	Columns     map[string][]float64
}

func decodeWire(t *testing.T, b []byte) []wireRow {
	t.Helper()
	at := 0
	take := func(n int) []byte {
		if at+n > len(b) {
			t.Fatalf("byte %d: want %d more, have %d", at, n, len(b)-at)
		}
		at += n
		return b[at-n : at]
	}
	column := func(n, size int) []float64 {
		if at%8 != 0 {
			t.Fatalf("a column begins at byte %d", at)
		}
		out := make([]float64, n)
		for i := range out {
			switch cell := take(size); size {
			case 1:
				out[i] = float64(cell[0])
			case 4:
				out[i] = float64(le32(cell))
			case 8:
				out[i] = math.Float64frombits(uint64(le32(cell)) | uint64(le32(cell[4:]))<<32)
			}
		}
		for at%8 != 0 {
			if take(1)[0] != 0 {
				t.Fatalf("padding at byte %d is not 0", at-1)
			}
		}
		return out
	}
	count := le32(take(4))
	take(4)
	var rows []wireRow
	for range count {
		r := wireRow{Number: le32(take(4)), Enc: le32(take(4)), Columns: map[string][]float64{}}
		n := int(le32(take(4)))
		take(4)
		layout := map[uint32]string{0: "start8 end8 info4 state1", 1: "state1 cover1", 2: "t8 level4 sendq4 recvq4"}[r.Enc]
		if layout == "" {
			t.Fatalf("encoding %d", r.Enc)
		}
		for _, f := range strings.Fields(layout) {
			r.Columns[f[:len(f)-1]] = column(n, int(f[len(f)-1]-'0'))
		}
		rows = append(rows, r)
	}
	if at != len(b) {
		t.Fatalf("%d bytes are left", len(b)-at)
	}
	return rows
}

// TestWindowGolden pins the bytes of a window frame.
func TestWindowGolden(t *testing.T) {
	rows := []index.Row{
		{Enc: index.EncSpans, Start: []float64{0, 1e9, 1e15 + 1}, End: []float64{1e9, 1e15 + 1, 1e15 + 2}, Info: []uint32{0, 1, math.MaxUint32}, State: []uint8{1, 4, 4 | index.ForeverBit}},
		{Enc: index.EncTexture, State: []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9}, Cover: []uint8{0, 1, 2, 3, 4, 5, 6, 7, 255}},
		{Enc: index.EncLevel, Start: []float64{-5, 2.5}, Level: []uint32{0, 3}, SendQ: []uint32{0, 2}, RecvQ: []uint32{1, 0}},
		{Enc: index.EncSpans},
	}
	f := newFrame(0xfffffffe, frameWindow)
	f.u32(uint32(len(rows)))
	f.u32(0)
	for i := range rows {
		f.row(i, &rows[i])
	}
	size := windowHeader
	for i := range rows {
		size += rowSize(&rows[i])
	}
	if size != len(f.b) {
		t.Errorf("the size was taken for %d bytes, is %d", size, len(f.b))
	}
	golden := filepath.Join("testdata", "window.golden")
	got := []byte(hex.Dump(f.b))
	if *update {
		write(t, golden, got)
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	decoded := decodeWire(t, f.b[8:])
	wantRows := []wireRow{
		{0, 0, map[string][]float64{"start": {0, 1e9, 1e15 + 1}, "end": {1e9, 1e15 + 1, 1e15 + 2}, "info": {0, 1, math.MaxUint32}, "state": {1, 4, 132}}},
		{1, 1, map[string][]float64{"state": {1, 2, 3, 4, 5, 6, 7, 8, 9}, "cover": {0, 1, 2, 3, 4, 5, 6, 7, 255}}},
		{2, 2, map[string][]float64{"t": {-5, 2.5}, "level": {0, 3}, "sendq": {0, 2}, "recvq": {1, 0}}},
		{3, 0, map[string][]float64{"start": {}, "end": {}, "info": {}, "state": {}}},
	}
	if fmt.Sprint(decoded) != fmt.Sprint(wantRows) {
		t.Errorf("decoded\n%v, want\n%v", decoded, wantRows)
	}
}

// TestWindowOverWebsocket asks for every row of a recording and compares what comes with the index.
func TestWindowOverWebsocket(t *testing.T) {
	src := makeRecording(t)
	ix := src.View().Index
	c := serve(t, src).dial("a")
	keys := []string{"gc", "syscalls", "network"}
	for _, p := range ix.Procs() {
		keys = append(keys, fmt.Sprintf("p%d", p.ID))
	}
	for g := range ix.NumGoroutines() {
		keys = append(keys, fmt.Sprintf("g%d", g))
	}
	for o := range ix.NumObjects() {
		keys = append(keys, fmt.Sprintf("o%d", o))
	}
	quoted, err := json.Marshal(keys)
	if err != nil {
		t.Fatal(err)
	}
	for _, px := range []int{1, 10, 1000, maxPixels} {
		f := c.ask(fmt.Sprintf(`{"id":7,"op":"window","t0":0,"t1":%d,"px":%d,"rows":%s}`, ix.Duration(), px, quoted))
		if f.id != 7 || f.kind != frameWindow || len(f.payload) > maxWindow {
			t.Fatalf("px %d: frame %d of type %d, %d bytes: %.200s", px, f.id, f.kind, len(f.payload), f.payload)
		}
		rows := decodeWire(t, f.payload)
		if len(rows) != len(keys) {
			t.Fatalf("px %d: %d rows, want %d", px, len(rows), len(keys))
		}
		rowKeys := make([]index.RowKey, len(keys))
		for i, k := range keys {
			rowKeys[i] = index.RowKey(k)
		}
		filled := 0
		for i, want := range ix.Window(0, ix.Duration(), px, rowKeys) {
			if rows[i].Number != uint32(i) || rows[i].Enc != uint32(want.Enc) {
				t.Errorf("px %d: row %s is %d, encoding %d; want %d", px, keys[i], rows[i].Number, rows[i].Enc, want.Enc)
				continue
			}
			first := "start"
			switch want.Enc {
			case index.EncTexture:
				first = "state"
			case index.EncLevel:
				first = "t"
			}
			if len(rows[i].Columns[first]) != rowLen(&want) {
				t.Errorf("px %d: row %s has %d, want %d", px, keys[i], len(rows[i].Columns[first]), rowLen(&want))
			}
			if want.Enc != index.EncTexture && !slices.Equal(rows[i].Columns[first], want.Start) && len(want.Start) > 0 {
				t.Errorf("px %d: row %s starts %v, want %v", px, keys[i], rows[i].Columns[first], want.Start)
			}
			if rowLen(&want) > 0 {
				filled++
			}
		}
		if filled < 4 {
			t.Errorf("px %d: only %d rows have something in them", px, filled)
		}
	}
}
