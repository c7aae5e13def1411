// Ten goroutines unpack archives, at most three at a time. A buffered channel is the semaphore: to send takes one of its
// places, to receive gives it back, as acquire and release of Python's threading.Semaphore(3). What "with slots:" does
// there, defer does here.
//
// Fixed: the slot is given back by defer, on every way out of unpack.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
)

var slots = make(chan struct{}, 3) // how many may unpack at once

// pack makes archive i; every third one is damaged.
func pack(i int) []byte {
	var archive bytes.Buffer
	w := gzip.NewWriter(&archive)
	for line := range 20_000 {
		fmt.Fprintln(w, "archive", i, "line", line*line)
	}
	w.Close()
	if i%3 == 0 {
		archive.Truncate(archive.Len() / 2)
	}
	return archive.Bytes()
}

// unpack gives the checksum of what the archive holds.
func unpack(archive []byte) (uint32, error) {
	slots <- struct{}{}
	defer func() { <-slots }()
	r, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return 0, err
	}
	sum := crc32.NewIEEE()
	if _, err := io.Copy(sum, r); err != nil {
		return 0, err
	}
	return sum.Sum32(), nil
}

func read(i int, archive []byte, wg *sync.WaitGroup) {
	defer wg.Done()
	sum, err := unpack(archive)
	if err != nil {
		fmt.Printf("archive %d: %v\n", i, err)
		return
	}
	fmt.Printf("archive %d: %08x\n", i, sum)
}

func main() {
	var archives [][]byte
	for i := range 10 {
		archives = append(archives, pack(i))
	}
	var wg sync.WaitGroup
	for i, archive := range archives {
		wg.Add(1)
		go read(i, archive, &wg)
	}
	wg.Wait()
	fmt.Println("all archives read")
}
