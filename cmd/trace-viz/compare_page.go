package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/server"
)

// add makes both recordings known to the page, A first, and returns their ids.
func (p *page) add(both [2]*loaded) (ids [2]string, err error) {
	for i, l := range both {
		id := filepath.Base(l.rec.Dir)
		if l.rec.Trace != "" {
			id = filepath.Base(l.rec.Trace)
		}
		feed := server.NewFeed(l.rec.Dir, server.View{Rec: l.rec, Index: l.index, Findings: l.findings})
		// A name may be taken, or be none for an id.
		for _, try := range []string{id, id + "-" + "ab"[i:i+1], "recording-" + "ab"[i:i+1]} {
			if ids[i], err = try, p.server.Add(try, feed); err == nil {
				break
			}
		}
		if err != nil {
			return ids, err
		}
	}
	return ids, nil
}

// compare tells what is different, and serves both recordings until Ctrl+C.
func (p *page) compare(ctx context.Context, both [2]*loaded, ids [2]string, r *compare.Result) error {
	p.server.SetComparison(ids[0], ids[1], *r)
	if err := compare.Text(os.Stderr, *r); err != nil {
		return err
	}
	// Each address works once: the browser gets one of its own.
	fmt.Fprintf(os.Stderr, "trace-viz: compare at %s\n", p.server.CompareURL(ids[0], ids[1]))
	if p.browser {
		openBrowser(p.server.CompareURL(ids[0], ids[1]))
	}
	fmt.Fprintf(os.Stderr, "trace-viz: A is in %s\ntrace-viz: B is in %s; Ctrl+C ends the page\n", both[0].rec.Dir, both[1].rec.Dir)
	return p.wait(ctx)
}
