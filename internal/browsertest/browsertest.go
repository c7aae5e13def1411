// Package browsertest drives the page in a real Chromium. A test starts a Browser, opens Pages in it and looks at what the
// page shows; whatever the page complains about on the way (errors on the console, uncaught exceptions, violations of the
// content security policy, requests that fail or that go to another host) fails the test at its end.
//
// It never sleeps and never skips: a page is waited for by the promise that it gives itself, window.traceviz.idle(), and a
// missing browser is a failure that says what to install.
package browsertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/browsertest/headless"
)

// patience bounds everything that a page is waited for. It is generous: tests run under the race detector on two cores
// beside others, and a page that hangs still ends.
const patience = 90 * time.Second

// A Browser is one Chromium with a profile of its own. Its pages share nothing: each has its own cookies.
type Browser struct {
	ctx context.Context
}

// Start starts a Chromium that ends with the test. It fails the test when there is none.
func Start(t testing.TB) *Browser {
	t.Helper()
	b, stop, err := Launch(t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("end the browser: %v", err)
		}
	})
	return b
}

// Launch starts a Chromium for many tests: to start one takes longer than most tests do. stop ends it; logf is told what goes
// wrong inside.
func Launch(logf func(string, ...any)) (b *Browser, stop func() error, err error) {
	// A frame follows the one before at once, not after a sixtieth of a second: a page is idle when it has drawn and some frames
	// later still has nothing to do, and tests wait for that thousands of times.
	ctx, stop, err := headless.Start(logf, "disable-frame-rate-limit")
	if err != nil {
		return nil, nil, fmt.Errorf("the tests of the page need a browser: %w; `go run ./internal/check` installs it on Debian", err)
	}
	return &Browser{ctx: ctx}, stop, nil
}
