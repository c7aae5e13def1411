package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A feel is what a page of a trace is like once all of it was read: times between frames in ns while somebody pans, zooms and
// plays, the bytes of the page's heap, and what came to the browser for all that.
type feel struct {
	Pan, Zoom, Play []float64
	heap, received  float64
}

// add puts another round to those before: all their frames, and the most of the rest.
func (f *feel) add(g feel) {
	f.Pan, f.Zoom, f.Play = append(f.Pan, g.Pan...), append(f.Zoom, g.Zoom...), append(f.Play, g.Play...)
	f.heap, f.received = max(f.heap, g.heap), max(f.received, g.received)
}

// motions pans over a quarter of the trace, zooms in and out again by a factor of some hundred, and plays, for so many frames each; it returns
// the times between frames in ns.
const motions = `(async () => {
	const { store, idle } = window.traceviz;
	await idle();
	const n = 150;
	const frames = (step) => new Promise((done) => {
		const times = [];
		let last = 0;
		const tick = (now) => {
			if (last > 0) times.push((now - last) * 1e6);
			last = now;
			if (times.length === n) return done(times);
			step(times.length);
			requestAnimationFrame(tick);
		};
		requestAnimationFrame(tick);
	});
	const all = store.get("model").duration;
	store.setWindow(all / 4, all / 4 + all / 8);
	await idle();
	const Pan = await frames((i) => { const at = all / 4 + all / 4 * i / n; store.setWindow(at, at + all / 8); });
	await idle();
	const Zoom = await frames((i) => { const w = all * 0.92 ** Math.min(i, n - i); store.setWindow(all / 2 - w / 2, all / 2 + w / 2); });
	store.fitAll();
	await store.seekEvent(Math.floor(store.get("model").events / 4));
	await idle();
	store.setPacing("compressed");
	store.togglePlay();
	const Play = await frames(() => {});
	store.set({ playing: false });
	await idle();
	return { Pan, Zoom, Play };
})()`

// feels opens the trace, waits until all of it was read, and moves about in it.
func (b *bench) feels(browser context.Context, path string) (feel, error) {
	var f feel
	var received atomic.Int64
	_, err := b.visit(browser, func(ev any) {
		switch ev := ev.(type) {
		case *network.EventDataReceived:
			received.Add(max(ev.EncodedDataLength, ev.DataLength))
		case *network.EventWebSocketFrameReceived:
			received.Add(int64(len(ev.Response.PayloadData)))
		}
	}, func(tab context.Context) error {
		if _, err := chromedp.Run(tab, chromedp.Evaluate[bool](ready(ended), chromedp.EvalAwaitPromise)); err != nil {
			return fmt.Errorf("wait for the page: %w", err)
		}
		var err error
		if f, err = chromedp.Run(tab, chromedp.Evaluate[feel](motions, chromedp.EvalAwaitPromise)); err != nil {
			return fmt.Errorf("move about in the page: %w", err)
		}
		if _, err := chromedp.Call(tab, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
			return err
		}
		used, err := chromedp.Call(tab, runtime.GetHeapUsage, cdp.Empty{})
		f.heap = used.UsedSize + used.BackingStorageSize
		return err
	}, "open", path)
	f.received = float64(received.Load())
	return f, err
}

// printFeel is the part of the table about one feel.
func printFeel(f feel) {
	for _, m := range []struct {
		what  string
		times []float64
	}{{"panning", f.Pan}, {"zooming", f.Zoom}, {"playing", f.Play}} {
		row("frames while "+m.what+", p50 and p95", seconds(percentile(m.times, 50))+", "+seconds(percentile(m.times, 95)), "goals: 16 and 25 ms; a screen has one each 16.7 ms")
	}
	row("heap of the page after that, with what its arrays hold", megabytes(f.heap), "goal 80 MB")
	row("bytes to the browser in all", megabytes(f.received), "")
}

func megabytes(n float64) string { return fmt.Sprintf("%.1f MB", n/1e6) }

// goToolTrace is the time until `go tool trace` has read the trace and listens; its page then asks for one part after another.
func (b *bench) goToolTrace(path string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Minute)
	defer cancel()
	// The program itself, not the go command that starts it: one process to end.
	tool, err := exec.CommandContext(ctx, "go", "tool", "-n", "trace").Output()
	if err != nil {
		return 0, fmt.Errorf("go tool -n trace: %w", err)
	}
	cmd := exec.CommandContext(ctx, strings.TrimSpace(string(tool)), "-http=127.0.0.1:0", path)
	cmd.Env = append(cmd.Environ(), "BROWSER=true") // a command that does nothing
	c, err := launch(cmd, listens)
	if err != nil {
		return 0, err
	}
	defer cmd.Wait()
	defer cancel()
	return c.took, nil
}

var listens = regexp.MustCompile("listening on")
