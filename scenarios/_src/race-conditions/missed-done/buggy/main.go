// Eight goroutines check documents, and main waits for all of them by a WaitGroup: the counter behind Python's
// queue.Queue.join, where each task_done counts one down.
//
// The bug: the path for a changed document returns before it calls Done. Two documents are changed, so the counter stays at
// two when every goroutine has ended, and main waits for ever: a deadlock of main alone.
package main

import (
	"crypto/sha256"
	"fmt"
	"sync"
)

// A Document has a text and the checksum that it had when it was written.
type Document struct {
	Name string
	Text []byte
	Sum  [32]byte
}

// checksum is a hash that is slow on purpose, as for passwords.
func checksum(text []byte) [32]byte {
	sum := sha256.Sum256(text)
	for range 100_000 {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}

func check(d Document, wg *sync.WaitGroup) {
	if checksum(d.Text) != d.Sum {
		fmt.Println(d.Name, "has been changed")
		return
	}
	fmt.Println(d.Name, "is as it was written")
	wg.Done()
}

func main() {
	var docs []Document
	for i := range 8 {
		text := fmt.Append(nil, "this is document ", i)
		docs = append(docs, Document{fmt.Sprint("document ", i), text, checksum(text)})
	}
	docs[2].Text[0], docs[5].Text[0] = 'T', 'T'

	var wg sync.WaitGroup
	for _, d := range docs {
		wg.Add(1)
		go check(d, &wg)
	}
	wg.Wait()
	fmt.Println("all", len(docs), "documents checked")
}
