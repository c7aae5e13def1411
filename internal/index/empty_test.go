package index_test

import (
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
)

// A recording whose program died at once may have no trace, or the beginning of a header: it is empty, and says why.
func TestMayBeEmpty(t *testing.T) {
	for _, text := range []string{"", "go 1.26 tr", "go 1.26 trace\x00\x00\x00", "go 1.26 trace\x00\x00\x00\xff\xff"} {
		r := strings.NewReader(text)
		ix, err := index.Read(r, r.Size(), index.Options{MayBeEmpty: true})
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if ix.NumEvents() != 0 || ix.Duration() != 0 {
			t.Errorf("%q: %d events in %d ns", text, ix.NumEvents(), ix.Duration())
		}
		if q := ix.Quality(); q.Complete || q.Reason == "" {
			t.Errorf("%q: got quality %+v, wanted a reason why it is not complete", text, q)
		}
		if len(text) >= 16 {
			if _, err := index.Read(r, r.Size(), index.Options{}); err == nil || !strings.Contains(err.Error(), "no generation") {
				t.Errorf("%q: got error %v, wanted one about generations", text, err)
			}
		}
		if err := index.Validate(ix); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
