package store

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// A Removed is a folder that Clean removed, with its size.
type Removed struct {
	Path  string
	Bytes int64
}

// leftoverAge is how old what builds and unpacking left must be: one that goes on now is younger.
const leftoverAge = time.Hour

// Clean removes recordings that are older than age, and what builds and unpacking have left. With dry it only tells what it
// would remove. A recording that still runs is kept.
func Clean(age time.Duration, dry bool) ([]Removed, error) {
	var gone []string
	for _, item := range List() {
		old := time.Since(item.Time)
		if old >= age && !(item.Meta.Outcome == recording.Running && old < time.Hour) {
			gone = append(gone, item.Path)
		}
	}
	gone = append(gone, leftovers(Programs(), "")...)
	gone = append(gone, leftovers(Recordings(), ".unpack-")...)
	list := []Removed{}
	for _, path := range gone {
		list = append(list, Removed{path, folderSize(path)})
		if dry {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return list, err
		}
	}
	return list, nil
}

// leftovers lists what lies in dir under names that begin so and was not touched for a while.
func leftovers(dir, prefix string) (list []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), prefix) && time.Since(info.ModTime()) >= leftoverAge {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list
}
