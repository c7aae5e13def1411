package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	if _, err := b.view(browser, false, "open", path); err != nil { // warms the caches of the system and of the browser
		return err
	}
	if _, err := b.runScenario(browser); err != nil { // warms the build cache
		return err
	}
	var open, run []float64
	var last scenarioRun
	for range b.rounds {
		ns, err := b.view(browser, false, "open", path)
		if err != nil {
			return err
		}
		if last, err = b.runScenario(browser); err != nil {
			return err
		}
		open, run = append(open, float64(ns)), append(run, float64(last.total-last.program))
	}
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	head("Page: from the start of the command until the page is idle, in a Chromium that runs already")
	row(fmt.Sprintf("file of %.1f MB to first picture", float64(st.Size())/1e6), seconds(median(open)), "goals: 0.5, 0.6, 1.0 s for 1, 10, 100 MB")
	row("run producer-consumer, whole replay, less the program's time", seconds(median(run)),
		fmt.Sprintf("goal 2 s, warm build cache; last: %s - %s", seconds(float64(last.total)), seconds(float64(last.program))))
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
	total, err := b.view(browser, true, "run", "producer-consumer", "-o", rec)
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

// view starts the command, opens the page that it announces, and gives the time until the page is idle; with ended, until
// it shows the end of the run too.
func (b *bench) view(browser context.Context, ended bool, args ...string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(b.ctx, pagePatience)
	defer cancel()
	began := time.Now()
	cmd := exec.CommandContext(ctx, b.command, append(args, "--no-browser")...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Env = append(os.Environ(), "TRACEVIZ_HOME="+filepath.Join(b.dir, "home"))
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer cmd.Wait()
	defer cancel()
	url, err := announced(stderr)
	if err != nil {
		return 0, err
	}
	tab, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	defer closeTab()
	if err := chromedp.Do(tab, chromedp.Navigate(url)); err != nil {
		return 0, fmt.Errorf("open the page: %w", err)
	}
	_, err = chromedp.Run(tab, chromedp.Evaluate[bool](ready(ended), chromedp.EvalAwaitPromise))
	if err != nil {
		return 0, fmt.Errorf("wait for the page: %w", err)
	}
	return time.Since(began), nil
}

// ready is a script that resolves when the page has nothing left to do.
func ready(ended bool) string {
	return fmt.Sprintf(`(async () => {
		const end = performance.now() + %d;
		for (;;) {
			if (window.traceviz?.idle) {
				await window.traceviz.idle();
				const model = window.traceviz.store.get("model");
				if (model && !(%t && model.live)) return true;
			}
			if (performance.now() > end) throw new Error("the page was never ready");
			await new Promise(done => setTimeout(done, 5));
		}
	})()`, pagePatience.Milliseconds()/2, ended)
}

// announced reads what the command says up to the address of the page, and lets the rest go by.
func announced(r io.Reader) (string, error) {
	lines := bufio.NewReader(r)
	said := ""
	for {
		line, err := lines.ReadString('\n')
		if url := address.FindString(line); url != "" {
			go io.Copy(io.Discard, lines)
			return url, nil
		}
		said += line
		if err != nil {
			return "", errors.New("the command announced no page: " + said)
		}
	}
}
