package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/goproxytest"
	"github.com/rogpeppe/go-internal/testscript"
)

// scriptPatience bounds what a script waits for.
const scriptPatience = time.Minute

// cmdCode is "code N PROGRAM ARG…": runs the program like exec and checks its exit code. The negated form is for codes
// that are not N.
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: code N program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("run %s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if (got == want) == neg {
		ts.Fatalf("got exit code %d, wanted%s %d", got, map[bool]string{true: " anything but"}[neg], want)
	}
}

// cmdJSON is "json FILE PATH REGEXP": the value at the path must match the whole regular expression. FILE may be stdout. A
// path is names and indexes with dots; "*" takes all elements of a list, joined by commas; "len" is a list's length.
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: json file path regexp")
	}
	var doc any
	if err := json.Unmarshal([]byte(ts.ReadFile(args[0])), &doc); err != nil {
		ts.Fatalf("%s: %v", args[0], err)
	}
	re, err := regexp.Compile("^(?s:" + args[2] + ")$")
	ts.Check(err)
	got, err := lookup(doc, strings.Split(args[1], "."))
	if err != nil {
		ts.Fatalf("%s: %s: %v", args[0], args[1], err)
	}
	if re.MatchString(got) == neg {
		ts.Fatalf("%s: %s: got %q, wanted%s %q", args[0], args[1], got, map[bool]string{true: " anything but"}[neg], args[2])
	}
}

// lookup finds the value at a path and gives it as text: strings as they are, everything else as JSON.
func lookup(v any, path []string) (string, error) {
	if len(path) == 0 || path[0] == "" {
		if s, ok := v.(string); ok {
			return s, nil
		}
		b, err := json.Marshal(v)
		return string(b), err
	}
	switch v := v.(type) {
	case map[string]any:
		inner, ok := v[path[0]]
		if !ok {
			return "", fmt.Errorf("there is no field %q", path[0])
		}
		return lookup(inner, path[1:])
	case []any:
		return lookupList(v, path)
	}
	return "", fmt.Errorf("%q goes into a value that has no parts", path[0])
}

func lookupList(list []any, path []string) (string, error) {
	switch path[0] {
	case "len":
		return strconv.Itoa(len(list)), nil
	case "*":
		var parts []string
		for _, inner := range list {
			s, err := lookup(inner, path[1:])
			if err != nil {
				return "", err
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, ","), nil
	}
	i, err := strconv.Atoi(path[0])
	if err != nil || i < 0 || i >= len(list) {
		return "", fmt.Errorf("no element %q in a list of %d", path[0], len(list))
	}
	return lookup(list[i], path[1:])
}

// cmdKeys is "keys FILE PATH NAME…": the object at the path has exactly these fields, and no list in the document is null.
func cmdKeys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: keys file path name...")
	}
	var doc any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &doc))
	text, err := lookup(doc, strings.FieldsFunc(args[1], func(r rune) bool { return r == '.' }))
	ts.Check(err)
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		ts.Fatalf("%s: %v", args[1], err)
	}
	for _, want := range args[2:] {
		if v, ok := object[want]; !ok || v == nil {
			ts.Fatalf("%s: got no %q (or null), wanted a value; fields are %s", args[1], want, text)
		}
	}
}

// cmdListen is "listen NAME": takes a free port until the script ends and puts its number in the environment.
func cmdListen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: listen name")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	ts.Setenv(args[0], strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
}

// cmdProxy is "proxy DIR": lets the go command fetch modules from a proxy that serves those in the folder, until the script ends.
func cmdProxy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: proxy dir")
	}
	server, err := goproxytest.NewServer(ts.MkAbs(args[0]), "")
	ts.Check(err)
	ts.Defer(server.Close)
	ts.Setenv("GOPROXY", server.URL)
}

// cmdRecent is "recent NAME": puts the path of the only recording below XDG_DATA_HOME in the environment.
func cmdRecent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: recent name")
	}
	found, err := filepath.Glob(filepath.Join(ts.Getenv("XDG_DATA_HOME"), "trace-viz", "recordings", "*"))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("got recordings %q, wanted one", found)
	}
	ts.Setenv(args[0], found[0])
}

// cmdShorten is "shorten FILE PERCENT": cuts the end of a file off.
func cmdShorten(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: shorten file percent")
	}
	path := ts.MkAbs(args[0])
	percent, err := strconv.Atoi(args[1])
	ts.Check(err)
	st, err := os.Stat(path)
	ts.Check(err)
	ts.Check(os.Truncate(path, st.Size()*int64(percent)/100))
}

// cmdSnapshot is "snapshot DIR FILE": writes the names, modes, times and contents' digests of all files below the folder.
func cmdSnapshot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: snapshot dir file")
	}
	var b strings.Builder
	dir := ts.MkAbs(args[0])
	ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprint(&b, strings.TrimPrefix(path, dir), " ", info.Mode(), " ", info.ModTime().UnixNano())
		if d.Type().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", sha256.Sum256(text))
		}
		b.WriteByte('\n')
		return nil
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(b.String()), 0o600))
}

// cmdWaitFor is "waitfor FILE": waits until a program in the background has written the file.
func cmdWaitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfor file")
	}
	path := ts.MkAbs(args[0])
	ts.Check(eventually(func() error {
		_, err := os.Stat(path)
		return err
	}))
}

// cmdClean checks that nothing stays behind: no temporary file and no process of this script.
func cmdClean(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: clean")
	}
	ts.Check(eventually(func() error {
		left, err := filepath.Glob(filepath.Join(ts.Getenv("TMPDIR"), "*"))
		if err != nil {
			return err
		}
		if len(left) > 0 {
			return fmt.Errorf("temporary files stay behind: %q", left)
		}
		return noneLeft("WORK=" + ts.Getenv("WORK"))
	}))
}

// noneLeft is an error if a process has this variable in its environment.
func noneLeft(variable string) error {
	if left := processesWith(variable); len(left) > 0 {
		return fmt.Errorf("processes stay behind: %q", left)
	}
	return nil
}

// processesWith lists the processes that have this variable in their environment, by what /proc tells.
func processesWith(variable string) []string {
	var list []string
	environs, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environs {
		env, err := os.ReadFile(path)
		if err != nil || !slices.Contains(strings.Split(string(env), "\x00"), variable) {
			continue // ended meanwhile, or not ours
		}
		if cmdline, err := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline")); err == nil && len(cmdline) > 0 {
			list = append(list, strings.ReplaceAll(string(cmdline), "\x00", " "))
		}
	}
	return list
}

// eventually tries until there is no error, or returns the last one.
func eventually(try func() error) error {
	end := time.Now().Add(scriptPatience)
	for {
		err := try()
		if err == nil || time.Now().After(end) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}
