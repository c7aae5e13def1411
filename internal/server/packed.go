package server

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sync"
	"time"

	"github.com/trace-viz/trace-viz/ui"
)

// entryModule is the module of the page that imports all others.
const entryModule = "main.js"

// packed is the name of the script that holds all modules of the page. It has a hash of what the script says. More than a
// hundred requests cost a browser more than all that the page then does before its first picture.
var packed = sync.OnceValue(func() string {
	names, err := fs.Glob(ui.FS, "dist/page-*.js")
	if err != nil || len(names) != 1 {
		return "" // the page works without; a test holds that it does not come to that
	}
	return path.Base(names[0])
})

// script is the packed script of the page that this server has: none for a page on disk, whose modules somebody changes.
func (s *Server) script() string {
	if s.opt.Dev != "" {
		return ""
	}
	return packed()
}

// servePacked sends the packed script or its source map, if that is what name means. Their names change with what they say, so a
// browser that has them need not ask again.
func (s *Server) servePacked(w http.ResponseWriter, r *http.Request, name string) bool {
	script := s.script()
	if script == "" || name != script && name != script+".map" {
		return false
	}
	b, err := fs.ReadFile(ui.FS, "dist/"+name)
	if err != nil {
		return false
	}
	w.Header().Set("Content-Type", contentTypes[path.Ext(name)])
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	setDeadline(w)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	return true
}

// withScript is the page's HTML with the packed script in the place of the module that imports the others, or, where there is
// none, with the names of all modules.
func (s *Server) withScript(html []byte) []byte {
	if script := s.script(); script != "" {
		return bytes.Replace(html, []byte("/static/"+entryModule), []byte("/static/"+script), 1)
	}
	return s.preload(html)
}

// preload adds to the page's HTML the names of all modules, so that the browser need not find them one import after the
// other. Those of others are loaded when they are needed.
func (s *Server) preload(html []byte) []byte {
	const script = `<script type="module"`
	var links []byte
	err := fs.WalkDir(s.static, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name == "vendor":
			return fs.SkipDir
		case path.Ext(name) == ".js":
			links = fmt.Appendf(links, "<link rel=\"modulepreload\" href=\"/static/%s\">\n  ", name)
		}
		return nil
	})
	if err != nil {
		return html // the page works without
	}
	return bytes.Replace(html, []byte(script), append(links, script...), 1)
}
