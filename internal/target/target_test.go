package target

import "testing"

func TestNearest(t *testing.T) {
	candidates := []string{"producer-consumer", "thread-pools", "./cmd/server"}
	for _, c := range []struct{ name, want string }{
		{"producer-consumr", "producer-consumer"},
		{"prodcer", "producer-consumer"},
		{"Thread-pool", "thread-pools"},
		{"./cmd/servr", "./cmd/server"},
		{"cmd/server", "./cmd/server"},
		{"x", ""},
		{"", ""},
		{"something else entirely", ""},
	} {
		if got := Nearest(c.name, candidates); got != c.want {
			t.Errorf("Nearest(%q) = %q, wanted %q", c.name, got, c.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, wanted %d", c.a, c.b, got, c.want)
		}
	}
}
