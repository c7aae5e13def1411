package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// trashAge is how long a removed recording can be brought back.
const trashAge = 24 * time.Hour

// trash is the folder of removed recordings. Its name hides it from List.
func trash() string { return filepath.Join(Recordings(), ".trash") }

// Owns tells whether dir is a recording of the store itself. Folders that were given with -o or opened elsewhere are not.
func Owns(dir string) bool {
	return filepath.Dir(dir) == Recordings() && !strings.HasPrefix(filepath.Base(dir), ".")
}

// Trash removes a recording of the store. For a day Restore brings it back by the name that is returned.
func Trash(dir string) (name string, err error) {
	if !Owns(dir) {
		return "", errors.New("this recording does not lie among those of trace-viz: remove its folder yourself")
	}
	emptyTrash()
	if err := os.MkdirAll(trash(), 0o700); err != nil {
		return "", err
	}
	for i := 1; ; i++ {
		name = fmt.Sprintf("%d-%s", i, filepath.Base(dir))
		to := filepath.Join(trash(), name)
		if _, err := os.Lstat(to); err == nil {
			continue // one of this name was removed before
		}
		if err := os.Rename(dir, to); err != nil {
			return "", err
		}
		now := time.Now()
		return name, os.Chtimes(to, now, now)
	}
}

// Restore brings back what Trash removed and returns its folder.
func Restore(name string) (dir string, err error) {
	_, base, ok := strings.Cut(name, "-")
	if !ok || base == "" || filepath.Base(name) != name || strings.HasPrefix(base, ".") {
		return "", fmt.Errorf("%q names no removed recording", name)
	}
	dir = filepath.Join(Recordings(), base)
	if _, err := os.Lstat(dir); err == nil {
		return "", fmt.Errorf("there is a recording %s again", base)
	}
	if err := os.Rename(filepath.Join(trash(), name), dir); err != nil {
		return "", errors.New("the recording is no longer there: removed ones are kept for a day")
	}
	return dir, nil
}

// emptyTrash removes for good what was removed long ago.
func emptyTrash() {
	entries, _ := os.ReadDir(trash())
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > trashAge {
			os.RemoveAll(filepath.Join(trash(), e.Name()))
		}
	}
}

// Retitle gives a recording of the store a title; "" takes it away.
func Retitle(dir, title string) error {
	if !Owns(dir) {
		return errors.New("this recording does not lie among those of trace-viz: it is not changed")
	}
	rec, err := recording.Open(dir)
	if err != nil {
		return err
	}
	m := rec.Meta
	m.Title = title
	return recording.WriteMeta(dir, m)
}
