package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer"
)

// busy is the program whose recordings are analysed, and busyMod the module that it is put into.
//
//go:embed _busy/main.go
var busy []byte

const busyMod = "module example.com/busy\n\ngo 1.26\n"

// jobBytes is about how many bytes of trace a job of the busy program makes, for a start.
const jobBytes = 42

// findings measures what the analysis and a comparison cost beside loading, on two recordings of the wanted size.
func (b *bench) findings() error {
	var recs [2]*recording.Recording
	for i := range recs {
		var err error
		if recs[i], err = b.busyRecording("busy-" + strconv.Itoa(i)); err != nil {
			return err
		}
	}
	size, err := os.Stat(recs[0].TracePath())
	if err != nil {
		return err
	}
	var load, analyse, diff, ratio []float64
	events := 0
	for range b.rounds {
		var sides [2]compare.Side
		var took [2]time.Duration
		for i, rec := range recs {
			start := time.Now()
			ix, err := index.Open(rec.TracePath(), index.Options{Sites: rec.Sites})
			if err != nil {
				return err
			}
			took[0] = time.Since(start)
			start = time.Now()
			sides[i] = compare.Side{Rec: rec, Index: ix, Findings: findings.RunRecording(rec, ix)}
			took[1] = time.Since(start)
			events = ix.NumEvents()
			load, analyse = append(load, float64(took[0])), append(analyse, float64(took[1]))
			ratio = append(ratio, float64(took[1])/float64(took[0]))
		}
		start := time.Now()
		compare.Compare(sides[0], sides[1])
		diff = append(diff, float64(time.Since(start)))
	}
	head(fmt.Sprintf("Findings and comparison, two hooked recordings of %.0f MB and %d events (goals: analysis at most half of loading; comparing 100 MB at most 1 s)",
		float64(size.Size())/1e6, events))
	row("load", seconds(median(load)), "")
	row("analysis", seconds(median(analyse)), fmt.Sprintf("%.2f × load", median(ratio)))
	row("comparison, beyond loading and analysing both", seconds(median(diff)), "")
	return nil
}

// busyRecording records the busy program so that its trace has about the wanted size.
func (b *bench) busyRecording(name string) (*recording.Recording, error) {
	src, dir := filepath.Join(b.dir, name+"-src"), filepath.Join(b.dir, name)
	for _, d := range []string{src, dir} {
		if err := os.Mkdir(d, 0o700); err != nil {
			return nil, err
		}
	}
	for file, text := range map[string][]byte{"go.mod": []byte(busyMod), "main.go": busy} {
		if err := os.WriteFile(filepath.Join(src, file), text, 0o600); err != nil {
			return nil, err
		}
	}
	built, err := tracer.Build(b.ctx, tracer.BuildOptions{Dir: src, Patterns: []string{"."}, Name: "busy", Stderr: os.Stderr})
	if err != nil {
		return nil, err
	}
	defer built.Close()
	sink, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer sink.Close()
	_, err = tracer.Run(b.ctx, built, tracer.RunOptions{Dir: dir, Args: []string{strconv.Itoa(int(b.mb * 1e6 / jobBytes))},
		Stdout: sink, Stderr: os.Stderr, Meta: recording.Meta{Program: "busy"}})
	if err != nil {
		return nil, err
	}
	return recording.Open(dir)
}
