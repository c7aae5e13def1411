package index_test

import (
	"slices"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

func TestFind(t *testing.T) {
	ix := tracetest.Index(t, `
		main make jobs 3
		main send jobs "job 1"
		main send jobs "Job 2"
		main recv jobs
		main sleep nil 77
		main log order "sent job 12"
		main log other nothing`)
	values := func(list []int) (found []string) {
		for _, i := range list {
			e := ix.Event(i)
			if e.Kind == index.KindRecv {
				t.Errorf("event %d is a receive: its value is that of the send, which is found too", i)
			}
			found = append(found, e.Value)
		}
		return found
	}
	for _, tt := range []struct {
		text string
		max  int
		want []string
	}{
		{"job", 10, []string{"job 1", "Job 2", "sent job 12"}},
		{"JOB", 2, []string{"job 1", "Job 2"}},
		{"12", 10, []string{"sent job 12"}},
		{"jobs", 10, nil},
		{"77", 10, nil},
	} {
		if got := values(ix.Find(tt.text, tt.max)); !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %q, wanted %q", tt.text, got, tt.want)
		}
	}
}
