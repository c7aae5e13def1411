package hunt

import (
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/tracer/hook"
)

// delays are the spots of some sites at which the hooks hold a goroutine back with a seed, with how long.
func delays(seed uint64, sites []uint32) map[uint32]spot {
	all := map[uint32]spot{}
	for _, site := range sites {
		turn, r, chosen := hook.Seed(seed).Site(site)
		if hold := r.Delay(hook.ShortestDelay, hook.DelayDoubles); chosen && hold > 0 {
			all[site] = spot{site: site, turn: int(turn), hold: hold}
		}
	}
	return all
}

func TestAimHitsItsSpotsAlone(t *testing.T) {
	var sites []uint32
	for s := uint32(3); s < 40; s += 2 {
		sites = append(sites, s)
	}
	for n := uint64(2); n < 30; n++ {
		w := want{spot: spot{site: sites[n%19], turn: 1 + int(n/2%2)*int(n%2)*2, hold: int64(n) * int64(time.Millisecond)}}
		if n%2 == 0 {
			w.also = spot{site: sites[(n+5)%19], turn: 1, hold: 800_000}
		}
		seed := aim(w, sites, 7, n)
		if seed == 0 || seed >= 1<<32 || seed != aim(w, sites, 7, n) {
			t.Fatalf("%+v: got seed %d, wanted one below 2^32, the same each time", w, seed)
		}
		got := delays(seed, sites)
		for _, s := range []spot{w.spot, w.also} {
			if s.site == 0 {
				continue
			}
			if d := got[s.site]; d.turn != s.turn || d.hold < s.hold {
				t.Errorf("%+v: seed %d holds back at %+v", s, seed, d)
			}
			delete(got, s.site)
		}
		if len(got) > 0 {
			t.Errorf("%+v: seed %d also holds back at %v", w, seed, got)
		}
	}
}

func TestAimByNumber(t *testing.T) {
	seed := aim(want{spot: spot{site: 3, turn: 1024, number: 1030, hold: leastHold}}, []uint32{3}, 1, 2)
	if seed == 0 || seed&hook.SeedBySite != 0 || hook.Seed(seed).Among() < 1030 {
		t.Errorf("got seed %d, wanted one that chooses among 1030 hook points or more by their numbers", seed)
	}
}

func TestAimGivesUp(t *testing.T) {
	if seed := aim(want{spot: spot{site: 3, turn: 1, hold: 2 * longestHold}}, []uint32{3}, 1, 2); seed != 0 {
		t.Errorf("got seed %d for a delay that is longer than any, wanted none", seed)
	}
}
