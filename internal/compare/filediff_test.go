package compare

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The rows hold every line of both texts once and in order, whatever the texts are, and rows of one kind are what they say.
func TestDiffRows(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	text := func() []string {
		list := make([]string, 1+random.IntN(12))
		for i := range list {
			list[i] = fmt.Sprintf("call%d(x, %d)", random.IntN(4), random.IntN(3))
		}
		return list
	}
	for range 500 {
		a, b := text(), text()
		var gotA, gotB []string
		for _, r := range diffRows(a, b) {
			if r.A > 0 {
				gotA = append(gotA, r.TextA)
			}
			if r.B > 0 {
				gotB = append(gotB, r.TextB)
			}
			same := r.A > 0 && r.B > 0 && r.TextA == r.TextB
			if (r.Kind == RowSame) != same || (r.Kind == RowGone) != (r.B == 0) || (r.Kind == RowNew) != (r.A == 0) {
				t.Fatalf("%q and %q: the row %+v is not %s", a, b, r, r.Kind)
			}
		}
		if !slices.Equal(gotA, a) || !slices.Equal(gotB, b) {
			t.Fatalf("%q and %q: the rows have %q and %q", a, b, gotA, gotB)
		}
	}
}

func TestChanges(t *testing.T) {
	rows := diffRows(strings.Split("a\nb\nc\nd\ne", "\n"), strings.Split("a\nx()\ny()\nc\nd\nz()", "\n"))
	if n := changes(rows); n != 2 {
		t.Errorf("got %d changes, wanted 2: %+v", n, rows)
	}
}
