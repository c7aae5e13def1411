package exercise

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/trace-viz/trace-viz/scenarios"
)

// MarkFile is the file in an exercise's folder that says which exercise it is.
const MarkFile = "exercise.json"

// maxMark bounds what is read of it, in bytes.
const maxMark = 4096

// A marked is the content of MarkFile.
type marked struct {
	Version  int    `json:"version"`
	Exercise string `json:"exercise"`
}

func mark(v scenarios.Variant) []byte {
	b, err := json.MarshalIndent(marked{1, v.Name()}, "", "  ")
	if err != nil {
		panic(err) // two plain fields
	}
	return append(b, '\n')
}

// ErrNoExercise is the error of Find for a folder that is none of an exercise.
var ErrNoExercise = errors.New("not an exercise")

// An UnknownError says that a folder claims to be of an exercise that is not there.
type UnknownError struct{ Name string }

func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s names the exercise %q, which this trace-viz does not know", MarkFile, e.Name)
}

// Find tells which exercise the folder dir is of. The error is ErrNoExercise, *UnknownError, or that the folder can't be read.
func Find(dir string) (scenarios.Variant, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return scenarios.Variant{}, err
	}
	if len(entries) == 0 {
		return scenarios.Variant{}, fmt.Errorf("%s is empty: %w", dir, ErrNoExercise)
	}
	name := filepath.Join(dir, MarkFile)
	st, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return scenarios.Variant{}, fmt.Errorf("%s has no %s: %w", dir, MarkFile, ErrNoExercise)
	case err != nil:
		return scenarios.Variant{}, err
	case !st.Mode().IsRegular() || st.Size() > maxMark:
		return scenarios.Variant{}, fmt.Errorf("%s is no file of trace-viz exercise: %w", name, ErrNoExercise)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return scenarios.Variant{}, err
	}
	var m marked
	if err := json.Unmarshal(b, &m); err != nil || m.Exercise == "" {
		return scenarios.Variant{}, fmt.Errorf("%s can't be read as trace-viz exercise wrote it: %w", name, ErrNoExercise)
	}
	v, err := scenarios.Find(m.Exercise)
	if err != nil {
		return scenarios.Variant{}, &UnknownError{m.Exercise}
	}
	v.Fixed = false
	return v, nil
}
