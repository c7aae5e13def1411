// Package ui embeds the page: ES modules, styles and the vendored chart library as they lie here, and all those modules packed
// into one script, as browsers get it. Nothing in it talks to any host but the one that served it.
package ui

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:generate go run ../internal/pack

// FS holds the page below the folder "static", whose entry is static/index.html, and below "dist" the modules of the page in one
// script, page-HASH.js, with its source map.
//
//go:embed static dist
var FS embed.FS

// Check tells whether the script in dist was made of the modules as they are. fsys is like FS.
func Check(fsys fs.FS) error {
	now, err := Digest(fsys)
	if err != nil {
		return err
	}
	packed, err := fs.ReadFile(fsys, "dist/sources")
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(packed)) != now {
		return errors.New("the page's modules changed after they were packed: run go generate ./ui")
	}
	return nil
}

// Digest is that of the modules of the page in fsys, below the folder "static", in hexadecimal. The file dist/sources has that of
// those which were packed.
func Digest(fsys fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(fsys, "static", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "vendor":
			return fs.SkipDir
		case path.Ext(name) != ".js":
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		fmt.Fprintf(sum, "%s %d\n", name, len(text))
		sum.Write(text)
		return err
	})
	return fmt.Sprintf("%x", sum.Sum(nil)), err
}
