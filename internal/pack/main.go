// Command pack makes ui/dist, the page as it is served: all modules of the page in one script, with the source map that leads back
// to them. A browser needs longer for more than a hundred requests than for all that the page does before its first picture.
//
//	go generate ./ui
//
// esbuild does the work, as a library of Go; it is part of this command and of nothing that users run.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/trace-viz/trace-viz/ui"
)

func main() {
	dir := "." // of package ui, where go generate runs this
	if err := pack(dir); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// pack writes dir/dist anew from dir/static. The files there are the same for the same sources, on every machine.
func pack(dir string) error {
	static, err := filepath.Abs(filepath.Join(dir, "static"))
	if err != nil {
		return err
	}
	built := api.Build(api.BuildOptions{
		AbsWorkingDir: static, EntryPoints: []string{"main.js"}, Outdir: static, EntryNames: "page-[hash]",
		Bundle: true, Format: api.FormatESModule, Target: api.ES2022, Charset: api.CharsetUTF8,
		External:         []string{"./vendor/*"}, // loaded when it is needed
		MinifyWhitespace: true, MinifySyntax: true,
		Sourcemap: api.SourceMapLinked, SourceRoot: "/static/", SourcesContent: api.SourcesContentExclude,
	})
	var errs []error
	for _, m := range append(built.Errors, built.Warnings...) {
		at := "main.js"
		if m.Location != nil {
			at = fmt.Sprintf("%s:%d", m.Location.File, m.Location.Line)
		}
		errs = append(errs, fmt.Errorf("%s: %s", at, m.Text))
	}
	if errs != nil {
		return errors.Join(errs...)
	}
	digest, err := ui.Digest(os.DirFS(dir))
	if err != nil {
		return err
	}
	dist := filepath.Join(dir, "dist")
	if err := errors.Join(os.RemoveAll(dist), os.Mkdir(dist, 0o755)); err != nil {
		return err
	}
	for _, f := range built.OutputFiles {
		if err := os.WriteFile(filepath.Join(dist, filepath.Base(f.Path)), f.Contents, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dist, "sources"), []byte(digest+"\n"), 0o644)
}
