package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/trace-viz/trace-viz/internal/browsertest/headless"
)

const pagePatience = 2 * time.Minute

// page measures from the start of the command until the page in a browser says that it is idle. The browser runs already.
func (b *bench) page() error {
	if err := b.buildCommand(); err != nil {
		return err
	}
	path, err := b.traceFile()
	if err != nil {
		return err
	}
	browser, stop, err := headless.Start(func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) })
	if err != nil {
		return err
	}
	defer stop()
	if _, err := b.view(browser, picture, "open", path); err != nil { // warms the caches of the system and of the browser
		return err
	}
	if _, err := b.runScenario(browser); err != nil { // warms the build cache
		return err
	}
	var o opened
	page, err := filepath.Abs("ui")
	if err != nil {
		return err
	}
	if _, err := os.Stat(page); err == nil {
		o.modules = page
	}
	for range b.rounds {
		if err := b.openAll(browser, path, &o); err != nil {
			return err
		}
	}
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	head("Page: from the start of the command, in a Chromium that runs already")
	row(fmt.Sprintf("file of %.1f MB to first picture", float64(st.Size())/1e6), seconds(median(o.open)), "goals: 0.5, 0.6, 1.0 s for 1, 10, 100 MB")
	row("the same until all of it was read and the page is idle", seconds(median(o.whole)), "")
	row("go tool trace on the same file, until it listens", seconds(median(o.tool)), "its page then asks for one part of the trace after another")
	o.printParts()
	printFeel(o.moved)
	row("run producer-consumer, whole replay, less the program's time", seconds(median(o.run)),
		fmt.Sprintf("goal 2 s, warm build cache; last: %s - %s", seconds(float64(o.last.total)), seconds(float64(o.last.program))))
	return nil
}

// opened is what the rounds came to, times in ns.
type opened struct {
	open, whole, run, tool []float64
	parts                  [][]float64 // of open, as partNames has them
	modules                string      // the folder of the page's modules, or "" when it is not there
	separate               []float64   // as open, with the modules served one by one from that folder
	moved                  feel
	last                   scenarioRun
}

// openAll is one round.
func (b *bench) openAll(browser context.Context, path string, o *opened) error {
	first, err := b.view(browser, picture, "open", path)
	if err != nil {
		return err
	}
	o.parts = append(o.parts, b.steps.parts(b.listened, first))
	if o.modules != "" {
		other, err := b.view(browser, picture, "open", path, "--dev", o.modules)
		if err != nil {
			return err
		}
		o.separate = append(o.separate, float64(other))
	}
	all, err := b.view(browser, ended, "open", path)
	if err != nil {
		return err
	}
	if o.last, err = b.runScenario(browser); err != nil {
		return err
	}
	other, err := b.goToolTrace(path)
	if err != nil {
		return err
	}
	f, err := b.feels(browser, path)
	if err != nil {
		return err
	}
	o.moved.add(f)
	o.open, o.whole, o.tool = append(o.open, float64(first)), append(o.whole, float64(all)), append(o.tool, float64(other))
	o.run = append(o.run, float64(o.last.total-o.last.program))
	return nil
}

func (b *bench) buildCommand() error {
	if b.command != "" {
		return nil
	}
	path := filepath.Join(b.dir, "trace-viz")
	cmd := exec.CommandContext(b.ctx, "go", "build", "-o", path, "github.com/trace-viz/trace-viz/cmd/trace-viz")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	b.command = path
	return nil
}

// scenarioRun is one measured run of the scenario.
type scenarioRun struct{ total, program time.Duration }

func (b *bench) runScenario(browser context.Context) (scenarioRun, error) {
	rec := filepath.Join(b.dir, "rec")
	if err := os.RemoveAll(rec); err != nil {
		return scenarioRun{}, err
	}
	total, err := b.view(browser, ended, "run", "producer-consumer", "-o", rec)
	if err != nil {
		return scenarioRun{}, err
	}
	text, err := os.ReadFile(filepath.Join(rec, "meta.json"))
	if err != nil {
		return scenarioRun{}, err
	}
	var meta struct {
		WallNS int64 `json:"wall_ns"`
	}
	if err := json.Unmarshal(text, &meta); err != nil {
		return scenarioRun{}, err
	}
	return scenarioRun{total, time.Duration(meta.WallNS)}, nil
}

var address = regexp.MustCompile(`http://\S+`)

// What to wait for in a page, in JavaScript: a picture of what there is, be it a part; or that the page has nothing left to
// do and shows the end of the run.
const (
	picture = `model?.events > 0 && store.get("overview") && store.get("stateAtCursor") && await frames()`
	ended   = `(await idle(), store.get("model") && !store.get("model").live)`
)

// view starts the command, opens the page that it announces, and gives the time until what is waited for.
func (b *bench) view(browser context.Context, until string, args ...string) (time.Duration, error) {
	return b.visit(browser, nil, func(tab context.Context) error {
		if _, err := chromedp.Run(tab, chromedp.Evaluate[bool](ready(until), chromedp.EvalAwaitPromise)); err != nil {
			return fmt.Errorf("wait for the page: %w", err)
		}
		var err error
		if b.steps, err = chromedp.Run(tab, chromedp.Evaluate[steps](stepsOf)); err != nil {
			return fmt.Errorf("ask the page what took how long: %w", err)
		}
		return nil
	}, args...)
}

// visit opens a tab, starts the command, opens the page that it announces there and does something. It gives the time from the
// start of the command until that is done: how long a browser needs for a new tab is not ours. hear, if not nil, is told what the browser reports of the tab.
func (b *bench) visit(browser context.Context, hear func(ev any), do func(tab context.Context) error, args ...string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(b.ctx, pagePatience)
	defer cancel()
	tab, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	defer closeTab()
	err := chromedp.Do(tab)
	if err == nil && hear != nil {
		err = chromedp.Listen(tab, hear)
	}
	if err != nil {
		return 0, fmt.Errorf("open a tab: %w", err)
	}
	cmd := exec.CommandContext(ctx, b.command, append(args, "--no-browser")...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Env = append(os.Environ(), "TRACEVIZ_HOME="+filepath.Join(b.dir, "home"))
	c, err := launch(cmd, address)
	if err != nil {
		return 0, err
	}
	defer cmd.Wait()
	defer cancel()
	b.listened = c.took
	if err := chromedp.Do(tab, chromedp.Navigate(c.said)); err != nil {
		return 0, fmt.Errorf("open the page: %w", err)
	}
	if err := do(tab); err != nil {
		return 0, err
	}
	return time.Since(c.began), nil
}

// ready is a script that resolves when a page is as far as until says.
func ready(until string) string {
	return fmt.Sprintf(`(async () => {
		const end = performance.now() + %d;
		const frames = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));
		for (;;) {
			if (window.traceviz?.idle) {
				const { store, idle } = window.traceviz;
				const model = store.get("model");
				for (const [what, is] of [["open", store.get("connection") === "open"], ["state", store.get("stateAtCursor")], ["overview", store.get("overview")]]) {
					if (is && performance.getEntriesByName(what).length === 0) performance.mark(what);
				}
				if (%s) return true;
			}
			if (performance.now() > end) throw new Error("the page was never ready");
			await new Promise(done => setTimeout(done, 5));
		}
	})()`, pagePatience.Milliseconds()/2, until)
}
