package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Bounds of what a page may ask for at once. They keep an answer small, whatever a request says.
const (
	maxMessage = 64 << 10 // bytes of a request
	maxPixels  = 8192     // of an answer
	maxAsked   = 32 << 10 // of a window: a wide screen asks for more than an answer has, and gets half, a quarter, ... of it
	maxRows    = 500
	maxEvents  = 1000
	maxFlows   = 1000
)

// A request is one message from the page. Only the fields of its operation mean something.
type request struct {
	ID    uint32   `json:"id"`
	Op    string   `json:"op"`
	T     instant  `json:"t"`
	T0    instant  `json:"t0"`
	T1    instant  `json:"t1"`
	Px    int      `json:"px"`
	Rows  []string `json:"rows"`
	Event int      `json:"event"`
	From  int      `json:"from"`
	N     int      `json:"n"`
	Dir   int      `json:"dir"`
	Max   int      `json:"max"`
	G     int      `json:"g"`
	O     int      `json:"o"`
	File  int      `json:"file"` // of a place in the source, with Line; -1: none
	Line  int      `json:"line"`
	Text  string   `json:"text"`

	rows []rowKey
}

// An instant is a time in ns. The page computes with float64, so a fraction is cut off.
type instant int64

// UnmarshalJSON reads a number of any spelling.
func (t *instant) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil || v != v || v > far || v < -far {
		return fmt.Errorf("%.40q is not a time", b)
	}
	*t = instant(v)
	return nil
}

// far bounds times to 36 years each way, so that differences can't overflow.
const far = 1 << 60

// operations lists what a page may ask, with the check of its fields. Whether an event, goroutine or object exists is
// checked against the index when it is answered.
var operations = map[string]func(*request) error{
	"window":    (*request).checkWindow,
	"overview":  (*request).checkPixels,
	"state":     (*request).checkEvent,
	"locate":    func(*request) error { return nil },
	"totals":    (*request).checkTimes,
	"step":      (*request).checkStep,
	"events":    (*request).checkEvents,
	"flows":     (*request).checkFlows,
	"stack":     (*request).checkEvent,
	"selection": (*request).checkEvent,
	"find":      (*request).checkFind,
}

// decodeRequest reads one message. Where it fails, the id is still given if it could be read, so that the error can be
// answered to it.
func decodeRequest(b []byte) (*request, error) {
	r := &request{G: -1, O: -1, File: -1}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(r); err != nil {
		return r, fmt.Errorf("not a request: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r, errors.New("not a request: something follows the object")
	}
	check := operations[r.Op]
	if check == nil {
		return r, fmt.Errorf("op %.40q is not known", r.Op)
	}
	if r.G < -1 || r.O < -1 {
		return r, errors.New("g and o must be ids, or -1 for none")
	}
	return r, check(r)
}

func (r *request) checkPixels() error {
	if r.Px < 1 || r.Px > maxPixels {
		return fmt.Errorf("px is %d, want 1 to %d", r.Px, maxPixels)
	}
	return nil
}

func (r *request) checkTimes() error {
	if r.T0 >= r.T1 {
		return fmt.Errorf("times %d to %d are not a window", r.T0, r.T1)
	}
	return nil
}

func (r *request) checkWindow() error {
	if len(r.Rows) > maxRows {
		return fmt.Errorf("%d rows, want at most %d", len(r.Rows), maxRows)
	}
	r.rows = make([]rowKey, len(r.Rows))
	for i, k := range r.Rows {
		var err error
		if r.rows[i], err = parseRowKey(k); err != nil {
			return err
		}
	}
	if r.Px > maxAsked {
		return fmt.Errorf("px is %d, want 1 to %d", r.Px, maxAsked)
	}
	for r.Px > maxPixels {
		r.Px = (r.Px + 1) / 2
	}
	return errors.Join(r.checkPixels(), r.checkTimes())
}

func (r *request) checkEvent() error {
	if r.Event < -1 {
		return fmt.Errorf("event %d is not an index", r.Event)
	}
	return nil
}

func (r *request) checkStep() error {
	if r.Dir != 1 && r.Dir != -1 {
		return fmt.Errorf("dir is %d, want 1 or -1", r.Dir)
	}
	return r.checkEvent()
}

func (r *request) checkEvents() error {
	if r.From < 0 || r.N < 0 || r.N > maxEvents {
		return fmt.Errorf("events from %d, n %d: want from 0, and at most %d", r.From, r.N, maxEvents)
	}
	return nil
}

func (r *request) checkFlows() error {
	if r.Max < 0 || r.Max > maxFlows {
		return fmt.Errorf("max is %d, want at most %d", r.Max, maxFlows)
	}
	return r.checkTimes()
}

// Bounds of a search.
const (
	maxSearch = 200 // bytes of what is looked for
	maxFound  = 50
)

func (r *request) checkFind() error {
	if r.Text == "" || len(r.Text) > maxSearch {
		return fmt.Errorf("text has %d bytes, want 1 to %d", len(r.Text), maxSearch)
	}
	if r.Max < 1 || r.Max > maxFound {
		return fmt.Errorf("max is %d, want 1 to %d", r.Max, maxFound)
	}
	return nil
}

// A rowKey names a row of the timeline: a proc (p0), a goroutine (g3), all of the
// role of a goroutine (r3), an object (o0), or one of the three rows that are
// there once.
type rowKey struct {
	kind byte // 'p', 'g', 'r', 'o', or a kind of singleRows
	n    int
}

// singleRows are the rows without a number.
var singleRows = []string{"gc", "syscalls", "network"}

func parseRowKey(s string) (rowKey, error) {
	if i := slices.Index(singleRows, s); i >= 0 {
		return rowKey{kind: "csn"[i]}, nil
	}
	if s != "" && strings.IndexByte("pgro", s[0]) >= 0 {
		n, err := strconv.ParseUint(s[1:], 10, 31)
		if err == nil && s[1:] == strconv.FormatUint(n, 10) {
			return rowKey{kind: s[0], n: int(n)}, nil
		}
	}
	return rowKey{}, fmt.Errorf("row %.40q is not known", s)
}
