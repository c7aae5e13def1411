package main

import (
	"fmt"
	"os"
	"sync"
)

type T struct{ ch chan int }

func (t T) Val(x int) { t.ch <- x }
func (t *T) Ptr() int { return <-t.ch }

func values() {
	t := T{make(chan int, 2)}
	for _, f := range []func(int){t.Val, t.Val2(t), func(i int) { T.Val(t, i) }} {
		f(2)
		fmt.Print((*T).Ptr(&t), " ")
	}
	var mu sync.Mutex
	do := func(fs ...func()) {
		for _, f := range fs {
			f()
		}
	}
	do(mu.Lock, mu.Unlock, sync.OnceFunc(func() { fmt.Print("f ") }), (&mu).Lock, mu.Unlock)
	var l sync.Locker = &mu
	m := map[string]func(){"l": l.Lock, "u": l.Unlock}
	m["l"]()
	m["u"]()
	type pair struct{ lock, unlock func() }
	p := pair{mu.Lock, mu.Unlock}
	p.lock()
	p.unlock()
	var np *sync.Mutex
	func() {
		defer func() { fmt.Println("nil:", recover() != nil) }()
		f := np.Lock
		fmt.Println("bound")
		f()
	}()
	var nl sync.Locker
	func() {
		defer func() { fmt.Println("nil locker:", recover()) }()
		f := nl.Lock
		fmt.Println("not bound")
		f()
	}()
}
func (t T) val2(i int)       { t.ch <- i * 2 }
func (T) Val2(t T) func(int) { return t.val2 }

func consts() {
	c := make(chan float64, 4)
	c <- 1
	c <- 'a'
	c <- 1 << 3
	const k = 5
	c <- k / 2
	fmt.Println(<-c, <-c, <-c, <-c)
	e := make(chan error, 2)
	e <- nil
	e <- os.ErrExist
	fmt.Println(<-e, <-e)
	a := make(chan any, 3)
	a <- 1 << 3
	a <- 'x'
	a <- nil
	fmt.Println(<-a, <-a, <-a)
	f := make(chan func(), 1)
	f <- func() { fmt.Println("f") }
	(<-f)()
	u := make(chan uint8, uint8(2))
	u <- ^uint8(0)
	fmt.Println(+<-u, -1)
	b := make(chan bool, 1)
	b <- 1 < 2 && len(b) == 0
	if !<-b {
		fmt.Println("no")
	}
	s := make(chan []int, 1)
	s <- []int{1, 2}
	for i, v := range <-s {
		fmt.Print(i, v, ";")
	}
	s <- nil
	switch v := <-s; {
	case v == nil:
		fmt.Println("nil")
	}
	a <- "str"
	switch v := (<-a).(type) {
	case string:
		fmt.Println("string", v)
	}
	st := make(chan struct{ X, Y int }, 1)
	st <- struct{ X, Y int }{1, 2}
	fmt.Println((<-st).Y)
	n := make(chan int, 1)
	n <- 3
	arr := [5]int{2: 7}
	arr[func() int { n <- <-n; return 2 }()] += <-n
	fmt.Println(arr)
	n <- 1
	x, y := 1, 2
	x, y = y, <-n
	fmt.Println(x, y)
	n <- 1
	if v, ok := <-n; ok && v == 1 {
		fmt.Println("ok")
	} else if w := <-n; w == 0 {
	}
	n <- 1
	var d, ok = <-n
	fmt.Println(d, ok)
	n <- 1
	fmt.Println(func(v int, more ...int) int { return v + len(more) }(<-n))
	n <- 1
	_ = <-n
	n <- 1
	_, _ = <-n
	n <- 1
	var i8 interface{ String() string }
	_ = i8
	go func(int) {}(<-n)
	n <- 1
	defer func(v int) { fmt.Println("deferred", v) }(<-n)
	n <- 2
	return
}
