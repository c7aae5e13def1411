package index

import (
	"strconv"
	"testing"
)

// However many names of tasks and categories of logs a program has, the runtime's reasons for blocking stay told apart.
func TestLabelsLeaveRoomForReasons(t *testing.T) {
	in := newInterner(&tables{})
	known := 0
	for i := range 1000 {
		if _, ok := in.label("task " + strconv.Itoa(i)); ok {
			known++
		}
	}
	if known < 100 || known > maxLabels {
		t.Errorf("got %d names of their own, wanted about %d", known, maxLabels)
	}
	for _, reason := range []string{"chan send", "forever", "select"} {
		if got := in.reasons[in.reason(reason)]; got != reason {
			t.Errorf("got the reason %q, wanted %q", got, reason)
		}
	}
	if id, ok := in.label("task 1"); !ok || in.reasons[id] != "task 1" {
		t.Errorf("got %q for a name that has its place", in.reasons[id])
	}
	if id, ok := in.label("task 999"); ok || in.reasons[id] != "other" {
		t.Errorf("got %q for a name that has none", in.reasons[id])
	}
}
