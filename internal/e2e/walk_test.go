package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

var (
	walkSeed  = flag.Uint64("walk-seed", 1, "first seed of the random walk")
	walkSeeds = flag.Uint64("walk-seeds", 1, "number of random walks, each with the next seed")
	walkSteps = flag.Int("walk-steps", 80, "steps of each random walk")
)

// walkKeys are the keys of the key table, and those of forms and dialogs.
var walkKeys = []string{
	" ", ".", ",", ">", "<", "[", "]", "+", "-", "e", "l", "m", kb.Home, kb.End, "n", "N", "w", "s", "a", "d", "W", "S", "A", "D",
	kb.ArrowUp, kb.ArrowDown, kb.ArrowLeft, kb.ArrowRight, "z", "Z", "0", "f", "x", "p", "h", kb.Escape, "/", "t", "?", "c", "o", kb.Tab, kb.F1,
}

// A step of a person who does not know what they do: keys, clicks, wheel and drags at random places. After each the page is
// idle, shows what belongs to its cursor, and its state is one that there can be. Complaints of the page fail with it.
func TestWalk(t *testing.T) {
	for seed := *walkSeed; seed < *walkSeed+*walkSeeds; seed++ {
		for name, start := range map[string]func(t *testing.T) *browsertest.Page{
			"recording": func(t *testing.T) *browsertest.Page { return open(t, browser, browsertest.View{}, deadlock) },
			"compare":   func(t *testing.T) *browsertest.Page { return versus(t, browser, browsertest.View{}) },
		} {
			t.Run(fmt.Sprintf("%s %d", name, seed), func(t *testing.T) {
				t.Parallel()
				p := start(t)
				if name == "recording" {
					stale(t, p)
				}
				walk(t, p, rand.New(rand.NewPCG(seed, 7)), *walkSteps)
			})
		}
	}
}

// freshEvery is after how many steps the state shown is compared with one that is asked for anew.
const freshEvery = 8

func walk(t *testing.T, p *browsertest.Page, random *rand.Rand, steps int) {
	var home string
	p.Eval("location.hash", &home)
	var trail []string
	for i := range steps {
		trail = append(trail, wander(p, random, home))
		if wrong := unsound(p, i%freshEvery == 0); len(wrong) > 0 || len(p.Complaints()) > 0 {
			p.Fail("after %s: %s", strings.Join(trail[max(0, len(trail)-12):], ", "), strings.Join(wrong, "; "))
		}
	}
}

// stale fails when a state that is not the one of the cursor is not noticed.
func stale(t *testing.T, p *browsertest.Page) {
	t.Helper()
	action(p, "seekEvent(30)")
	p.Eval("(() => { const { store } = window.traceviz; store.set({stateAtCursor: {...store.get('stateAtCursor'), t: -1}}); })()", nil)
	if wrong := unsound(p, true); len(wrong) != 1 || !strings.Contains(wrong[0], "asked for anew") {
		t.Errorf("a wrong state was not noticed: %q", wrong)
	}
	action(p, "seekEvent(31)")
}

// wander does one random thing and says what it was.
func wander(p *browsertest.Page, random *rand.Rand, home string) string {
	x, y := 4+random.Float64()*1270, 4+random.Float64()*710
	mods := [][]chromedp.Modifier{nil, {chromedp.ModifierShift}, {chromedp.ModifierCtrl}}[random.IntN(3)]
	switch n := random.IntN(100); {
	case n < 50:
		key := walkKeys[random.IntN(len(walkKeys))]
		p.Press(key)
		return fmt.Sprintf("key %q", key)
	case n < 72:
		if !harmless(p, x, y) {
			return "no click"
		}
		p.ClickAt(x, y)
		return fmt.Sprintf("click at %.0f, %.0f", x, y)
	case n < 82:
		p.Wheel(x, y, float64(random.IntN(2)*800-400), mods...)
		return fmt.Sprintf("wheel at %.0f, %.0f with %v", x, y, mods)
	case n < 92:
		x1, y1 := 4+random.Float64()*1270, 4+random.Float64()*710
		if !harmless(p, x, y) {
			return "no drag"
		}
		p.Drag(x, y, x1, y1, mods...)
		return fmt.Sprintf("drag from %.0f, %.0f to %.0f, %.0f with %v", x, y, x1, y1, mods)
	case n < 95:
		p.Eval("void (window.traceviz.store.set({panel: 'statistics'}))", nil)
		return "statistics"
	case n < 97:
		p.Eval("void (location.hash = '')", nil)
		return "home"
	default:
		p.Eval(fmt.Sprintf("void (location.hash = %q)", home), nil)
		return "back to " + home
	}
}

