package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// Names as programs in several scripts have them, and some that are too long for any place of the page.
var wordsOfManyScripts = []string{
	"jobs", "connectionsWaitingForAuthenticationOrTimeout", "данные", "очередьСообщенийОтСервера", "キュー", "処理待ちのメッセージ一覧",
	"قناة", "رسائل_الخادم_المنتظرة", "תור", "ข้อมูลที่รอการประมวลผล", "s.results[i]", "naïveCaféQueue",
}

// crowd is a program in text with so many goroutines and channels, of which some wait, and locks that some hold.
func crowd(goroutines, channels int) string {
	var b strings.Builder
	word := func(i int) string { return wordsOfManyScripts[i%len(wordsOfManyScripts)] }
	for o := range channels {
		fmt.Fprintf(&b, "site make main.go:%d %q \"chan %s\"\n", 10+o, word(o), word(o+5))
	}
	fmt.Fprintf(&b, "site lock main.go:8 %q\nsite lock main.go:9 mu\n", word(1))
	for g := range goroutines {
		fmt.Fprintf(&b, "spawn main.go:%d %q main.%s\n", 100+g, fmt.Sprintf("%s %q", word(g), word(g+3)), word(g))
	}
	for o := range channels {
		fmt.Fprintf(&b, "main make c%d %d @main.go:%d\n", o, o%7*o%9, 10+o)
	}
	for g := range goroutines {
		fmt.Fprintf(&b, "main go g%d main.%s main.go:%d\n", g, word(g), 100+g)
	}
	fmt.Fprint(&b, "main lock long @main.go:8\n")
	for g := range goroutines {
		o := g % channels
		fmt.Fprintf(&b, "g%d start 1 +3000000\n", g)
		switch g % 5 {
		case 0:
			fmt.Fprintf(&b, "g%d send c%d %q +400000\ng%d sendblock c%d\ng%d block \"chan send\"\n", g, o, word(g+1), g, o, g)
		case 1, 2:
			fmt.Fprintf(&b, "g%d recvblock c%d\ng%d block \"chan receive\" +300000\n", g, o, g)
		case 3:
			fmt.Fprintf(&b, "g%d lockblock long @main.go:8\ng%d block \"sync\"\n", g, g)
		default:
			fmt.Fprintf(&b, "g%d selectblock c%d:recv c%d:send\ng%d block \"select\" +700000\n", g, o, (o+1)%channels, g)
		}
	}
	b.WriteString("main block \"sleep\" +900000\n- wake main +5000000\nmain start 0\nmain block sleep +1000000")
	return b.String()
}

// From few to many goroutines and channels, with names in any script and direction, no label lies over another or ends in the
// middle; in the light, in the dark and with high contrast.
func TestLabelsOfCrowds(t *testing.T) {
	sizes := [][2]int{{1600, 1000}, {1280, 800}, {800, 900}, {360, 740}}
	themes := []string{"light", "dark", "contrast"}
	for i, n := range [][2]int{{4, 2}, {12, 5}, {24, 12}, {40, 30}, {64, 30}, {140, 60}} {
		t.Run(fmt.Sprintf("%d goroutines", n[0]), func(t *testing.T) {
			t.Parallel()
			dir := made(t, crowd(n[0], n[1]), recording.Meta{Program: "example.com/crowd", Outcome: recording.Exit, Complete: true, Hooks: true, Procs: 2},
				map[string]string{"source/main.go": "package main\n"})
			p := open(t, browser, browsertest.View{}, dir)
			p.Eval(fmt.Sprintf("window.traceviz.store.set({theme: %q})", themes[i%len(themes)]), nil)
			labelsInReplay(t, p, sizes)
		})
	}
}

// labelsInReplay looks at the labels while a recording is replayed, with panels that have lists of names.
func labelsInReplay(t *testing.T, p *browsertest.Page, sizes [][2]int) {
	t.Helper()
	events := value[struct{ Events int }](p, "model").Events
	for i, size := range sizes {
		p.Resize(size[0], size[1])
		for j, share := range []float64{0.5, 0.99} {
			action(p, fmt.Sprintf("seekEvent(%d)", int(share*float64(events))))
			action(p, fmt.Sprintf("select('goroutine', %d)", 1+j))
			action(p, fmt.Sprintf("set({panel: %q})", []string{"selection", "goroutines", "events"}[(i+j)%3]))
			view := fmt.Sprintf("%d px at %.0f %%", size[0], share*100)
			readable(t, p, view)
			if *shots != "" {
				p.Screenshot(filepath.Join(*shots, strings.NewReplacer("/", "-", " ", "-").Replace(t.Name()+"-"+view)+".png"))
			}
		}
	}
}
