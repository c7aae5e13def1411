package server

import (
	"strings"
	"testing"
)

func TestDecodeRequest(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"id":1,"op":"window","t0":0,"t1":10,"px":4,"rows":["p0","g3","o0","gc","syscalls","network"]}`, ""},
		{`{"id":1,"op":"window","t0":-5.5,"t1":1e9,"px":8192,"rows":[]}`, ""},
		{`{"id":1,"op":"overview","px":100}`, ""},
		{`{"id":1,"op":"state","event":-1}`, ""},
		{`{"id":1,"op":"locate","t":12.75}`, ""},
		{`{"id":1,"op":"totals","t0":0,"t1":5}`, ""},
		{`{"id":1,"op":"totals","t0":5,"t1":5}`, "not a window"},
		{`{"id":1,"op":"step","event":3,"dir":-1,"g":2}`, ""},
		{`{"id":1,"op":"events","from":0,"n":1000}`, ""},
		{`{"id":1,"op":"flows","t0":0,"t1":1,"max":1000}`, ""},
		{`{"id":1,"op":"selection","event":0,"g":0}`, ""},
		{`{"id":1,"op":"stack","event":0,"new_field":{}}`, ""},
		{`{"id":1,"op":"window","t0":0,"t1":10,"px":4,"rows":["r3"]}`, ""},
		{`{"id":1,"op":"step","event":0,"dir":1,"file":0,"line":7}`, ""},
		{`{"id":1,"op":"find","text":"<b>","max":50}`, ""},

		{``, "not a request"},
		{`{`, "not a request"},
		{`[]`, "not a request"},
		{`null`, "is not known"},
		{`{"id":1,"op":"state"}{}`, "something follows"},
		{`{"id":1,"op":"state"}x`, "something follows"},
		{`{"id":-1,"op":"state"}`, "not a request"},
		{`{"id":1,"op":"drop <script>"}`, "is not known"},
		{`{"id":1,"op":"` + strings.Repeat("x", 1000) + `"}`, "is not known"},
		{`{"id":1,"op":"overview","px":0}`, "px is 0"},
		{`{"id":1,"op":"overview","px":8193}`, "px is 8193"},
		{`{"id":1,"op":"window","t0":0,"t1":10,"px":32768,"rows":["gc"]}`, ""},
		{`{"id":1,"op":"window","t0":0,"t1":10,"px":32769,"rows":["gc"]}`, "px is 32769"},
		{`{"id":1,"op":"window","t0":0,"t1":10,"px":0,"rows":["gc"]}`, "px is 0"},
		{`{"id":1,"op":"window","t0":10,"t1":10,"px":4,"rows":[]}`, "not a window"},
		{`{"id":1,"op":"window","t0":0,"t1":1e300,"px":4,"rows":[]}`, "not a time"},
		{`{"id":1,"op":"locate","t":"now"}`, "not a time"},
		{`{"id":1,"op":"window","t0":0,"t1":1,"px":4,"rows":["g-1"]}`, `row "g-1"`},
		{`{"id":1,"op":"window","t0":0,"t1":1,"px":4,"rows":["g01"]}`, `row "g01"`},
		{`{"id":1,"op":"window","t0":0,"t1":1,"px":4,"rows":["g4294967296"]}`, `row "g4294967296"`},
		{`{"id":1,"op":"window","t0":0,"t1":1,"px":4,"rows":["g"]}`, `row "g"`},
		{`{"id":1,"op":"window","t0":0,"t1":1,"px":4,"rows":[""]}`, `row ""`},
		{`{"id":1,"op":"window","t0":0,"t1":1,"px":4,"rows":["x0"]}`, `row "x0"`},
		{`{"id":1,"op":"window","t0":0,"t1":1,"px":4,"rows":[` + strings.TrimSuffix(strings.Repeat(`"gc",`, maxRows+1), ",") + `]}`, "501 rows"},
		{`{"id":1,"op":"state","event":-2}`, "event -2"},
		{`{"id":1,"op":"step","event":0,"dir":2}`, "dir is 2"},
		{`{"id":1,"op":"events","from":-1,"n":1}`, "events from -1"},
		{`{"id":1,"op":"events","from":0,"n":1001}`, "n 1001"},
		{`{"id":1,"op":"flows","t0":0,"t1":1,"max":1001}`, "max is 1001"},
		{`{"id":1,"op":"events","from":0,"n":1,"g":-2}`, "must be ids"},
		{`{"id":1,"op":"find","text":"","max":5}`, "text has 0 bytes"},
		{`{"id":1,"op":"find","text":"` + strings.Repeat("x", 201) + `","max":5}`, "text has 201 bytes"},
		{`{"id":1,"op":"find","text":"x","max":51}`, "max is 51"},
	} {
		r, err := decodeRequest([]byte(c.in))
		if c.want == "" {
			if err != nil || r.ID != 1 {
				t.Errorf("%.80s: got %+v, %v", c.in, r, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 200 {
			t.Errorf("%.80s: got error %v, want %q", c.in, err, c.want)
		}
	}
}

// FuzzDecodeRequest holds the decoder to its promise: what it lets through is within all bounds.
func FuzzDecodeRequest(f *testing.F) {
	for _, s := range []string{
		`{"id":1,"op":"window","t0":0,"t1":10,"px":4,"rows":["p0","g3","gc"]}`,
		`{"id":4294967295,"op":"events","from":0,"n":100,"g":-1,"o":-1}`,
		`{"op":"flows","t0":-1e18,"t1":1e18,"max":3}`, `{"op":"step","dir":1,"event":5}`, `{"op":"selection","g":1}`, `[{}]`, `{"id":"1"}`, "\x00",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decodeRequest(b)
		if r == nil {
			t.Fatal("no request, not even for its id")
		}
		if err != nil {
			return
		}
		if operations[r.Op] == nil || r.G < -1 || r.O < -1 || r.Event < -1 && r.Op != "window" && r.Op != "events" && r.Op != "flows" && r.Op != "totals" && r.Op != "locate" && r.Op != "overview" {
			t.Errorf("let through: %+v", r)
		}
		switch r.Op {
		case "window":
			if len(r.rows) != len(r.Rows) || len(r.rows) > maxRows || r.Px < 1 || r.Px > maxPixels || r.T0 >= r.T1 || r.T1-r.T0 < 0 {
				t.Errorf("let through: %+v", r)
			}
		case "overview":
			if r.Px < 1 || r.Px > maxPixels {
				t.Errorf("let through: %+v", r)
			}
		case "find":
			if r.Text == "" || len(r.Text) > maxSearch || r.Max < 1 || r.Max > maxFound {
				t.Errorf("let through: %+v", r)
			}
		case "events":
			if r.From < 0 || r.N < 0 || r.N > maxEvents {
				t.Errorf("let through: %+v", r)
			}
		case "flows":
			if r.Max < 0 || r.Max > maxFlows || r.T0 >= r.T1 {
				t.Errorf("let through: %+v", r)
			}
		}
	})
}
