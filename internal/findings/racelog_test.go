package findings

import "testing"

// A report ends where it ends, whatever the program writes behind it when it is over: by that its time is known.
func TestRaceBytes(t *testing.T) {
	const line = "==================\n"
	report := line + "WARNING: DATA RACE\nRead at 0x00c000012345 by goroutine 8:\n  main.f()\n      x.go:3 +0x1\n\n" +
		"Previous write at 0x00c000012345 by main goroutine:\n  main.main()\n      x.go:9 +0x1\n" + line
	list := parseRaces(report + report + "Found 2 data race(s)\n")
	if len(list) != 2 {
		t.Fatalf("got %d reports, wanted 2", len(list))
	}
	for i, r := range list {
		begin := int64(i * len(report))
		if r.from != begin+int64(len(line)) || r.to != begin+int64(len(report)) || r.memory != 0xc000012345 {
			t.Errorf("report %d: got bytes %d to %d of memory %#x, wanted %d to %d", i, r.from, r.to, r.memory, begin+int64(len(line)), begin+int64(len(report)))
		}
	}
}
