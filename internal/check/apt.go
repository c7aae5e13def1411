package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// An installer adds packages of the operating system.
type installer interface {
	// install returns nil when all packages are there; the error says why they are not, and what a person can do.
	install(packages ...string) error
}

// apt installs with apt-get, where there is one and we may.
type apt struct {
	path string // of apt-get, "" if there is none
	root bool
	run  func(path string, args ...string) ([]byte, error)

	updated bool
}

func newAPT() *apt {
	path, err := exec.LookPath("apt-get")
	if err != nil {
		path = ""
	}
	return &apt{path: path, root: os.Geteuid() == 0, run: runQuietly}
}

func (a *apt) install(packages ...string) error {
	list := strings.Join(packages, " ")
	switch {
	case a.path == "":
		return fmt.Errorf("there is no apt-get here to install it: install %s with the means of this system", list)
	case !a.root:
		return fmt.Errorf("only root can install it: run `apt-get install %s` as root, then try again", list)
	}
	if !a.updated {
		say("apt-get update")
		if out, err := a.run(a.path, "-o", "Acquire::Retries=3", "update"); err != nil {
			return fmt.Errorf("apt-get update: %w%s", err, tail(out))
		}
		a.updated = true
	}
	say("apt-get install %s", list)
	args := append([]string{"-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=120", "install", "--yes", "--no-install-recommends"}, packages...)
	if out, err := a.run(a.path, args...); err != nil {
		return fmt.Errorf("apt-get install %s: %w%s", list, err, tail(out))
	}
	return nil
}

// runQuietly keeps what a command prints: apt-get prints hundreds of lines, of interest only when it fails.
func runQuietly(path string, args ...string) ([]byte, error) {
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("exit status %d", exit.ExitCode())
	}
	return out, err
}

// tail is the end of what a failed command printed, to be put after an error.
func tail(out []byte) string {
	const keep = 12 // lines
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) > keep {
		lines = lines[len(lines)-keep:]
	}
	return "\n  " + strings.Join(lines, "\n  ")
}
