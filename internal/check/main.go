// Command check is the project's one test command: it runs every test under the race detector.
//
//	go run ./internal/check [go test flags]
//
// The tests need a browser, for the page, and a C compiler, for the race detector. On Debian and its relatives, as root, it
// installs what is missing; elsewhere it says what is missing and fails. Its exit code is that of go test.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/trace-viz/trace-viz/internal/browsertest/chrome"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
	}
	os.Exit(code)
}

// run makes the machine ready, runs the tests and returns the exit code. An error is one of ours: the tests did not run.
func run(flags []string) (int, error) {
	root, err := moduleRoot()
	if err != nil {
		return 1, err
	}
	apt := newAPT()
	if err := needBrowser(apt); err != nil {
		return 1, err
	}
	if err := needCompiler(apt); err != nil {
		return 1, err
	}
	failed, err := test(root, append(flags, "./..."))
	if len(failed) > 0 && len(failed) <= mostAgain {
		say("FAILED AT FIRST, run once more by themselves: %s", strings.Join(failed, " "))
		_, err = test(root, append([]string{"-p=1"}, append(flags, failed...)...))
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if code := exit.ExitCode(); code > 0 {
			return code, nil
		}
		return 1, fmt.Errorf("go test: %w", err)
	}
	if err != nil {
		return 1, fmt.Errorf("go test: %w", err)
	}
	return 0, nil
}

// mostAgain is how many packages that failed get a second try. Tests with a browser and with programs that are watched while
// they run share the processors with all others at first; what is broken fails again without them, and what failed at first is
// said in either case.
const mostAgain = 2

// test runs go test and returns the packages that failed.
func test(root string, args []string) (failed []string, err error) {
	args = append([]string{"test", "-race", "-vet=off", "-timeout=15m"}, args...)
	say("go %s", strings.Join(args, " "))
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1") // a setting of 0 would make -race impossible
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		fmt.Print(line)
		if words := strings.Split(strings.TrimSpace(line), "\t"); len(words) >= 3 && words[0] == "FAIL" {
			failed = append(failed, words[1])
		}
		if err != nil {
			break
		}
	}
	return failed, cmd.Wait()
}

// moduleRoot is the folder of this module's go.mod, so that the command works from any folder in it.
func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("go list -m: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// needBrowser sees to it that the tests of the page find a browser.
func needBrowser(in installer) error {
	_, err := chrome.Find()
	if !errors.Is(err, chrome.ErrNone) {
		return err
	}
	say("%v", err)
	// The fonts are only recommended by the browser's package; without any, text is drawn as nothing.
	if err := in.install("chromium", "fonts-dejavu-core"); err != nil {
		return fmt.Errorf("the tests of the page need Chromium: %w", err)
	}
	_, err = chrome.Find()
	return err
}

// needCompiler sees to it that programs can be built with the race detector, which needs cgo.
func needCompiler(in installer) error {
	out, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		return fmt.Errorf("go env CC: %w", err)
	}
	cc := strings.Fields(string(out))
	if len(cc) == 0 {
		return errors.New("go env CC: it is empty; go test -race needs a C compiler")
	}
	if _, err := exec.LookPath(cc[0]); err == nil {
		return nil
	}
	say("go test -race needs a C compiler and %s is not found", cc[0])
	if err := in.install("gcc", "libc6-dev"); err != nil {
		return fmt.Errorf("go test -race needs a C compiler (%s): %w", cc[0], err)
	}
	if _, err := exec.LookPath(cc[0]); err != nil {
		return fmt.Errorf("go test -race needs the C compiler that go env CC names; gcc was installed: %w", err)
	}
	return nil
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "check: "+format+"\n", args...)
}
