// Package chrome finds a Chromium or Chrome on this machine, for the tests of the page and for the test command that
// installs one where it can. It does not start it.
package chrome

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// Env is the environment variable that names the browser to use: a path, or a name that is looked up in PATH.
const Env = "CHROME"

// ErrNone says that no browser was found.
var ErrNone = errors.New("no Chromium and no Chrome found")

// names are looked up in PATH, in this order: Debian's, the other distributions', Google's, and the headless shell.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"}

// places are where macOS and Windows keep browsers, outside PATH.
var places = map[string][]string{
	"darwin": {
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
	},
	"windows": {
		`C:\Program Files\Google\Chrome\Application\chrome.exe`,
		`C:\Program Files (x86)\Google\Chrome\Application\chrome.exe`,
		`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
	},
}

// Find returns the path of the browser. The variable CHROME, if it is set, decides alone: what it names and can't be run is
// an error, not a reason to look elsewhere. When there is no browser the error wraps ErrNone.
func Find() (string, error) {
	if want := os.Getenv(Env); want != "" {
		path, err := exec.LookPath(want)
		if err != nil {
			return "", fmt.Errorf("%s=%s: %w", Env, want, err)
		}
		return path, nil
	}
	for _, name := range append(names, places[runtime.GOOS]...) {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w (looked for %s; set %s to its path)", ErrNone, strings.Join(names, ", "), Env)
}
