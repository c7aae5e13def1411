package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// files are a recording's, as far as this package looks at them.
var files = map[string]string{
	"trace.out": "go 1.26 trace\x00\x00\x00", "meta.json": `{"version":1}`, "trace-4711.out": "a child", "source/main.go": "package main\n",
	"source/sub/ü b.go": "package sub\n",
}

func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// content reads a folder as names and texts.
func content(t testing.TB, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		got[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func pack(t testing.TB, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Pack(&b, dir); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unpackBytes unpacks a bundle and returns what is in it.
func unpackBytes(t testing.TB, b []byte) (map[string]string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x"+Ext)
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := Unpack(file, dir); err != nil {
		return nil, err
	}
	return content(t, dir), nil
}

func TestRoundTrip(t *testing.T) {
	with := map[string]string{"notes.txt": "none of a recording's", "source/../x": "y"}
	for name, text := range files {
		with[name] = text
	}
	dir := folder(t, with)
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "output.log")); err != nil {
		t.Fatal(err)
	}
	b := pack(t, dir)
	if !bytes.Equal(b, pack(t, dir)) {
		t.Error("packing twice gives different bytes")
	}
	got, err := unpackBytes(t, b)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, files)
}

func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s: got %q, wanted %q", name, got[name], text)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d files, wanted %d", len(got), len(want))
	}
}

// TestDamage flips every bit of a bundle: either it is found, or it changed nothing that is unpacked.
func TestDamage(t *testing.T) {
	whole := pack(t, folder(t, files))
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		if got, err := unpackBytes(t, b); err == nil {
			same(t, got, files)
		}
	}
	for _, n := range []int{0, 1, len(whole) / 2, len(whole) - 1} {
		if _, err := unpackBytes(t, whole[:n]); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d bytes: got error %v", n, err)
		}
	}
}

// craft makes a bundle whose manifest is right for whatever it holds.
func craft(t *testing.T, add func(z *zip.Writer), entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(manifestName)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(w).Encode(manifest{version, entries}); err != nil {
		t.Fatal(err)
	}
	add(z)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func of(name, text string) entry {
	sum := sha256.Sum256([]byte(text))
	return entry{name, int64(len(text)), hex.EncodeToString(sum[:])}
}

func TestHostile(t *testing.T) {
	bomb := strings.Repeat("\x00", smallEnough+1)
	for _, c := range []struct {
		what, name, text string
		mode             fs.FileMode
	}{
		{"absolute", "/trace.out", "x", 0o600},
		{"up", "source/../../x", "x", 0o600},
		{"up by backslash", `source\..\..\x`, "x", 0o600},
		{"nested", "inner.tviz", "x", 0o600},
		{"program", "run.sh", "x", 0o700},
		{"link", "source/link", "/etc/passwd", fs.ModeSymlink | 0o777},
		{"pipe", "source/pipe", "", fs.ModeNamedPipe | 0o600},
		{"twice", "trace.out", "x", 0o600},
		{"twice by case", "source/A.go", "x", 0o600},
		{"bomb", "source/zeros", bomb, 0o600},
	} {
		t.Run(c.what, func(t *testing.T) {
			b := craft(t, func(z *zip.Writer) {
				for _, f := range []struct {
					name, text string
					mode       fs.FileMode
				}{{"trace.out", "t", 0o600}, {"source/a.go", "a", 0o600}, {c.name, c.text, c.mode}} {
					h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
					h.SetMode(f.mode)
					w, err := z.CreateHeader(h)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := w.Write([]byte(f.text)); err != nil {
						t.Fatal(err)
					}
				}
			}, of("trace.out", "t"), of("source/a.go", "a"), of(c.name, c.text))
			if _, err := unpackBytes(t, b); !errors.Is(err, ErrDamaged) {
				t.Errorf("got error %v", err)
			}
		})
	}
}

func TestNoTrace(t *testing.T) {
	b := craft(t, func(z *zip.Writer) {
		w, err := z.Create("meta.json")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("{}")); err != nil {
			t.Fatal(err)
		}
	}, of("meta.json", "{}"))
	if _, err := unpackBytes(t, b); err == nil || !strings.Contains(err.Error(), "trace.out") {
		t.Errorf("got error %v", err)
	}
}

// FuzzUnpack: whatever the bytes are, nothing panics and nothing is written outside of the folder.
func FuzzUnpack(f *testing.F) {
	f.Add(pack(f, folder(f, files)))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, b []byte) {
		outer := t.TempDir()
		file, dir := filepath.Join(outer, "x"), filepath.Join(outer, "in")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		_ = Unpack(file, dir)
		entries, err := os.ReadDir(outer)
		if err != nil || len(entries) != 2 {
			t.Errorf("got %v, %v beside the folder", entries, err)
		}
	})
}
