package tracer

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A follower gives all that is written, also to a file that appears later, and ends only when it is told to.
func TestFollowerReadsAGrowingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trace.out")
	f := follow(path)
	defer f.Close()
	got := make(chan []byte)
	go func() {
		b, _ := io.ReadAll(f)
		got <- b
	}()
	var want bytes.Buffer
	for i := range 20 {
		part := bytes.Repeat([]byte{byte('a' + i)}, 1000*i+1)
		want.Write(part)
		out, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(part); err != nil {
			t.Fatal(err)
		}
		out.Close()
		time.Sleep(time.Millisecond)
	}
	select {
	case <-got:
		t.Fatal("the follower ended by itself")
	case <-time.After(3 * followEvery):
	}
	f.end()
	if b := <-got; !bytes.Equal(b, want.Bytes()) {
		t.Errorf("got %d bytes, wanted %d", len(b), want.Len())
	}
}

func TestFollowerEndsWithoutAFile(t *testing.T) {
	f := follow(filepath.Join(t.TempDir(), "none"))
	f.end()
	if b, err := io.ReadAll(f); err != nil || len(b) != 0 {
		t.Errorf("got %q, %v", b, err)
	}
}

// TestFollowerLeaves ends the reading although there is more to read.
func TestFollowerLeaves(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trace.out")
	if err := os.WriteFile(path, make([]byte, 100), 0o600); err != nil {
		t.Fatal(err)
	}
	f := follow(path)
	defer f.Close()
	if n, err := f.Read(make([]byte, 10)); n != 10 || err != nil {
		t.Fatalf("got %d bytes, error %v", n, err)
	}
	f.leave()
	if n, err := f.Read(make([]byte, 10)); n != 0 || err != io.EOF {
		t.Errorf("got %d bytes, error %v; wanted the end", n, err)
	}
}