// harmless is false for what would leave the page, start a program, or delete or write something.
func harmless(p *browsertest.Page, x, y float64) (ok bool) {
	p.Eval(fmt.Sprintf(`(() => {
		const hit = document.elementFromPoint(%f, %f)?.closest("a, button, input, select, [role=menuitem], label");
		if (!hit) return true;
		const word = [hit.textContent, hit.title, hit.getAttribute("aria-label")].join(" ");
		const away = hit.tagName === "A" && !hit.getAttribute("href")?.startsWith("#");
		return !away && hit.tagName !== "SELECT" && hit.type !== "file" &&
			!/delete|rename|run|start|stop|save|download|export|check|copy|open a file|exercise|cancel/i.test(word);
	})()`, x, y), &ok)
	return ok
}

// unsound pauses what is playing, waits until the page is idle, and tells what can't be so; with fresh also whether the state
// shown is the one that the server gives when it is asked anew.
func unsound(p *browsertest.Page, fresh bool) (wrong []string) {
	p.Eval(`(() => {
		const { store, compare } = window.traceviz;
		for (const s of [store, compare?.a, compare?.b]) s?.set({ playing: false });
	})()`, nil)
	p.Idle()
	p.Eval(fmt.Sprintf(`(async () => {
		const anew = %t;
		const { store, compare } = window.traceviz;
		const wrong = [];
		// The state as the server works it out for somebody who comes new, over a connection of its own.
		const fresh = (recording, event) => new Promise((done, failed) => {
			const socket = new WebSocket("ws://" + location.host + "/api/r/" + encodeURIComponent(recording) + "/ws");
			socket.binaryType = "arraybuffer";
			socket.onopen = () => socket.send(JSON.stringify({ id: 1, op: "state", event }));
			socket.onclose = () => failed(new Error("the connection was closed"));
			socket.onmessage = ({ data }) => {
				const head = new DataView(data);
				if (head.getUint32(0, true) !== 1) return; // pushed
				socket.onclose = null;
				socket.close();
				done(JSON.parse(new TextDecoder().decode(data.slice(8))));
			};
		});
		const page = store.get("page");
		if (page === "error") wrong.push("the page shows an error: " + JSON.stringify(store.get("error")));
		const look = async (s, name) => {
			const v = s.values();
			const say = (text) => wrong.push(name + ": " + text);
			if (!v.model) return;
			const { event, time } = v.cursor;
			if (!(Number.isInteger(event) && event >= -1 && event < v.model.events)) say("cursor at event " + event + " of " + v.model.events);
			if (!(time >= 0 && time <= Math.max(v.model.duration, v.extent?.t1 ?? 0))) say("cursor at " + time + " of " + v.model.duration + " ns");
			const end = Math.max(v.model.duration, v.extent?.t1 ?? 0);
			if (!(v.window.t0 < v.window.t1 && v.window.t1 > 0 && v.window.t0 < end)) say("window " + JSON.stringify(v.window));
			const { kind, id } = v.selection;
			const known = { goroutine: () => s.goroutine(id), object: () => s.object(id), finding: () => v.model.findings.find((f) => f.id === id), event: () => id >= 0 && id < v.model.events }[kind];
			if (known && !known()) say("selection of " + kind + " " + id + ", which there is not");
			if (!(v.speed > 0)) say("speed " + v.speed);
			if (event >= 0 && v.stateAtCursor?.event !== event) say("state of event " + v.stateAtCursor?.event + " at event " + event);
			else if (event >= 0 && anew) {
				const want = JSON.stringify(await fresh(v.recordingId, event)), got = JSON.stringify(v.stateAtCursor);
				if (got !== want) say("the state shown at event " + event + " is " + got + ", asked for anew it is " + want);
			}
		};
		if (page === "recording") await look(store, "recording");
		if (page === "compare" && compare) { await look(compare.a, "A"); await look(compare.b, "B"); }
		return wrong;
	})()`, fresh), &wrong)
	return wrong
}
