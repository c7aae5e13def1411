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
