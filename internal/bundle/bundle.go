// Package bundle packs a recording into one file to share, a .tviz, and unpacks what somebody else packed.
//
// A bundle is a zip of the recording's folder. Its first entry, manifest.json, lists every other with its size and the
// SHA-256 digest of its content, so that any change of a name or a content is found when it is unpacked. It does not say
// who made it: a digest is no signature.
//
// A bundle comes from anywhere. Its names must be those that a recording has, all its entries regular files, and its
// counts and sizes are checked before anything is allocated or written.
package bundle

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// Ext ends the name of a bundle.
const Ext = ".tviz"

// version is the format that this program writes, and the newest that it reads.
const version = 1

const manifestName = "manifest.json"

// What a bundle may hold at most. A trace packs to about a fifth and source to a quarter; the output of a program that
// says the same over and over packs best, but no recording as a whole comes near maxRatio.
const (
	maxEntries  = 20_000
	maxManifest = 8 << 20
	maxRatio    = 100
	smallEnough = 64 << 20 // unpacked bytes that need no ratio
	maxFile     = 64 << 30
)

// manifest is manifest.json.
type manifest struct {
	Version int     `json:"version"`
	Files   []entry `json:"files"`
}

// An entry is a file of the bundle.
type entry struct {
	Name   string `json:"name"` // as in the recording's folder, with slashes
	Size   int64  `json:"size"` // in bytes
	SHA256 string `json:"sha256"`
}

// fileNames are the files that a recording has at its top.
var fileNames = regexp.MustCompile(`^(trace(-\d{1,10})?\.out|(meta|sites|processes)(-\d{1,10})?\.json|output\.log|wall(-\d{1,10})?\.pprof|crash(-\d{1,10})?\.log|race(-\d{1,10})?\.log)$`)

// allowed tells whether a recording has files of this name.
func allowed(name string) bool {
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") || !filepath.IsLocal(filepath.FromSlash(name)) {
		return false
	}
	return fileNames.MatchString(name) || strings.HasPrefix(name, recording.SourceDir+"/")
}

// Pack writes the recording in dir as a bundle. The same recording gives the same bytes: entries are sorted and bear no
// time. Files that no recording has are left where they are.
func Pack(w io.Writer, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	m, err := survey(root)
	if err != nil {
		return fmt.Errorf("pack %s: %w", dir, err)
	}
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	head, err := z.CreateHeader(&zip.FileHeader{Name: manifestName, Method: zip.Deflate})
	if err == nil {
		_, err = head.Write(b)
	}
	for _, e := range m.Files {
		if err != nil {
			break
		}
		err = put(z, root, e)
	}
	if err != nil {
		return fmt.Errorf("pack %s: %w", dir, err)
	}
	return z.Close()
}

// survey lists what is to be packed, in the order of names.
func survey(root *os.Root) (manifest, error) {
	m := manifest{Version: version, Files: []entry{}}
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !d.Type().IsRegular() || !allowed(name) {
			return err
		}
		e, err := digest(root, name)
		m.Files = append(m.Files, e)
		return err
	})
	if err == nil && len(m.Files) > maxEntries {
		err = fmt.Errorf("it has %d files, more than the %d of a bundle", len(m.Files), maxEntries)
	}
	return m, err
}

func digest(root *os.Root, name string) (entry, error) {
	f, err := root.Open(name)
	if err != nil {
		return entry{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return entry{Name: name, Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

// put packs one file and makes sure that it is still the one that the manifest tells of.
func put(z *zip.Writer, root *os.Root, e entry) error {
	f, err := root.Open(e.Name)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := z.CreateHeader(&zip.FileHeader{Name: e.Name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, h), f); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != e.SHA256 {
		return fmt.Errorf("%s changes while it is read: wait until the recording has ended", e.Name)
	}
	return nil
}

// ErrDamaged is what the errors of Unpack wrap for a file that is no bundle, is damaged, or holds what no recording has.
var ErrDamaged = errors.New("not a whole trace-viz bundle")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrDamaged}, args...)...)
}

