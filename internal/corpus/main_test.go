package main

import (
	"archive/zip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const nativeEvents = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"hello\n"}
{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":1}
not of go test
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p","Test":"TestLost"}
{"Action":"fail","Package":"p","Elapsed":1.5}
{"Action":"pass","Package":"q","Elapsed":0.5}
`

func TestOnlyIn(t *testing.T) {
	native, err := readEvents(strings.NewReader(nativeEvents))
	if err != nil {
		t.Fatal(err)
	}
	if native.all() != 2*time.Second || len(native.tests) != 4 {
		t.Errorf("got %v for the packages, tests %v", native.all(), native.tests)
	}
	hooked, err := readEvents(strings.NewReader(`{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p","Test":"TestA/one"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"fail","Package":"p"}
{"Action":"fail","Package":"q"}`))
	if err != nil {
		t.Fatal(err)
	}
	got := onlyIn(hooked, native)
	if want := []testName{{"p", "TestA/one"}, {"p", "TestLost"}, {"q", ""}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestChoose(t *testing.T) {
	list, err := choose("", []string{"example.com/m/v2@v2.0.0/sub/dir", "./more", "-short"})
	want := project{Name: "v2", Module: "example.com/m/v2@v2.0.0", Args: []string{"./sub/dir/...", "./more", "-short"}}
	if err != nil || len(list) != 1 || list[0].Module != want.Module || !slices.Equal(list[0].Args, want.Args) {
		t.Errorf("got %+v, %v, want %+v", list, err, want)
	}
	for _, args := range [][]string{{"example.com/m"}, {"@latest"}, {"example.com/m@"}, {"example.com/m@v1/../.."}} {
		if list, err := choose("", args); err == nil {
			t.Errorf("%q: got %+v, want an error", args, list)
		}
	}
	if _, err := choose("no-such", nil); err == nil || !strings.Contains(err.Error(), "want one of sync") {
		t.Errorf("got %v", err)
	}
}

// files are a module with tests that pass, that fail, and that fail only when they are recorded, and with packages that have none
// and that do not compile.
var files = map[string]string{
	"go.mod":         "module example.com/tried\n\ngo 1.26\n",
	"a.go":           "package tried\n\nfunc A(c chan int) { c <- 1 }\n",
	"b/b.go":         "package b\n\nvar C = make(chan int, 1)\n",
	"c/c.go":         "package c\n",
	"c/c_test.go":    "package c\n\nvar x int = \"text\"\n",
	"d/d_test.go":    "package d\n\nimport \"testing\"\n\nfunc TestD(t *testing.T) {}\n",
	"native_test.go": "package tried\n\nimport \"testing\"\n\nfunc TestFails(t *testing.T) { t.Error(\"always\") }\n",
	"a_test.go": `package tried

import (
	"os"
	"testing"
)

func TestPasses(t *testing.T) {
	c := make(chan int)
	go A(c)
	<-c
}

func TestOurs(t *testing.T) {
	t.Run("inner", func(t *testing.T) {
		if os.Getenv("TRACEVIZ_DIR") != "" {
			t.Error("recorded")
		}
	})
}
`,
}

// proxy makes a folder that the go command takes as a module proxy.
func proxy(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	at := filepath.Join(dir, "example.com", "tried", "@v")
	if err := os.MkdirAll(at, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(at, "v1.0.0.zip"))
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for name, text := range files {
		w, err := z.Create("example.com/tried@v1.0.0/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"list": "v1.0.0\n", "v1.0.0.info": `{"Version":"v1.0.0"}`, "v1.0.0.mod": files["go.mod"]} {
		if err := os.WriteFile(filepath.Join(at, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A module from a proxy goes through all of the command; what is wrong with it, and with us, is told apart.
func TestCommand(t *testing.T) {
	o := options{retries: 1, timeout: 5 * time.Minute, json: true}
	var err error
	if o.command, err = o.build(t.Context(), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOMODCACHE", t.TempDir()) // the usual one keeps what a version was once
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(proxy(t)))
	t.Setenv("GONOSUMDB", "*")
	t.Setenv("GOFLAGS", "-modcacherw -buildvcs=false")
	var out strings.Builder
	err = o.run(t.Context(), &out, []string{"example.com/tried@v1.0.0"})
	if err == nil || !strings.Contains(err.Error(), "tried") {
		t.Errorf("got error %v, want one that names the module", err)
	}
	var got struct{ Modules []result }
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil || len(got.Modules) != 1 {
		t.Fatalf("%v: got %s", err, out.String())
	}
	r := got.Modules[0]
	// The send of a.go, the make and the receive of a_test.go, and the make of b.go.
	if r.Sites != 4 || r.Counted != 4 || len(r.Differ)+len(r.Dropped) > 0 || r.Packages != 2 {
		t.Errorf("got %d sites, %d counted, %v, %v, %d packages", r.Sites, r.Counted, r.Differ, r.Dropped, r.Packages)
	}
	if len(r.Broken) != 1 || !strings.Contains(r.Broken[0], "example.com/tried/c") {
		t.Errorf("got broken %q", r.Broken)
	}
	if !slices.Contains(r.NativeFailed, "example.com/tried TestFails") {
		t.Errorf("got native failures %q", r.NativeFailed)
	}
	if len(r.Different) != 1 || r.Different[0].Test != "example.com/tried TestOurs/inner" || r.Different[0].Runs != 1 ||
		r.Different[0].RecordedFailed != 1 || r.Different[0].NativeFailed != 0 || len(r.Failures) != 1 {
		t.Errorf("got different %+v, failures %q", r.Different, r.Failures)
	}
	if r.Recordings != 2 || r.HookEvents < 3 || r.Bytes == 0 || r.RecordedNS == 0 {
		t.Errorf("got %d recordings with %d hook events and %d bytes", r.Recordings, r.HookEvents, r.Bytes)
	}
	var text strings.Builder
	r.print(&text)
	if !strings.Contains(text.String(), "under trace-viz 1") || !strings.Contains(text.String(), "FAILURE: ") {
		t.Errorf("got\n%s", text.String())
	}
}
