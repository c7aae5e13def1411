package compare

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// Whatever two sources are, lines keep their order, equal means equal, and no line stands for two.
func TestDiffLinesKeepsOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	pool := strings.Split("{|}|a := 1|b := a|go f(a)|go f(b)|for {|return||\xff\xfe|ä ö", "|")
	text := func() []string {
		lines := make([]string, rng.IntN(30))
		for i := range lines {
			lines[i] = pool[rng.IntN(len(pool))]
		}
		return lines
	}
	for range 3000 {
		a, b := text(), text()
		m := diffLines(a, b)
		last := int32(-1)
		for i, to := range m.to {
			if (to < 0) != (m.sure[i] == lineGone) {
				t.Fatalf("line %d of %q: to %d, but sure %d", i, a, to, m.sure[i])
			}
			if to < 0 {
				continue
			}
			if to <= last || int(to) >= len(b) {
				t.Fatalf("%q to %q: line %d goes to %d, after %d", a, b, i, to, last)
			}
			if same := a[i] == b[to]; m.sure[i] == lineSame && !same {
				t.Fatalf("%q to %q: line %d is called the same as %d", a, b, i, to)
			}
			last = to
		}
	}
}

func TestDiffLines(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		want       []int32
	}{
		{"same", "a|b|c", "a|b|c", []int32{0, 1, 2}},
		{"inserted", "a|b|c", "a|x = 1|b|c", []int32{0, 2, 3}},
		{"removed", "a|b|c", "a|c", []int32{0, -1, 1}},
		{"renamed", "x|jobs := make(chan Job, 3)|y", "x|queue := make(chan Job, 3)|y", []int32{0, 1, 2}},
		{"another statement", "x|jobs := make(chan Job, 3)|y", "x|return nil|y", []int32{0, -1, 2}},
		{"indented", "if a {|go f(a, b)|}", "if a {|for {|\tgo f(a, b)|}|}", []int32{0, 2, 4}},
		{"block before a like one", "f(|go {|use(one)|}|)", "f(|go {|use(two, more)|}|go {|use(one)|}|)", []int32{0, 4, 5, 6, 7}},
		{"empty", "", "", []int32{0}},
	} {
		m := diffLines(strings.Split(c.a, "|"), strings.Split(c.b, "|"))
		for i, want := range c.want {
			if m.to[i] != want {
				t.Errorf("%s: got %v, wanted %v", c.name, m.to, c.want)
				break
			}
		}
	}
}
