package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/server"
	"github.com/trace-viz/trace-viz/internal/store"
)

// library lets the page take files in and change what recordings there are, among those of the store.
type library struct{}

var _ server.Library = library{}

// Keep makes a recording of a file. What can't be read at all is removed again, and the reason told.
func (library) Keep(name string, content io.Reader) (string, server.Source, error) {
	dir, err := store.Keep(name, content)
	if err != nil {
		return "", nil, err
	}
	rec, err := recording.Open(dir)
	if err != nil {
		return "", nil, err
	}
	s := newStored(dir, rec)
	s.begin()
	select {
	case <-s.done:
	case <-time.After(openPatience):
	}
	if err := s.failed(); err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return filepath.Base(dir), s, nil
}

// Owns tells whether a recording lies in the store.
func (library) Owns(dir string) bool { return store.Owns(dir) }

// Retitle gives a recording a title.
func (library) Retitle(dir, title string) error { return store.Retitle(dir, title) }

// Trash removes a recording for a day, and then for good.
func (library) Trash(dir string) (string, error) { return store.Trash(dir) }

// Restore brings a removed recording back.
func (library) Restore(undo string) (string, server.Source, error) {
	dir, err := store.Restore(undo)
	if err != nil {
		return "", nil, err
	}
	return filepath.Base(dir), newStored(dir, nil), nil
}
