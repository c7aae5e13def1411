package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"time"
)

// A launched is a command that runs and has said on stderr what it was listened to for.
type launched struct {
	began time.Time
	took  time.Duration // until it said it
	said  string        // the part of the line that matched
}

// launch starts a command and reads its stderr up to the first line that want matches; the rest goes by. When that line does
// not come, the command is ended, and the error holds what came.
func launch(cmd *exec.Cmd, want *regexp.Regexp) (launched, error) {
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return launched{}, err
	}
	c := launched{began: time.Now()}
	if err := cmd.Start(); err != nil {
		return launched{}, err
	}
	if c.said, err = announced(stderr, want); err != nil {
		_ = cmd.Process.Kill() // it may have ended
		return launched{}, errors.Join(fmt.Errorf("%s: %w", cmd.Path, err), cmd.Wait())
	}
	c.took = time.Since(c.began)
	return c, nil
}

// announced reads up to the first line that want matches, returns the part that does, and lets the rest go by.
func announced(r io.Reader, want *regexp.Regexp) (string, error) {
	lines := bufio.NewReader(r)
	all := ""
	for {
		line, err := lines.ReadString('\n')
		if said := want.FindString(line); said != "" {
			go io.Copy(io.Discard, lines)
			return said, nil
		}
		all += line
		if err != nil {
			return "", fmt.Errorf("nothing it said matches %q: %s", want, all)
		}
	}
}
