// Command cgo sends what C code returns through channels.
package main

/*
#include <errno.h>
#include <stdlib.h>

typedef struct { int x; double y; } point;
typedef enum { red, green } colour;

static int twice(int n) { return 2 * n; }
static int fails(int n) { errno = ENOENT; return n; }
static point origin(void) { point p = {1, 2.5}; return p; }

extern void goCallback(int);
static void call(int n) { goCallback(n); }
*/
import "C"

import (
	"fmt"
	"sync"
	"unsafe"
)

// A shared value has a lock beside C types.
type shared struct {
	sync.Mutex
	p C.point
	c C.colour
}

var calls = make(chan C.int, 1)

//export goCallback
func goCallback(n C.int) {
	calls <- n
}

func main() {
	ints := make(chan C.int, 4)
	ints <- C.twice(21)
	ints <- 3
	ints <- C.int(len("abcd"))
	fmt.Println(C.twice(<-ints), <-ints)
	v, ok := <-ints
	fmt.Println(v, ok)
	close(ints)
	for n := range ints {
		fmt.Println(n)
	}
	n, err := C.fails(5)
	fmt.Println(n, err)
	var s shared
	s.Lock()
	s.p, s.c = C.origin(), C.green
	s.Unlock()
	fmt.Println(s.p.x, s.p.y, s.c)
	points := make(chan *C.point)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for p := range points {
			fmt.Println(p.x, p.y)
		}
	}()
	points <- &s.p
	points <- (*C.point)(unsafe.Pointer(&s.p))
	close(points)
	<-done
	C.call(9)
	select {
	case n := <-calls:
		fmt.Println("called", n)
	case points := <-make(chan C.point):
		fmt.Println(points)
	}
	select {
	case calls <- C.twice(4):
		fmt.Println("sent", <-calls)
	default:
	}
	select {
	case n, ok := <-calls:
		fmt.Println(n, ok)
	default:
		fmt.Println("none")
	}
	text := C.CString("freed")
	defer C.free(unsafe.Pointer(text))
	wg := sync.WaitGroup{}
	wg.Go(func() { fmt.Println(C.GoString(text)) })
	wg.Wait()
	var none chan C.int
	close(none) // panics here
}
