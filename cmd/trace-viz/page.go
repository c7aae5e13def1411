package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/trace-viz/trace-viz/internal/exercise"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/server"
)

// pageFlags are the flags of all commands that open the page.
type pageFlags struct {
	noBrowser   bool
	addr        string
	allowHosts  []string
	allowRemote bool
	dev         string
	exercises   []string // folders of exercises that can be run and checked from the page, absolute
	home        bool     // it opens with the list of scenarios and recordings
}

func (f *pageFlags) add(fl *pflag.FlagSet) {
	fl.BoolVar(&f.noBrowser, "no-browser", false, "print the address of the page, do not open a browser")
	fl.StringVar(&f.addr, "addr", server.DefaultAddr, "address of the page; port 0 is any free one")
	fl.StringSliceVar(&f.allowHosts, "allow-host", nil, "further host name under which the page is reached (SSH forwarding, dev containers)")
	fl.BoolVar(&f.allowRemote, "allow-remote", false, "let --addr be an address that others can reach")
	fl.StringVar(&f.dev, "dev", "", "serve the page's files from this folder (for work on the page)")
	fl.MarkHidden("dev")
}

// offer lets the page run and check the folder dir, if it is one of an exercise.
func (f *pageFlags) offer(dir string) {
	if _, err := exercise.Find(dir); err != nil {
		return // it is something else
	}
	if abs, err := filepath.Abs(dir); err == nil {
		f.exercises = append(f.exercises, abs)
	}
}

// A page is the server with one recording.
type page struct {
	server  *server.Server
	feed    *server.Feed
	browser bool
	cancel  context.CancelFunc
	served  chan error
	rec     *recording.Recording
	starter *starter
}

// open begins to serve. The recording comes later.
func (f *pageFlags) open(ctx context.Context) (*page, error) {
	st := newStarter(f.exercises)
	s, err := server.New(server.Options{
		Addr: f.addr, AllowHosts: f.allowHosts, AllowRemote: f.allowRemote, Dev: f.dev, Library: library{}, Starter: st, Home: f.home,
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	st.ctx, st.add = ctx, s.Add
	p := &page{server: s, browser: !f.noBrowser, cancel: cancel, served: make(chan error, 1), starter: st}
	go func() { p.served <- s.Serve(ctx) }()
	return p, nil
}

func (p *page) close() {
	p.cancel()
	<-p.served
	p.starter.work.Wait() // a program that was started from the page ends with it, and its temporary folder goes
}

// live shows the newest state of a recording that is being made. The first call announces the page.
func (p *page) live(dir string, ix *index.Index, lag time.Duration) {
	view := server.View{Rec: p.rec, Index: ix, Live: true, LagMS: float64(lag) / float64(time.Millisecond)}
	if p.feed != nil {
		p.feed.Update(view)
		return
	}
	rec, err := recording.Open(dir)
	if err != nil {
		return // the program has not begun to record
	}
	p.rec, view.Rec = rec, rec
	p.feed = server.NewFeed(dir, view)
	if err := p.announce(dir, p.feed); err != nil {
		complain(err)
	}
}

// announce prints the address, and opens a browser if there may be one.
func (p *page) announce(dir string, src server.Source) error {
	if err := p.server.Add(filepath.Base(dir), src); err != nil {
		if err = p.server.Add("recording", src); err != nil {
			return err
		}
	}
	p.tell()
	return nil
}

// tell prints the address; a browser gets one of its own, since each works once.
func (p *page) tell() {
	fmt.Fprintf(os.Stderr, "trace-viz: replay at %s\n", p.server.URL())
	if p.browser {
		openBrowser(p.server.URL())
	}
}

// finish shows the whole recording and serves it until Ctrl+C.
func (p *page) finish(ctx context.Context, dir string) error {
	l, err := load(dir)
	if err != nil {
		return err
	}
	l.remember()
	view := server.View{Rec: l.rec, Index: l.index, Findings: l.findings}
	if p.feed != nil {
		p.feed.Update(view)
	} else {
		p.feed = server.NewFeed(dir, view)
		if err := p.announce(dir, p.feed); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "trace-viz: %s\ntrace-viz: recording in %s; Ctrl+C ends the page\n", summary(l), dir)
	return p.wait(ctx)
}

func (p *page) wait(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	select {
	case <-ctx.Done():
		return nil
	case err := <-p.served:
		p.served <- nil
		return err
	}
}

// summary is one line on how it went.
func summary(l *loaded) string {
	s := fmt.Sprintf("%s: %s", l.rec.Meta.Program, l.rec.Meta.Outcome)
	if len(l.findings) == 0 {
		return s + ", no findings"
	}
	for _, f := range l.findings {
		s += "\n  " + f.Kind + " (" + string(f.Verdict) + "): " + f.Message
	}
	return s
}

// openBrowser tries to show the page; a headless machine has the printed address.
func openBrowser(url string) {
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.Command("open", url)
	case "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", url)
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return
		}
		cmd = exec.Command("xdg-open", url)
	}
	if cmd.Start() == nil {
		go cmd.Wait()
	}
}

// loaded is a recording with its index and findings.
type loaded struct {
	rec      *recording.Recording
	index    *index.Index
	findings []findings.Finding
}

// remember stores the number of findings, so that a list of recordings need not read them all.
func (l *loaded) remember() {
	if l.rec.Meta.Findings = len(l.findings); len(l.findings) > 0 {
		if err := recording.WriteMeta(l.rec.Dir, l.rec.Meta); err != nil {
			complain(err)
		}
	}
}

func load(dir string) (*loaded, error) {
	rec, err := recording.Open(dir)
	if err != nil {
		return nil, err
	}
	return loadTrace(rec)
}

// loadTrace reads the trace of a recording and tells the person at the terminal how far it is.
func loadTrace(rec *recording.Recording) (*loaded, error) {
	status := newProgress(os.Stderr)
	defer status.done()
	ix, err := readTrace(rec, index.Options{Progress: func(p index.Progress) {
		status.say("read %d of %d bytes, %d events", p.ReadBytes, p.TotalBytes, p.Events)
	}})
	if err != nil {
		return nil, err
	}
	return &loaded{rec: rec, index: ix, findings: findings.RunRecording(rec, ix)}, nil
}

// readTrace reads the trace of a recording; opt says who is told how far it is.
func readTrace(rec *recording.Recording, opt index.Options) (*index.Index, error) {
	opt.Sites, opt.MayBeEmpty = rec.Sites, rec.Meta.Outcome != "" && !rec.Meta.Complete
	return index.Open(rec.TracePath(), opt)
}
