// Package headless starts a Chromium without a window, for the tests of the page and for the benchmark.
package headless

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/trace-viz/trace-viz/internal/browsertest/chrome"
)

// flags make Chromium headless and silent: no first-run page, no update check, no request of its own. Nothing else of the
// machine's user is touched, since the profile is a new folder.
var flags = map[string]any{
	"headless":                      true,
	"no-sandbox":                    true, // the tests run as root in containers
	"disable-gpu":                   true,
	"disable-quic":                  true,
	"no-first-run":                  true,
	"no-default-browser-check":      true,
	"disable-background-networking": true,
	"disable-component-update":      true,
	"disable-sync":                  true,
	"disable-extensions":            true,
	"disable-default-apps":          true,
	"disable-dev-shm-usage":         true, // /dev/shm is small in containers
	"disable-breakpad":              true,
	"hide-scrollbars":               true,
	"mute-audio":                    true,
	"no-proxy-server":               true,
	"force-color-profile":           "srgb",
	// A page in the background is throttled by the second; pages of a test are all in the background.
	"disable-background-timer-throttling":    true,
	"disable-backgrounding-occluded-windows": true,
	"disable-renderer-backgrounding":         true,
	"disable-features":                       "Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider",
	"password-store":                         "basic",
	"use-mock-keychain":                      true,
}

// Start starts a Chromium with a new profile. Tabs are made from the context with chromedp.NewContext. stop ends the browser
// and removes the profile. logf is told what goes wrong inside. switches are further ones of Chromium's, without dashes.
func Start(logf func(string, ...any), switches ...string) (ctx context.Context, stop func() error, err error) {
	path, err := chrome.Find()
	if err != nil {
		return nil, nil, err
	}
	profile, err := os.MkdirTemp("", "traceviz-browser-")
	if err != nil {
		return nil, nil, err
	}
	opts := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(profile)}
	for name, value := range flags {
		opts = append(opts, chromedp.Flag(name, value))
	}
	for _, name := range switches {
		opts = append(opts, chromedp.Flag(name, true))
	}
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc, chromedp.WithErrorf(logf))
	stop = func() error {
		err := chromedp.Cancel(ctx)
		cancel()
		cancelAlloc()
		return errors.Join(err, removeProfile(profile))
	}
	if err := chromedp.Do(ctx); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("start %s: %w", path, err), stop())
	}
	return ctx, stop, nil
}

// removeProfile tries for a while: helper processes of the browser outlive it by some milliseconds and still write.
func removeProfile(dir string) error {
	var err error
	for range 50 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("remove the browser's profile: %w", err)
}