// Unpack writes the recording in the bundle at file into dir, an empty folder, and checks every byte of it. After an
// error what lies in dir is of no use.
func Unpack(file, dir string) error {
	z, err := zip.OpenReader(file)
	if err != nil {
		if errors.Is(err, zip.ErrFormat) {
			return fmt.Errorf("%s: %w", file, damaged("it is no zip file"))
		}
		return fmt.Errorf("%s: %w", file, err)
	}
	defer z.Close()
	info, err := os.Stat(file)
	if err == nil {
		err = unpack(&z.Reader, info.Size(), dir)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func unpack(z *zip.Reader, size int64, dir string) error {
	m, err := readManifest(z)
	if err != nil {
		return err
	}
	if err := check(z, m, size); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for i, e := range m.Files {
		if err := write(root, z.File[i+1], e); err != nil {
			return err
		}
	}
	return nil
}

func readManifest(z *zip.Reader) (m manifest, err error) {
	if len(z.File) == 0 || z.File[0].Name != manifestName {
		return m, damaged("its first entry is not %s", manifestName)
	}
	if len(z.File) > maxEntries+1 {
		return m, damaged("it has %d entries, more than %d", len(z.File), maxEntries)
	}
	f := z.File[0]
	if f.UncompressedSize64 > maxManifest {
		return m, damaged("its manifest has %d bytes, more than %d", f.UncompressedSize64, maxManifest)
	}
	r, err := f.Open()
	if err != nil {
		return m, damaged("%s: %v", manifestName, err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err != nil || len(b) > maxManifest {
		return m, damaged("%s can't be read: %v", manifestName, err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, damaged("%s: %v", manifestName, err)
	}
	if m.Version != version {
		return m, fmt.Errorf("bundle of version %d: this trace-viz knows version %d", m.Version, version)
	}
	return m, nil
}

// check compares what the zip file says with the manifest, before anything is unpacked. size is the file's own.
func check(z *zip.Reader, m manifest, size int64) error {
	if len(m.Files) != len(z.File)-1 {
		return damaged("it has %d files, and %d in its manifest", len(z.File)-1, len(m.Files))
	}
	var total int64
	seen := map[string]bool{}
	for i, e := range m.Files {
		f := z.File[i+1]
		switch low := strings.ToLower(e.Name); {
		case f.Name != e.Name:
			return damaged("%q is %q in its manifest", f.Name, e.Name)
		case !allowed(e.Name):
			return damaged("a recording has no file %q", e.Name)
		case seen[low]:
			return damaged("%q is there twice", e.Name)
		case !f.Mode().IsRegular():
			return damaged("%q is no regular file", e.Name)
		case e.Size < 0 || e.Size > maxFile || f.UncompressedSize64 != uint64(e.Size):
			return damaged("%q has %d bytes, and %d in its manifest", e.Name, f.UncompressedSize64, e.Size)
		default:
			seen[low] = true
		}
		total += e.Size
	}
	if !seen[recording.TraceFile] {
		return damaged("it has no %s", recording.TraceFile)
	}
	if total > smallEnough && total/maxRatio > size {
		return damaged("%d bytes would become %d: no recording packs that well", size, total)
	}
	return nil
}

// write unpacks one file and checks its digest.
func write(root *os.Root, f *zip.File, e entry) error {
	r, err := f.Open()
	if err != nil {
		return damaged("%s: %v", e.Name, err)
	}
	defer r.Close()
	if err := root.MkdirAll(path.Dir(e.Name), 0o700); err != nil {
		return err
	}
	w, err := root.OpenFile(e.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(w, io.TeeReader(io.LimitReader(r, e.Size+1), h))
	if closeErr := w.Close(); err == nil && closeErr != nil {
		return closeErr
	}
	switch {
	case errors.Is(err, zip.ErrChecksum), errors.Is(err, io.ErrUnexpectedEOF), n != e.Size && err == nil:
		return damaged("%s is damaged", e.Name)
	case err != nil:
		return fmt.Errorf("unpack %s: %w", e.Name, err)
	case hex.EncodeToString(h.Sum(nil)) != e.SHA256:
		return damaged("%s is not what its digest says", e.Name)
	}
	return nil
}
