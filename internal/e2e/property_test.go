package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// The property of a replay: at random cursors, what is shown after scrubbing there is what is shown after playing from the
// start: goroutines, channels with their values, locks with their holders and queues, and the picture of them.
func TestScrubEqualsPlay(t *testing.T) {
	b := browser
	traffic := made(t, traffic(rand.New(rand.NewPCG(3, 1)), 400), recording.Meta{Program: "traffic", Pacing: "event", Outcome: recording.Exit, Hooks: true, Complete: true},
		map[string]string{"source/main.go": "package main\n"})
	for name, folder := range map[string]string{"values": traffic, "deadlock": deadlock} {
		t.Run(name, func(t *testing.T) {
			p := open(t, b, browsertest.View{}, folder)
			events := value[struct{ Events int }](p, "model").Events
			random := rand.New(rand.NewPCG(11, 5))
			var cursors []int
			for range 14 {
				cursors = append(cursors, 1+random.IntN(events-2))
			}
			slices.Sort(cursors)
			cursors = slices.Compact(cursors)
			played := playTo(t, p, cursors)
			random.Shuffle(len(cursors), func(i, j int) { cursors[i], cursors[j] = cursors[j], cursors[i] })
			for _, at := range cursors {
				scrubTo(p, at, random, events)
				got := shown(p)
				if want := played[at].state; got.state != want {
					t.Errorf("event %d: scrubbing shows\n  %s\nand playing showed\n  %s", at, got.state, want)
				}
				same(t, fmt.Sprintf("event %d, scrubbed to", at), got.picture, played[at].picture)
			}
			if name == "values" {
				says(t, played)
			}
		})
	}
}

// A moment is what the page shows at a cursor.
type moment struct {
	state   string // as JSON: goroutines, channels with values, locks and the rest
	picture []call
}

func shown(p *browsertest.Page) moment {
	p.Idle()
	var m moment
	p.Eval("JSON.stringify(window.traceviz.store.get('stateAtCursor'))", &m.state)
	m.picture = layer(picture(p), "stage")
	return m
}

// playTo plays from the start, with a bookmark at each of the cursors, where the replay pauses by itself.
func playTo(t *testing.T, p *browsertest.Page, cursors []int) map[int]moment {
	t.Helper()
	marks, _ := json.Marshal(cursors)
	action(p, "seekEvent(0)")
	p.Eval(fmt.Sprintf("window.traceviz.store.set({speed: 1000, marks: %s.map(event => ({event, time: 0}))})", marks), nil)
	played := map[int]moment{}
	for len(played) < len(cursors) {
		before := value[cursor](p, "cursor").Event
		action(p, "set({playing: true})")
		p.WaitFor("!window.traceviz.store.get('playing')")
		p.Idle()
		at := value[cursor](p, "cursor").Event
		if at <= before {
			t.Fatalf("the replay paused at event %d after %d, wanted it to go on", at, before)
		}
		if slices.Contains(cursors, at) {
			played[at] = shown(p)
		}
	}
	return played
}

// scrubTo drags the cursor about, faster than the server answers, and lets go at an event.
func scrubTo(p *browsertest.Page, at int, random *rand.Rand, events int) {
	var calls strings.Builder
	for range 6 {
		fmt.Fprintf(&calls, "store.seekEvent(%d); ", random.IntN(events))
	}
	p.Eval(fmt.Sprintf("(() => { const { store } = window.traceviz; %sstore.seekEvent(%d); })()", calls.String(), at), nil)
	p.Idle()
}

// says fails when the moments would not tell a wrong value, holder or queue from a right one, because there are none.
func says(t *testing.T, played map[int]moment) {
	t.Helper()
	var values, held, queued, waiting int
	for _, m := range played {
		var s struct {
			Chans []struct {
				Buf   []struct{ V string }
				Recvq []int
			}
			Locks []struct {
				Holder int
				Queue  []int
			}
		}
		if err := json.Unmarshal([]byte(m.state), &s); err != nil {
			t.Fatal(err)
		}
		for _, c := range s.Chans {
			values += len(c.Buf)
			waiting += len(c.Recvq)
			for _, e := range c.Buf {
				if !strings.HasPrefix(e.V, "v") {
					t.Errorf("got value %q in a channel, wanted one that was sent", e.V)
				}
			}
		}
		for _, l := range s.Locks {
			queued += len(l.Queue)
			if l.Holder >= 0 {
				held++
			}
		}
	}
	if values == 0 || held == 0 || queued == 0 || waiting == 0 {
		t.Errorf("got %d values in channels, %d held locks, %d waiters for locks and %d receivers, wanted some of each", values, held, queued, waiting)
	}
}

// traffic is the text of a trace in which three goroutines send, receive and lock at random, and wait for one another.
func traffic(random *rand.Rand, steps int) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("site make main.go:2 queue \"chan string\"\nsite lock main.go:3 mu sync.Mutex\nmain make queue 3 @main.go:2")
	workers := []string{"a", "b", "c"}
	proc := map[string]int{"a": 1, "b": 2, "c": 3}
	for _, w := range workers {
		say("main go %s main.worker main.go:5\n%s start %d", w, w, proc[w])
	}
	say("main block sleep")
	level, sent, holder := 0, 0, ""
	waits := map[string]string{} // worker to what it waits for
	next := func(what string) string {
		for _, w := range workers {
			if waits[w] == what {
				delete(waits, w)
				return w
			}
		}
		return ""
	}
	for range steps {
		w := workers[random.IntN(len(workers))]
		free := len(waits) < len(workers)-1
		switch what := random.IntN(3); {
		case waits[w] != "":
		case what == 0 && level < 3:
			sent++
			if r := next("queue"); r != "" {
				say("%s wake %s\n%s send queue v%d\n%s start %d\n%s recvdone queue", w, r, w, sent, r, proc[r], r)
			} else {
				say("%s send queue v%d", w, sent)
				level++
			}
		case what == 1 && level > 0:
			say("%s recv queue", w)
			level--
		case what == 1 && free && holder != w:
			say("%s recvblock queue\n%s block \"chan receive\"", w, w)
			waits[w] = "queue"
		case what == 2 && holder == "":
			say("%s lock mu @main.go:3", w)
			holder = w
		case what == 2 && holder == w:
			say("%s unlock mu @main.go:3", w)
			if holder = next("mu"); holder != "" {
				say("%s wake %s\n%s start %d\n%s lockdone mu", w, holder, holder, proc[holder], holder)
			}
		case what == 2 && free:
			say("%s lockblock mu\n%s block sync", w, w)
			waits[w] = "mu"
		}
	}
	return b.String()
}
