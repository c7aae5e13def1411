package main

import "fmt"

// hookGoal is what a hook event may cost, in ns.
const hookGoal = 120

// freshOps are the operations on objects that live for a moment, with those on one object that they are compared with, and
// how many hook events each has.
var freshOps = []struct {
	op     string
	events float64
	like   string
	same   float64
}{
	{"fresh-channel", 3, "channel", 2}, // make, send, receive
	{"fresh-mutex", 2, "mutex", 2},     // lock, unlock
}

// fresh measures a million channels and locks that are used once each, against one that is used a million times.
func (b *bench) fresh() error {
	native, hooked, done, err := b.buildTargets()
	if err != nil {
		return err
	}
	defer done()
	head(fmt.Sprintf("A million short-lived objects: ns for all operations on one (goal: %d ns for a hook event)", hookGoal))
	for _, f := range freshOps {
		all := map[string][]float64{}
		for range b.rounds { // all settings of both in turn
			for _, op := range []string{f.op, f.like} {
				for _, s := range settings {
					binary := native
					if s.hooked {
						binary = hooked
					}
					ns, _, err := b.pair(binary, s, op, pairCount)
					if err != nil {
						return err
					}
					all[op+s.name] = append(all[op+s.name], ns)
				}
			}
		}
		each := func(op string, events float64) float64 {
			return (median(all[op+"hooked, recorded"]) - median(all[op+"traced"])) / events
		}
		for _, op := range []string{f.op, f.like} {
			base := median(all[op+settings[0].name])
			for _, s := range settings {
				ns := median(all[op+s.name])
				row(op+", "+s.name, fmt.Sprintf("%.1f ns", ns), fmt.Sprintf("%+.1f", ns-base))
			}
		}
		once, same := each(f.op, f.events), each(f.like, f.same)
		row(f.op+": one hook event", fmt.Sprintf("%.1f ns", once), fmt.Sprintf("%.1f of the goal, %.1f of the %.1f ns on one object", once/hookGoal, once/same, same))
	}
	return nil
}
