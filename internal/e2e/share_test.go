package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

// A picture that is saved shows what the page shows: the SVG holds every label, the PNG has the page's pixels.
func TestPictures(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1280, Height: 800}, deadlock)
	action(p, "seekEvent(Math.floor(window.traceviz.store.get('model').events * 0.4))")
	before := picture(p)

	var svg string
	p.Eval(`import("/static/shell/share.js").then(m => m.viewSVG(window.traceviz.store))`, &svg)
	texts := map[string]bool{}
	shapes := map[string]int{}
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the SVG is no XML: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			shapes[token.Name.Local]++
		case xml.CharData:
			texts[string(token)] = true
		}
	}
	for _, want := range []string{"main", `produce "A"`, "consume #3", "jobs", "Goroutines"} {
		if !texts[want] {
			t.Errorf("the SVG has no text %q", want)
		}
	}
	if shapes["path"] < 100 || shapes["pattern"] == 0 || shapes["clipPath"] == 0 || shapes["script"]+shapes["foreignObject"] > 0 {
		t.Errorf("got the elements %v, wanted paths, textures and clips, and nothing that runs", shapes)
	}
	for _, unknown := range []string{"undefined", "NaN", "null("} {
		if strings.Contains(svg, unknown) {
			t.Errorf("the SVG has %q in it", unknown)
		}
	}
	same(t, "after the picture was taken", picture(p), before)

	var data string
	p.Eval(`import("/static/shell/share.js").then(m => m.viewPNG(window.traceviz.store)).then(b => b.arrayBuffer()).then(b => {
		let s = ""; for (const x of new Uint8Array(b)) s += String.fromCharCode(x); return btoa(s); })`, &data)
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[color.Color]bool{}
	for y := 0; y < img.Bounds().Dy(); y += 3 {
		for x := 0; x < img.Bounds().Dx(); x += 3 {
			seen[img.At(x, y)] = true
		}
	}
	if img.Bounds().Dx() < 600 || len(seen) < 20 {
		t.Errorf("the PNG is %v and has %d colours, wanted the page's picture", img.Bounds(), len(seen))
	}
	if *shots != "" {
		write(t, filepath.Join(*shots, "view.svg"), []byte(svg))
		write(t, filepath.Join(*shots, "view.png"), raw)
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// drop lets a file fall on the page, as from a file manager.
func drop(p *browsertest.Page, name string, content []byte) {
	p.Eval(fmt.Sprintf(`(() => {
		const bytes = Uint8Array.from(atob(%q), c => c.charCodeAt(0));
		const data = new DataTransfer();
		data.items.add(new File([bytes], %q));
		for (const kind of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: data}));
	})()`, base64.StdEncoding.EncodeToString(content), name), nil)
}

// The way of a recording from one person to another: exported as one file, dropped on a page, opened, named, deleted and
// brought back.
func TestShareAndHome(t *testing.T) {
	b := browser
	p := b.Page(t, browsertest.View{Tolerate: func(s string) bool { return strings.Contains(s, "422") }})
	url := serve(t, "open", deadlock)
	p.Open(url)
	var data string
	p.Eval(`fetch("/api/r/producer-consumer/export/export.tviz").then(r => r.arrayBuffer()).then(b => {
		let s = ""; for (const x of new Uint8Array(b)) s += String.fromCharCode(x); return btoa(s); })`, &data)
	bundle, err := base64.StdEncoding.DecodeString(data)
	if err != nil || len(bundle) < 1000 {
		t.Fatalf("got a bundle of %d bytes, %v", len(bundle), err)
	}
	goHome := func() {
		p.Eval("void (location.hash = '')", nil)
		p.WaitFor("window.traceviz.store.get('page') === 'home'")
		p.Idle()
	}
	for name, content := range map[string][]byte{"shared <b>.tviz": bundle, "plain.trace": traceOf(t)} {
		goHome()
		drop(p, name, content)
		p.WaitFor("window.traceviz.store.get('page') === 'recording'")
		p.Idle()
		if n := value[struct{ Events int }](p, "model").Events; n < 100 {
			t.Errorf("%s: got %d events after dropping it, wanted all of them", name, n)
		}
	}
	goHome()
	drop(p, "notes.txt", []byte("hello"))
	p.WaitFor("document.querySelector('#refused') !== null")
	p.Idle()
	accessible(t, p, "refused file")
	if text := p.Text("#refused"); !strings.Contains(text, "notes.txt is neither") {
		t.Errorf("got the words %q for a file that is no trace", text)
	}
	p.Click("#refused button")
	rows := func() string { return p.Text(".recordings") }
	p.Click(`.recordings [aria-label="Rename plain.trace"]`)
	p.Eval(`(() => { document.querySelector('.recordings-edit input').value = 'my <i>title</i>'; })()`, nil)
	p.Click(".recordings-edit button")
	p.WaitFor(`document.querySelector('.recordings').innerText.includes('my <i>title</i>')`)
	p.Idle()
	p.Click(`.recordings [aria-label="Delete my <i>title</i>"]`)
	p.WaitFor("document.querySelector('#undo-delete') !== null")
	p.Idle()
	if text := strings.SplitN(rows(), "Undo", 2)[1]; strings.Contains(text, "my <i>") {
		t.Errorf("a deleted recording is in the list: %q", text)
	}
	p.Click("#undo-delete")
	p.WaitFor(`document.querySelector('.recordings table').innerText.includes('my <i>title</i>')`)
	p.Idle()
	p.Eval(`(() => { const s = document.querySelector('.recordings-search'); s.value = 'TITLE'; s.dispatchEvent(new Event('input')); })()`, nil)
	var n int
	p.Eval("document.querySelectorAll('.recordings tbody tr').length", &n)
	if n != 1 {
		t.Errorf("the search for a title leaves %d rows, wanted one: %q", n, rows())
	}
	accessible(t, p, "home with recordings")
}

// traceOf is the trace of the recording alone.
func traceOf(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(deadlock, "trace.out"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
