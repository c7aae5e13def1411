package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

// readable fails for each text of the page that lies over another one, or is cut off with nothing that says the rest.
func readable(t *testing.T, p *browsertest.Page, view string) {
	t.Helper()
	for _, w := range labels(t, p) {
		t.Errorf("%s: %s", view, w)
	}
}

// labels tells what is wrong with the texts of the page.
func labels(t *testing.T, p *browsertest.Page) (wrong []string) {
	t.Helper()
	script, err := os.ReadFile("testdata/labels.js")
	if err != nil {
		t.Fatal(err)
	}
	p.Eval(string(script), &wrong)
	return wrong
}

// From a large screen to a phone, no label lies over another or ends in the middle, in any view.
func TestLabels(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1600, Height: 900}, deadlock)
	notices(t, p)
	for _, size := range [][2]int{{1600, 900}, {1280, 720}, {800, 900}, {360, 800}} {
		t.Run(fmt.Sprint(size[0]), func(t *testing.T) {
			closeDialogs(p)
			p.Resize(size[0], size[1])
			p.Idle()
			for _, s := range sights() {
				s.show(p)
				readable(t, p, s.name)
				if *shots != "" {
					p.Screenshot(filepath.Join(*shots, fmt.Sprintf("%d-%s.png", size[0], strings.ReplaceAll(s.name, " ", "-"))))
				}
			}
		})
	}
}

// notices fails when the helper does not see that a text is cut off.
func notices(t *testing.T, p *browsertest.Page) {
	p.Eval(`(() => {
		const cut = document.createElement("div");
		cut.id = "cut";
		cut.textContent = "something else";
		cut.style.cssText = "position: fixed; left: 300px; top: 300px; width: 30px; white-space: nowrap; overflow: hidden; z-index: 99";
		document.body.append(cut);
	})()`, nil)
	if wrong := labels(t, p); !strings.Contains(strings.Join(wrong, "\n"), "something else") {
		t.Errorf("a text that is cut off was not noticed: %q", wrong)
	}
	p.Eval("document.getElementById('cut').remove()", nil)
}
