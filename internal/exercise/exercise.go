// Package exercise hands out the buggy program of a scenario for somebody to fix: a module of its own, with the task in
// words. What the program's comment tells of the bug becomes a hint that the reader has to open.
package exercise

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/scenarios"
)

// modulePrefix begins the module path of every exercise; the name of the bug follows.
const modulePrefix = "exercise/"

// Dir is where an exercise is written when nobody says where.
func Dir(v scenarios.Variant) string { return v.Scenario.Name + "-" + v.Bug.Slug }

// Write writes the exercise of v into dir, which must be empty or new, and gives the names of its files. When something
// fails, what was written so far stays.
func Write(v scenarios.Variant, dir string) ([]string, error) {
	content, err := Files(v)
	if err != nil {
		return nil, err
	}
	if err := claim(dir); err != nil {
		return nil, err
	}
	var names []string
	for name := range content {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return nil, err
		}
		if err := writeNew(to, content[name]); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// claim makes dir, or sees that it is empty.
func claim(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return os.MkdirAll(dir, 0o755)
	case err != nil:
		return fmt.Errorf("the exercise needs a folder of its own: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty (it has %s): nothing was written; name a new folder", dir, entries[0].Name())
	}
	return nil
}

// writeNew never writes to a file that is there already, even one that appears this very moment.
func writeNew(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// Files are those of the exercise by their names with slashes.
func Files(v scenarios.Variant) (map[string][]byte, error) {
	v.Fixed = false
	content, err := v.Files()
	if err != nil {
		return nil, err
	}
	fixed, err := v.Twin().Files()
	if err != nil {
		return nil, err
	}
	lesson, bug, code := split(string(content["main.go"]))
	_, fix, _ := split(string(fixed["main.go"]))
	content["main.go"] = []byte(comment(lesson) + code)
	content[MarkFile] = mark(v)
	content["README.md"] = []byte(readme(v, lesson, bug, fix))
	content["go.mod"] = []byte("module " + modulePrefix + v.Name() + "\n\ngo " + scenarios.GoVersion + "\n")
	return content, nil
}

// split takes the opening comment of a program apart: what it teaches, its last paragraph, which is about the bug or the
// fix, and the code behind it. Texts are lines without the comment marks.
func split(program string) (lesson, last, code string) {
	var lines []string
	for line := range strings.Lines(program) {
		if !strings.HasPrefix(line, "//") {
			break
		}
		lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "//"), " "))
		program = program[len(line):]
	}
	text := strings.Join(lines, "\n")
	i := strings.LastIndex(text, "\n\n")
	if i < 0 {
		return text, "", program
	}
	return text[:i], text[i+2:], program
}

func comment(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(strings.TrimRight("// "+line, " ") + "\n")
	}
	return b.String()
}

// readme is the task in words. GitHub and most editors fold <details>.
func readme(v scenarios.Variant, lesson, bug, fix string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Exercise %s (%s)\n\n%s\n\n", v.Name(), v.Scenario.Level, lesson)
	b.WriteString("## The task\n\nThe program in main.go has a bug. trace-viz finds in every run:\n\n")
	for _, kind := range v.Bug.Expect {
		summary := ""
		if a := findings.Find(kind); a != nil {
			summary = ": " + a.Summary
		}
		fmt.Fprintf(&b, "* `%s`%s\n", kind, summary)
	}
	fmt.Fprintf(&b, "\nChange main.go so that it comes to its end by itself, prints what it should, and trace-viz finds nothing.\n\n"+
		"What has to stay: %s%s\n\n", lowerFirst(v.Bug.Keep), measured(v.Bug.Task))
	b.WriteString(try(v.Bug))
	hint(&b, "Hint 1: what goes wrong", bug)
	hint(&b, "Hint 2: a way to fix it", fix)
	fmt.Fprintf(&b, "When yours works, compare: `trace-viz run %s` shows a fixed program. The file %s tells trace-viz check which exercise this is: leave it here.\n",
		v.Twin().Name(), MarkFile)
	return b.String()
}

// measured tells what else the check asks for.
func measured(t scenarios.Task) string {
	text := ""
	if t.Faster > 0 {
		text += fmt.Sprintf(" It has to be at least %.1f times as fast as it is now.", t.Faster)
	}
	if t.AtMost > 0 {
		text += fmt.Sprintf(" At most %d goroutines are there at one time besides main.", t.AtMost)
	}
	if t.AtOnce > 0 {
		text += fmt.Sprintf(" No more than %d goroutines work at once.", t.AtOnce)
	}
	if t.Read {
		text += " Each message that is sent on a channel is received."
	}
	return text + " It waits for what it needs: to sleep until the others are probably done is no way."
}

// try tells how to look at the program. The flag is the one that scenarios with a data race use by themselves.
func try(b *scenarios.Bug) string {
	flag, note, look := "", "", "Go back from the end, step by step: who waits, for what, and who was to come?"
	switch {
	case b.Raced():
		flag = " --race"
		note = "The race detector (--race) needs a C compiler. Without one the output alone shows that something is wrong.\n\n"
		look = "Jump to the finding: which two goroutines use the same memory, on which lines, and what is there between them?"
	case !slices.Contains(b.Expect, "deadlock"):
		look = "Jump to the finding, and step back from there: who does what, who waits, and for what?"
	}
	width := len("trace-viz run . --no-ui") + len(flag)
	line := func(command, what string) string { return fmt.Sprintf("    %-*s    # %s\n", width, command, what) }
	return "## Look and try\n\n" +
		line("trace-viz run ."+flag, "run it, and see what its goroutines do") +
		line("trace-viz run . --no-ui"+flag, "the findings alone") +
		line("trace-viz check .", "is it right? Runs it many times, with different schedules") +
		"\n" + note + look + " Then change the program and run it again.\n\n"
}

func hint(b *strings.Builder, title, text string) {
	fmt.Fprintf(b, "<details>\n<summary>%s</summary>\n\n%s\n\n</details>\n\n", title, text)
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
