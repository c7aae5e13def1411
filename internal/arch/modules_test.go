package arch

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// The page's ES modules lie in layers like the packages do: a module may import from its own folder and from lower ones.
const staticDir = "ui/static/"

var moduleLevel = map[string]int{
	"model":     0, // pure: no DOM, no network
	"wire":      0, // the connection to the server
	"state":     1, // store, replay, the URL
	"stage":     2,
	"timeline":  2,
	"panels":    3,
	"transport": 3, // its overview is a second view of the timeline's window
	"shell":     4, // what is around all of them: bars, keys, banners
	"compare":   5, // two recordings: all of the above, twice
	".":         6, // main.js
}

var (
	importForm = regexp.MustCompile(`(?m)^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]`)
	lateImport = regexp.MustCompile(`[^{*\w]import\(\s*['"]([^'"]+)['"]`)
	typeImport = regexp.MustCompile(`\{[^}\n]*\bimport\('(\.[^']+)'\)`) // of JSDoc: a module may hold types alone
	cssImport  = regexp.MustCompile(`@import\s+(?:url\()?['"]?([^'")]+)`)
	htmlSource = regexp.MustCompile(`(?:src|href)="([^"]+)"`)
	domWord    = regexp.MustCompile(`(?:^|[^\w.'"$])(document|window|navigator|localStorage|fetch|WebSocket|requestAnimationFrame)\b\s*[.(]`)
	// Text of a recording is text for the page too: these would read it as markup or code.
	markupWord = regexp.MustCompile(`\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\(|setTimeout\(\s*['"]`)
)

// modules are the page's own files by their path below ui/static.
func modules(t *testing.T) map[string]string {
	t.Helper()
	list := map[string]string{}
	for _, f := range projectFiles(t) {
		if rel, ok := strings.CutPrefix(f.path, staticDir); ok && !foreign(f.path) {
			list[rel] = string(f.text)
		}
	}
	if len(list) < 10 {
		t.Fatalf("found only %d files of the page", len(list))
	}
	return list
}

func TestModuleLayers(t *testing.T) {
	for name, text := range modules(t) {
		if !strings.HasSuffix(name, ".js") {
			continue
		}
		from, known := moduleLevel[path.Dir(name)]
		if !known {
			t.Errorf("%s%s: its folder is not in the table of layers: say where it stands", staticDir, name)
			continue
		}
		for _, to := range importsOf(name, text) {
			level, ok := moduleLevel[path.Dir(to)]
			same := path.Dir(to) == path.Dir(name)
			if !strings.HasPrefix(to, "vendor/") && (!ok || level > from || level == from && !same) {
				t.Errorf("%s%s: may not import %s, which is not below it", staticDir, name, to)
			}
		}
		if path.Dir(name) == "model" {
			for _, m := range domWord.FindAllStringSubmatch(withoutComments(text), -1) {
				t.Errorf("%s%s: uses %s: the model is pure", staticDir, name, m[1])
			}
		}
	}
}

// Every module, style and picture is reached from index.html, and all that is named exists.
func TestModulesAreReached(t *testing.T) {
	files := modules(t)
	reached := map[string]bool{}
	var visit func(name, from string)
	visit = func(name, from string) {
		if reached[name] || strings.HasPrefix(name, "vendor/") {
			return
		}
		text, ok := files[name]
		if !ok {
			t.Errorf("%s%s: names %s, which does not exist", staticDir, from, name)
			return
		}
		reached[name] = true
		for _, to := range importsOf(name, text) {
			visit(to, name)
		}
		for _, m := range typeImport.FindAllStringSubmatch(text, -1) {
			visit(path.Join(path.Dir(name), m[1]), name)
		}
	}
	visit("index.html", "")
	for name := range files {
		if !reached[name] {
			t.Errorf("%s%s: is served, but nothing on the page uses it", staticDir, name)
		}
	}
}

func TestNoMarkupFromText(t *testing.T) {
	for name, text := range modules(t) {
		for _, m := range markupWord.FindAllString(withoutComments(text), -1) {
			t.Errorf("%s%s: uses %s: text nodes only", staticDir, name, m)
		}
		if strings.HasSuffix(name, ".html") && regexp.MustCompile(`<script(?:>|[^>]*[^>]>[^<])|\son\w+=`).MatchString(text) {
			t.Errorf("%s%s: has inline script, which the content security policy refuses", staticDir, name)
		}
	}
}

// importsOf are the files that a file of the page names, by their path below ui/static.
func importsOf(name, text string) []string {
	var forms []*regexp.Regexp
	switch path.Ext(name) {
	case ".js":
		forms, text = []*regexp.Regexp{importForm, lateImport}, withoutComments(text)
	case ".css":
		forms = []*regexp.Regexp{cssImport}
	case ".html":
		forms = []*regexp.Regexp{htmlSource}
	}
	var list []string
	for _, form := range forms {
		for _, m := range form.FindAllStringSubmatch(text, -1) {
			if rel, ok := strings.CutPrefix(m[1], "/static/"); ok {
				list = append(list, rel)
			} else {
				list = append(list, path.Join(path.Dir(name), m[1]))
			}
		}
	}
	return list
}

var comment = regexp.MustCompile(`(?s)/\*.*?\*/|(?m)(?:^|\s)//[^\n]*`)

func withoutComments(text string) string { return comment.ReplaceAllString(text, " ") }

func TestImportsOf(t *testing.T) {
	text := `// import { no } from './no.js';
/** @typedef {import('./type.js').T} T */
import { a } from './a.js';
import {
  b,
  c,
} from '../model/b.js';
import './side.js';
export { d } from './d.js';
const late = await import('/static/vendor/late.js');
`
	got := strings.Join(importsOf("state/x.js", text), " ")
	want := "state/a.js model/b.js state/side.js state/d.js vendor/late.js"
	if got != want {
		t.Errorf("got %s, wanted %s", got, want)
	}
}
