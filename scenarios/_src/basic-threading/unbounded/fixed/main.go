// A goroutine costs little, so why not one for each of 1,200 pictures? In Python nobody would start so many threads:
// max_workers of a ThreadPoolExecutor bounds them. Look at --procs 1, too: the work is CPU-bound and gains from cores alone.
//
// Fixed: a channel with four places bounds how many are at work; main waits for a place before the next picture.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

const pictures, size = 1200, 64 // size in pixels, both ways

var light, dark atomic.Int64

// load makes up picture n.
func load(n int) []byte {
	picture := make([]byte, size*size)
	for i := range picture {
		picture[i] = byte(i * n)
	}
	return picture
}

// judge blurs the picture, and counts it as light or as dark.
func judge(picture []byte) {
	for range 60 {
		for i := size; i < len(picture)-size; i++ {
			around := int(picture[i-size]) + int(picture[i-1]) + int(picture[i+1]) + int(picture[i+size])
			picture[i] = byte(around / 4)
		}
	}
	if picture[len(picture)/2] > 127 {
		light.Add(1)
	} else {
		dark.Add(1)
	}
}

func main() {
	var album [][]byte
	for n := range pictures {
		album = append(album, load(n))
	}
	var wg sync.WaitGroup
	places := make(chan struct{}, 4)
	for _, picture := range album {
		places <- struct{}{}
		wg.Go(func() {
			judge(picture)
			<-places
		})
	}
	wg.Wait()
	fmt.Println(light.Load(), "light and", dark.Load(), "dark pictures")
}
