package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/bundle"
	"github.com/trace-viz/trace-viz/internal/export"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// exportFormats are the values of --format with how the names of their files end.
var exportFormats = map[string]string{"tviz": bundle.Ext, "pprof": ".pb.gz", "chrome": ".json"}

func exportCommand() *cobra.Command {
	var format, out string
	cmd := &cobra.Command{
		Use:   "export REC",
		Short: "Write a recording as one file to share, or for other tools",
		Long: `export writes a recording in one of three formats:

  tviz    the whole recording as one file, which trace-viz open opens; it holds the traced source and the kept output
  chrome  trace event JSON, for Perfetto and chrome://tracing
  pprof   where goroutines waited, for go tool pprof (the wall-clock profile is wall.pprof in the recording)

The file is made in the current directory unless -o says where; -o - writes to stdout. A file that exists is not overwritten.`,
		Example: `  trace-viz export ~/.local/share/trace-viz/recordings/server-20260102-150405
  trace-viz export trace.out --format chrome -o server.json`,
		Args: wantArgs(1, "one recording or trace"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ext, ok := exportFormats[format]
			if !ok {
				return usage("--format=%s: want tviz, chrome or pprof", format)
			}
			rec, err := find(args[0])
			if err != nil {
				return err
			}
			if rec.Trace != "" && format == "tviz" {
				return fmt.Errorf("%s is a trace alone and one file already: only recordings are exported as tviz", args[0])
			}
			if out == "" {
				out = strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0])) + ext
				if rec.Trace == "" {
					out = filepath.Base(rec.Dir) + ext
				}
			}
			return exportTo(out, func(w io.Writer) error { return exportAs(w, rec, format) })
		},
	}
	cmd.Flags().StringVar(&format, "format", "tviz", "tviz, chrome or pprof")
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write, - for stdout")
	return cmd
}

func exportAs(w io.Writer, rec *recording.Recording, format string) error {
	if format == "tviz" {
		return bundle.Pack(w, rec.Dir)
	}
	l, err := loadTrace(rec)
	if err != nil {
		return err
	}
	sayLoss(l)
	if format == "pprof" {
		return export.Waits(l.index).Write(w)
	}
	return export.Chrome(w, l.index, l.findings)
}

// exportTo lets write fill the file out. A file that was begun and not finished is removed.
func exportTo(out string, write func(io.Writer) error) error {
	if out == "-" {
		w := bufio.NewWriter(os.Stdout)
		return errors.Join(write(w), w.Flush())
	}
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists and is not overwritten: give another name with -o", out)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		os.Remove(out)
		return err
	}
	fmt.Fprintf(os.Stderr, "trace-viz: wrote %s\n", out)
	return nil
}
