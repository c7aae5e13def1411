package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/trace-viz/trace-viz/internal/bundle"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// Import unpacks a bundle among the recordings and returns its folder. The name comes from the bundle's own name and its
// content, so the same bundle is unpacked once. Nothing is left of one that is damaged.
func Import(file string) (string, error) {
	sum, err := digest(file)
	if err != nil {
		return "", err
	}
	if err := Check(); err != nil {
		return "", err
	}
	if err := os.MkdirAll(Recordings(), 0o700); err != nil {
		return "", fmt.Errorf("no place for recordings: %w (set %s)", err, EnvHome)
	}
	dir := filepath.Join(Recordings(), safe(strings.TrimSuffix(filepath.Base(file), bundle.Ext))+"-"+sum[:12])
	if _, err := recording.Open(dir); err == nil {
		return dir, nil
	}
	part, err := os.MkdirTemp(Recordings(), ".unpack-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(part)
	if err := bundle.Unpack(file, part); err != nil {
		return "", err
	}
	if _, err := recording.Open(part); err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	if err := os.Rename(part, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return dir, nil
}

func digest(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
