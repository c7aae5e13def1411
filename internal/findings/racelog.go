package findings

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// Bounds of what is read of the race detector's reports. It stops by itself at a few thousand.
const (
	maxRaceLog = 4 << 20
	maxRaces   = 200
)

// A race is one report of the race detector: two accesses to the same memory that nothing orders.
type race struct {
	now, before access
	memory      uint64 // address
	from, to    int64  // bytes of the log that the report is
}

// An access is one side of a race.
type access struct {
	what    string  // "read", "write", "atomic read", ...
	main    bool    // by the main goroutine
	number  int     // of the goroutine as the detector counts, which is not the runtime's number
	frames  []frame // innermost first
	created []frame // where the goroutine was started; empty for main, or if the detector has forgotten
}

var (
	raceNow     = regexp.MustCompile(`^((?:Atomic )?[Rr]ead|(?:Atomic )?[Ww]rite) at (0x[0-9a-f]+) by (main goroutine|goroutine (\d+)):$`)
	raceBefore  = regexp.MustCompile(`^Previous ((?:atomic )?read|(?:atomic )?write) at (0x[0-9a-f]+) by (main goroutine|goroutine (\d+)):$`)
	raceCreated = regexp.MustCompile(`^Goroutine (\d+) \([a-z]+\) created at:$`)
	raceFrame   = regexp.MustCompile(`^      (.*):(\d+)(?: \+0x[0-9a-f]+)?$`)
)

// races reads the reports of the recording.
func (p *Pass) races() []race {
	if p.Rec == nil || p.Rec.Dir == "" {
		return nil
	}
	text, err := readHead(p.Rec.Dir, recording.RaceFile, maxRaceLog)
	if err != nil {
		return nil
	}
	return parseRaces(text)
}

// raceHead begins a report, and raceTail ends it.
const (
	raceHead = "WARNING: DATA RACE\n"
	raceTail = "\n==================\n"
)

// parseRaces reads reports. Any text is good; what is not understood is left out.
func parseRaces(text string) []race {
	var all []race
	parts := strings.Split(text, raceHead)
	end := len(parts[0])
	for _, report := range parts[1:] {
		from := end
		end += len(raceHead) + len(report)
		to := end
		if i := strings.Index(report, raceTail); i >= 0 { // at its end the program adds how many there were
			to = from + len(raceHead) + i + len(raceTail)
		}
		if r, ok := parseRace(report); ok && len(all) < maxRaces {
			r.from, r.to = int64(from), int64(to)
			all = append(all, r)
		}
	}
	return all
}

func parseRace(report string) (r race, ok bool) {
	lines := strings.Split(report, "\n")
	created := map[int][]frame{}
	for i := 0; i < len(lines) && !strings.HasPrefix(lines[i], "===="); i++ {
		if m := raceNow.FindStringSubmatch(lines[i]); m != nil {
			r.now = newAccess(m, lines[i+1:])
			r.memory, _ = strconv.ParseUint(m[2], 0, 64)
		} else if m := raceBefore.FindStringSubmatch(lines[i]); m != nil {
			r.before = newAccess(m, lines[i+1:])
		} else if m := raceCreated.FindStringSubmatch(lines[i]); m != nil {
			n, _ := strconv.Atoi(m[1])
			created[n] = raceFrames(lines[i+1:])
		}
	}
	r.now.created, r.before.created = created[r.now.number], created[r.before.number]
	return r, len(r.now.frames) > 0 && len(r.before.frames) > 0
}

func newAccess(m []string, lines []string) access {
	n, _ := strconv.Atoi(m[4])
	a := access{what: strings.ToLower(m[1]), main: m[3] == "main goroutine", number: n, frames: raceFrames(lines)}
	if len(a.frames) > 0 && strings.HasPrefix(a.frames[0].fn, "sync/atomic.") && !strings.HasPrefix(a.what, "atomic ") {
		a.what = "atomic " + a.what // the detector does not always say so
	}
	return a
}

// raceFrames reads a stack: a line with the function, and one with file and line, for each frame.
func raceFrames(lines []string) []frame {
	var frames []frame
	for i := 0; i+1 < len(lines) && strings.HasPrefix(lines[i], "  "); i += 2 {
		m := raceFrame.FindStringSubmatch(lines[i+1])
		if m == nil {
			break
		}
		n, _ := strconv.Atoi(m[2])
		fn := strings.TrimSpace(lines[i])
		if cut := strings.LastIndexByte(fn, '('); cut > 0 {
			fn = fn[:cut]
		}
		frames = append(frames, frame{fn, m[1], n})
	}
	return frames
}
