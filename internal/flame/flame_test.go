package flame

import (
	"bytes"
	"compress/gzip"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

// makeProfile makes a profile of one sample per stack, whose functions are written from the outermost in, with the value
// in nanoseconds.
func makeProfile(t *testing.T, unit string, stacks []string, values []int64) []byte {
	t.Helper()
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "time", Unit: unit}}}
	locations := map[string]*profile.Location{}
	for i, s := range stacks {
		sample := &profile.Sample{Value: []int64{1, values[i]}}
		names := strings.Fields(s)
		for j := len(names) - 1; j >= 0; j-- {
			name := names[j]
			l := locations[name]
			if l == nil {
				id := uint64(len(locations) + 1)
				f := &profile.Function{ID: id, Name: name}
				l = &profile.Location{ID: id, Line: []profile.Line{{Function: f}}}
				locations[name] = l
				p.Function, p.Location = append(p.Function, f), append(p.Location, l)
			}
			sample.Location = append(sample.Location, l)
		}
		p.Sample = append(p.Sample, sample)
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadAddsUpByStack(t *testing.T) {
	data := makeProfile(t, "nanoseconds", []string{"main a b", "main a", "main c", "main a b"}, []int64{5, 2, 20, 6})
	g, err := Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	want := &Graph{Unit: "ns", Total: 33, Root: &Node{Name: "all", Value: 33, Children: []*Node{
		{Name: "main", Value: 33, Children: []*Node{
			{Name: "c", Value: 20, Children: []*Node{}},
			{Name: "a", Value: 13, Children: []*Node{{Name: "b", Value: 11, Children: []*Node{}}}},
		}},
	}}}
	if !reflect.DeepEqual(g, want) {
		t.Errorf("got %+v, want %+v", g, want)
	}
}

// TestHooksAreLeftOut drops the frames of the hooks, and the goroutines that they run.
func TestHooksAreLeftOut(t *testing.T) {
	data := makeProfile(t, "nanoseconds", []string{
		"runtime.goexit main.consume tracevizhook.R2[...] tracevizhook.recv[...] runtime.chanrecv",
		"runtime.goexit tracevizhook.control runtime.gopark",
		"runtime.goexit tracevizhook/fgprof.Start.func1",
		"runtime.goexit runtime.bgsweep",
		"runtime.goexit tracevizhooks.user",
	}, []int64{1, 10, 100, 1000, 10000})
	g, err := Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	leaf := func(name string) *Node { return &Node{Name: name, Children: []*Node{}} }
	sweep, user, recv := leaf("runtime.bgsweep"), leaf("tracevizhooks.user"), leaf("runtime.chanrecv")
	sweep.Value, user.Value, recv.Value = 1000, 10000, 1
	want := &Graph{Unit: "ns", Total: 11001, Root: &Node{Name: "all", Value: 11001, Children: []*Node{{Name: "runtime.goexit", Value: 11001, Children: []*Node{
		user, sweep, {Name: "main.consume", Value: 1, Children: []*Node{recv}}}}}}}
	if !reflect.DeepEqual(g, want) {
		t.Errorf("got %+v, want %+v", g.Root.Children[0], want.Root.Children[0])
	}
}

func TestReadRefuses(t *testing.T) {
	var bomb bytes.Buffer
	z, err := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range maxUnpacked>>20 + 1 {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"nothing", "", nil},
		{"text", "parse profile", []byte("<script>alert(1)</script>")},
		{"half of a gzip", "unzip profile", makeProfile(t, "nanoseconds", []string{"a b c"}, []int64{1})[:30]},
		{"no time", "no values in nanoseconds", makeProfile(t, "bytes", []string{"a"}, []int64{1})},
		{"a bomb", "more than", bomb.Bytes()},
	} {
		g, err := Read(bytes.NewReader(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, %v; want an error with %q", c.name, g, err, c.want)
		}
	}
}

func TestReadKeepsSumsWithinBounds(t *testing.T) {
	data := makeProfile(t, "nanoseconds", []string{"a", "b", "c"}, []int64{math.MaxInt64, 7, -5})
	g, err := Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if g.Total != math.MaxInt64 || len(g.Root.Children) != 1 {
		t.Errorf("got total %d and %d children", g.Total, len(g.Root.Children))
	}
	deep := makeProfile(t, "nanoseconds", []string{"root " + strings.Repeat("f ", 10*maxDepth)}, []int64{1})
	g, err = Read(bytes.NewReader(deep))
	if err != nil {
		t.Fatal(err)
	}
	depth := 0
	for n := g.Root; len(n.Children) > 0; n = n.Children[0] {
		depth++
	}
	if depth != maxDepth {
		t.Errorf("depth is %d, want %d", depth, maxDepth)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	f.Add([]byte{0x0a, 0x04, 0x08, 0x01, 0x10, 0x02})
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var sum int64
		for _, c := range g.Root.Children {
			sum += c.Value
		}
		if sum > g.Root.Value || g.Root.Value+g.LeftOut != g.Total {
			t.Errorf("children %d, root %d, left out %d, total %d", sum, g.Root.Value, g.LeftOut, g.Total)
		}
	})
}
