// Package store keeps the recordings of this user: where they lie, how they are named, and which are too old to keep. It
// never touches a folder that was given with -o.
package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// What is kept: the newest recordings, up to a number and a size.
const (
	keepCount = 50
	keepBytes = 5 << 30
)

// EnvHome overrides where everything of ours lies.
const EnvHome = "TRACEVIZ_HOME"

// Home is the folder for everything of this user: TRACEVIZ_HOME, else trace-viz in the data directory of the XDG base
// directory specification. With no home directory at all it is a folder in the directory for temporary files.
func Home() string {
	if dir := os.Getenv(EnvHome); dir != "" {
		return dir
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "trace-viz")
	}
	if home, err := os.UserHomeDir(); err == nil && home != "" && home != "/" {
		return filepath.Join(home, ".local", "share", "trace-viz")
	}
	return homeless()
}

// homeless is the folder for a user without a home directory. Anyone can guess its name.
func homeless() string {
	return filepath.Join(os.TempDir(), "trace-viz-"+strconv.Itoa(os.Getuid()))
}

// private makes sure that nobody else has put something there where the folder for users without a home directory is to be:
// it would hold programs that are built and run.
func private(home string) error {
	if home != homeless() {
		return nil
	}
	if err := os.Mkdir(home, 0o700); !errors.Is(err, fs.ErrExist) {
		return err
	}
	st, err := os.Lstat(home)
	if err == nil && (!st.IsDir() || st.Mode().Perm()&0o077 != 0) {
		err = fmt.Errorf("%s is not a folder of this user alone (mode %v)", home, st.Mode())
	}
	return err
}

// Check tells whether the folder for everything of this user can be trusted.
func Check() error {
	if err := private(Home()); err != nil {
		return fmt.Errorf("no place for recordings and programs: %w (set %s or HOME)", err, EnvHome)
	}
	return nil
}

// Recordings is the folder of the recordings.
func Recordings() string { return filepath.Join(Home(), "recordings") }

// Programs is the folder where scenario programs are built.
func Programs() string { return filepath.Join(Home(), "programs") }

var unsafeRunes = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// safe makes a name for a folder of any text.
func safe(name string) string {
	name = strings.Trim(unsafeRunes.ReplaceAllString(name, "-"), "-.")
	if len(name) > 60 {
		name = name[:60]
	}
	return name
}

// New makes the folder of a new recording and removes the oldest ones beyond what is kept. The name says the program and
// the time, so that it tells a person what it is.
func New(program string, at time.Time) (string, error) { return NewBeside(program, at, at) }

// NewBeside is New for one of several recordings that belong together: none that began at since or later is removed for it.
func NewBeside(program string, at, since time.Time) (string, error) {
	name := safe(program)
	if err := Check(); err != nil {
		return "", err
	}
	base := filepath.Join(Recordings(), name+"-"+at.Format("20060102-150405"))
	if err := os.MkdirAll(Recordings(), 0o700); err != nil {
		return "", fmt.Errorf("no place for recordings: %w (set %s, or give a folder with -o)", err, EnvHome)
	}
	prune(since)
	for i := 1; ; i++ {
		dir := base
		if i > 1 {
			dir += "-" + strconv.Itoa(i)
		}
		err := os.Mkdir(dir, 0o700)
		if err == nil || !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// UseDir makes dir, given with -o, ready for a recording. It refuses a folder that is not empty: nothing is overwritten.
func UseDir(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("recording folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("recording folder: %w", err)
	}
	if len(entries) > 0 {
		return "", fmt.Errorf("recording folder %s is not empty: give a new one with -o", dir)
	}
	return dir, nil
}

// An Item is a recording on disk.
type Item struct {
	Path string
	Meta recording.Meta
	Time time.Time
}

// List gives the recordings, newest first. A folder that can't be read as one is left out.
func List() []Item {
	entries, _ := os.ReadDir(Recordings())
	items := []Item{}
	for _, e := range entries {
		path := filepath.Join(Recordings(), e.Name())
		rec, err := recording.Open(path)
		if err != nil {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, rec.Meta.Start)
		if info, infoErr := e.Info(); err != nil && infoErr == nil {
			at = info.ModTime()
		}
		items = append(items, Item{Path: path, Meta: rec.Meta, Time: at})
	}
	slices.SortStableFunc(items, func(a, b Item) int { return b.Time.Compare(a.Time) })
	return items
}

// prune removes what is beyond the limits. A recording that still runs is kept, and one that began at since or later.
func prune(since time.Time) {
	emptyTrash()
	var size int64
	for i, item := range List() {
		size += folderSize(item.Path)
		young := time.Since(item.Time) < time.Hour
		if (i+1 >= keepCount || size > keepBytes) && item.Time.Before(since) && !(item.Meta.Outcome == recording.Running && young) {
			os.RemoveAll(item.Path)
		}
	}
}

func folderSize(dir string) (n int64) {
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}
