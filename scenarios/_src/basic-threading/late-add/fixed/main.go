// Eight goroutines hash a new file each, and main waits for them by a WaitGroup. Add says "one more to wait for" and Done "one
// less", as start and join of Python's threading.Thread do by themselves.
//
// Fixed: main calls Add before the go statement, so the counter is right before Wait looks at it. (wg.Go does both.)
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
)

const fresh, files = 8, 32 // new files, and all in the folder

var hashed atomic.Int64

// read makes up the file of that number, and takes a while as a disk does.
func read(number uint64) []byte {
	file := make([]byte, 0, 4<<20)
	random := rand.New(rand.NewPCG(number, 0))
	for len(file) < cap(file) {
		file = binary.LittleEndian.AppendUint64(file, random.Uint64())
	}
	return file
}

func hash(number uint64, wg *sync.WaitGroup) {
	defer wg.Done()
	file := read(number)
	sum := sha256.Sum256(file)
	fmt.Printf("file %d: %x\n", number, sum[:4])
	hashed.Add(1)
}

func main() {
	var wg sync.WaitGroup
	for number := range uint64(fresh) {
		wg.Add(1)
		go hash(number, &wg)
	}
	wg.Wait()
	fmt.Println(hashed.Load(), "of", fresh, "new files hashed")

	whole := sha256.New() // over all files, one after the other, as a seal
	for number := range uint64(files) {
		whole.Write(read(number))
	}
	fmt.Printf("the whole folder: %x\n", whole.Sum(nil)[:4])
}
