package hook

import (
	"slices"
	"testing"
)

func TestRecord(t *testing.T) {
	for _, c := range []struct {
		op   Op
		obj  uint64
		site uint32
		args []int64
		want string
	}{
		{ChanSend, 0xc000123450, 17, []int64{3}, "tvsc000123450.11.3"},
		{WGAdd, 1, 1<<32 - 1, []int64{-1}, "tva1.ffffffff.-1"},
		{SelectElse, 0, 0, nil, "tv-0.0"},
		{SelectBlock, 0, 5, []int64{0x10, 1, 0x20, 0}, "tv?0.5.10.1.20.0"},
		{Lock, 1<<64 - 1, 1, []int64{-1 << 63, 1<<63 - 1}, "tvlffffffffffffffff.1.-8000000000000000.7fffffffffffffff"},
	} {
		b := AppendRecord(nil, c.op, c.obj, c.site)
		for _, a := range c.args {
			b = AppendArg(b, a)
		}
		if string(b) != c.want {
			t.Errorf("%c: got %s, want %s", c.op, b, c.want)
		}
		r, ok := Decode(string(b), nil)
		if !ok || r.Op != c.op || r.Obj != c.obj || r.Site != c.site || !slices.Equal(r.Args, c.args) {
			t.Errorf("%s: decoded to %+v, %v", b, r, ok)
		}
	}
}

// What stands in the message means the same.
func TestDecodeLog(t *testing.T) {
	for _, c := range []struct{ category, message, value string }{
		{"tvs1f.2.3", "hello", "hello"}, {"tvs@", "1f.2.3 hello you", "hello you"}, {"tvs@", "1f.2.3", ""}, {"tvs@", "1f.2.3 ", ""},
	} {
		r, value, ok := DecodeLog(c.category, c.message, nil)
		if !ok || value != c.value || r.Op != ChanSend || r.Obj != 0x1f || r.Site != 2 || !slices.Equal(r.Args, []int64{3}) {
			t.Errorf("%s %q: got %+v, value %q, %v", c.category, c.message, r, value, ok)
		}
	}
	for _, message := range []string{"", " ", "1", "1.", "1.2.", " 1.2", "1.2\n"} {
		if r, _, ok := DecodeLog("tvs@", message, nil); ok {
			t.Errorf("%q: decoded to %+v", message, r)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, s := range []string{"", "tv", "tvs", "tvs1", "tvs1.", "tvs.1", "xvs1.1", "tvs1.1.", "tvs1.1.-", "tvs1.1.g", "tvs1.1 ",
		"tvs1.100000000", "tvs11111111111111111.1", "tvs1.1.11111111111111111", "TVs1.1", "tvs1.1..1", "tvsA.1", "tvs1.-1",
		"note", "tv is on"} {
		if r, ok := Decode(s, nil); ok {
			t.Errorf("%q: decoded to %+v", s, r)
		}
	}
}

// FuzzDecode holds that any string is refused or means the record that its canonical form means.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"tvsc000123450.11.3", "tva1.2.-1", "tv?0.5.10.1.20.0", "tv-0.0", "tv", "tvs1.1.-", "tvs00.01.-0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := Decode(s, make([]int64, 0, 2))
		if !ok {
			return
		}
		b := AppendRecord(nil, r.Op, r.Obj, r.Site)
		for _, a := range r.Args {
			b = AppendArg(b, a)
		}
		again, ok := Decode(string(b), nil)
		if !ok || again.Op != r.Op || again.Obj != r.Obj || again.Site != r.Site || !slices.Equal(again.Args, r.Args) {
			t.Errorf("%q means %+v, its canonical form %q means %+v (%v)", s, r, b, again, ok)
		}
	})
}
