package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

// The list has a card for each scenario; its buttons start them, and the page goes to the recording while it is made.
func TestStartScenario(t *testing.T) {
	b := browser
	p := b.Page(t, browsertest.View{})
	p.Open(serve(t, "serve"))
	p.Idle()
	if n := count(p, ".card.scenario"); n != 6 {
		t.Fatalf("got %d cards, wanted one for each of six scenarios", n)
	}
	if text := p.Text(".scenarios"); !strings.Contains(text, "shared-state") || !strings.Contains(text, "medium") || !strings.Contains(text, "data-race") {
		t.Errorf("the cards do not tell name, level and finding: %.300s", text)
	}
	p.Click(`button[aria-label="Buggy: run producer-consumer/never-closed"]`)
	p.WaitFor("window.traceviz.store.get('page') === 'recording'")
	p.WaitFor("window.traceviz.store.get('model').outcome === 'deadlock' && !window.traceviz.store.get('model').live")
	if got := value[struct{ Program string }](p, "model").Program; got != "producer-consumer/never-closed" {
		t.Errorf("the page shows %q", got)
	}
	p.Eval("void (location.hash = '')", nil)
	p.WaitFor("window.traceviz.store.get('page') === 'home'")
	p.WaitFor("!document.querySelector('.scenarios button').disabled")
	p.WaitFor("document.querySelector('.recordings').textContent.includes('producer-consumer/never-closed')")
}

func count(p *browsertest.Page, selector string) (n int) {
	p.Eval("document.querySelectorAll('"+selector+"').length", &n)
	return n
}

// An exercise whose folder was given can be checked and run from the page: first it is wrong, then somebody mends it.
func TestCheckExercise(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	if out, err := tool("exercise", "producer-consumer", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b := browser
	p := b.Page(t, browsertest.View{})
	p.Open(serve(t, "serve", dir))
	p.Idle()
	p.Click(`button[aria-label="Check mine"]`)
	p.WaitFor("document.querySelector('.verdict-fail')")
	if text := p.Text(".verdict"); !strings.Contains(text, "it hangs: a deadlock") || !strings.Contains(text, "beside the buggy program") {
		t.Errorf("the verdict is %q", text)
	}
	program, err := os.ReadFile("../../scenarios/_src/producer-consumer/never-closed/fixed/main.go")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), program, 0o600); err != nil {
		t.Fatal(err)
	}
	p.WaitFor("!document.querySelector('.exercise button').disabled")
	p.Click(`button[aria-label="Check mine"]`)
	p.WaitFor("document.querySelector('.verdict-pass')")
	p.WaitFor("!document.querySelector('.exercise button').disabled")
	p.Click(`button[aria-label="Run again: mine"]`)
	p.WaitFor("window.traceviz.store.get('page') === 'recording' && window.traceviz.store.get('model').outcome === 'exit'")

	// The page of its recording has both buttons too.
	p.WaitFor("!window.traceviz.store.get('model').live && !document.querySelector('#run-again').hidden")
	was := value[string](p, "recordingId")
	p.Click("#run-again")
	p.WaitFor("window.traceviz.store.get('recordingId') !== '" + was + "' && window.traceviz.store.get('model')?.outcome === 'exit'")
	p.WaitFor("!document.querySelector('#check-attempt').hidden && !document.querySelector('#check-attempt').disabled")
	p.Click("#check-attempt")
	p.WaitFor("document.querySelector('#verdict-dialog .verdict-pass')")
	p.Click("#verdict-dialog a")
	p.WaitFor("window.traceviz.store.get('page') === 'compare'")
}
