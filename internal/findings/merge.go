package findings

import (
	"fmt"
	"slices"
	"strings"
)

// mergedKinds are the errors of which a program may have many at one place, one for each request that it serves.
var mergedKinds = []string{"double-lock", "partial-deadlock"}

// mostMerged bounds how many goroutines, objects and events of others a finding takes over.
const mostMerged = 100

// merge makes one finding of those that are about the same lines: they are one mistake, however many objects and goroutines
// it hit. The first one stays as it is, and says how many more there are.
func merge(list []Finding) []Finding {
	at, more := map[string]int{}, map[int]int{}
	var kept []Finding
	for _, f := range list {
		key := f.Kind + "\n" + string(f.Verdict) + "\n" + strings.Join(f.Sites, "\n")
		i, again := at[key]
		if f.Severity == Error && !slices.Contains(mergedKinds, f.Kind) || !again {
			at[key] = len(kept)
			kept = append(kept, f)
			continue
		}
		more[i]++
		kept[i].absorb(f)
	}
	for i, n := range more {
		kept[i].Why = append(kept[i].Why, fmt.Sprintf("%d more %s the same lines.", n, plural(n, "is about", "are about")))
	}
	return kept
}

// absorb takes over who takes part in another finding.
func (f *Finding) absorb(other Finding) {
	for i, g := range other.G {
		if len(f.G) < mostMerged && !slices.Contains(f.G, g) {
			f.G, f.Goroutines = append(f.G, g), append(f.Goroutines, other.Goroutines[i])
		}
	}
	for i, o := range other.O {
		if len(f.O) < mostMerged && !slices.Contains(f.O, o) {
			f.O, f.Objects = append(f.O, o), append(f.Objects, other.Objects[i])
		}
	}
	for _, ev := range other.Events {
		if len(f.Events) < mostMerged {
			f.addEvent(ev)
		}
	}
}
