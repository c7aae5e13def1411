package report

import (
	"math"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

func TestCost(t *testing.T) {
	measured := func(ns float64) *recording.Cost { return &recording.Cost{Samples: 9, PerEventNS: ns} }
	for _, tt := range []struct {
		name string
		meta recording.Meta
		n    index.HookRecords
		want Cost
		text string
	}{
		{"no hooks", recording.Meta{CPUNS: 1e9}, index.HookRecords{}, Cost{}, ""},
		{"not measured", recording.Meta{CPUNS: 1e9}, index.HookRecords{N: 2}, Cost{HookEvents: 2}, "  watching: 2 hook events\n"},
		{"no processor time", recording.Meta{Cost: measured(100)}, index.HookRecords{N: 1},
			Cost{HookEvents: 1, Samples: 9, PerEventNS: 100, TimeNS: 100}, "  watching: 1 hook event of 100 ns each (9 measured)\n"},
		{"many short-lived", recording.Meta{Cost: measured(250), CPUNS: 2e9, LeftOut: 1}, index.HookRecords{N: 1e6, First: 9e5},
			Cost{HookEvents: 1e6, FirstSeen: 9e5, Samples: 9, PerEventNS: 250, TimeNS: 25e7, Share: 0.125, LeftOut: 1},
			"  watching: 1000000 hook events of 250 ns each (9 measured), 12.5 % of the processor time; 900000 of them on things met for the first time, which cost more; 1 value of messages left out\n"},
		{"next to nothing", recording.Meta{Cost: measured(100), CPUNS: 1e9}, index.HookRecords{N: 2000, First: 100},
			Cost{HookEvents: 2000, FirstSeen: 100, Samples: 9, PerEventNS: 100, TimeNS: 2e5, Share: 0.0002},
			"  watching: 2000 hook events of 100 ns each (9 measured), less than 0.1 % of the processor time\n"},
		{"nonsense", recording.Meta{Cost: measured(-5), CPUNS: 1}, index.HookRecords{N: 2}, Cost{HookEvents: 2}, "  watching: 2 hook events\n"},
		{"too much", recording.Meta{Cost: measured(1e300), CPUNS: 1}, index.HookRecords{N: 2},
			Cost{HookEvents: 2, Samples: 9, PerEventNS: 1e300, TimeNS: math.MaxInt64, Share: 1}, "*"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := costOf(tt.meta, tt.n)
			if got != tt.want {
				t.Errorf("got %+v, wanted %+v", got, tt.want)
			}
			var b strings.Builder
			(&printer{w: &b}).cost(got)
			if b.String() != tt.text && tt.text != "*" {
				t.Errorf("got %q, wanted %q", b.String(), tt.text)
			}
		})
	}
}
