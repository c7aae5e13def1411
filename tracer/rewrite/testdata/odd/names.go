package main

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

func nests() {
	n := make(nest, 1)
	cc := make(chan chan int, 1)
	c := make(chan int, 1)
	n <- cc
	cc <- c
	c <- 4
	fmt.Println(<-<-<-n)
	n <- cc
	cc <- c
	go func() { <-<-n <- 6 }()
	fmt.Println(<-c)
	f := make(funcs, 1)
	f <- func(c chan int) <-chan int { c <- 1; return c }
	fmt.Println(<-(<-f)(c))
	var m struct {
		c  map[string][]chan *[2]chan int
		mu [2]sync.Mutex
	}
	m.c = map[string][]chan *[2]chan int{"a": {make(chan *[2]chan int, 1)}}
	m.c["a"][0] <- &[2]chan int{c, make(chan int, 1)}
	(<-m.c["a"][0])[1] <- 2
	m.mu[len("a")].Lock()
	m.mu[1].Unlock()
	var once = map[string]*sync.Once{"x": {}}
	once["x"].Do(func() { fmt.Println("once") })
	s := []chan int{c}
	s[0] <- 1
	for s[0], _ = range map[chan int]bool{c: true} {
	}
	var i int
	p := &i
	close(c)
	for *p = range c {
	}
	fmt.Println(i)
	var fs []func()
	d := make(chan int, 3)
	d <- 1
	d <- 2
	d <- 3
	close(d)
	for v := range d {
		fs = append(fs, func() { fmt.Print(v, " ") })
		v *= 10
	}
	for _, f := range fs {
		f()
	}
	fmt.Println()
}

func shadows() {
	len := func(any) int { return 42 }
	cap := len
	close := func(c chan int) { fmt.Println("not closed", len(c), cap(c)) }
	append := func(c chan int, v int) { c <- v }
	c := make(chan int, 1)
	{
		make := func(c chan int, n int) chan int { append(c, n); return c }
		nil := make(c, 3)
		true := false
		_ = true
		int := "int"
		fmt.Println(<-nil, int)
		type chan_ = chan string
		string := 5
		_ = string
		any := 1
		_ = any
		bool := 2
		uint32 := 3
		_, _ = bool, uint32
		v, ok := <-func() chan_ { d := new(chan_); *d = realMake(); close2(*d); return *d }()
		fmt.Printf("%q %v\n", v, ok)
	}
	close(c)
	panic := func(s string) { fmt.Println("calm", s) }
	recover := func() string { return "rec" }
	defer panic(recover())
	uintptr, func_, error := 1, 2, 3
	_, _, _ = uintptr, func_, error
	select {
	case c <- 1:
	default:
	}
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
}
func realMake() chan string { return make(chan string, 1) }
func close2(c chan string)  { close(c) }

func reflects() {
	c := make(chan int, 1)
	v := reflect.ValueOf(c)
	v.Send(reflect.ValueOf(3))
	i, r, ok := reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: v}, {Dir: reflect.SelectDefault}})
	fmt.Println(i, r, ok)
	d := reflect.MakeChan(reflect.TypeOf(c), 1).Interface().(chan int)
	d <- 1
	fmt.Println(<-d, v.TrySend(reflect.ValueOf(1)), <-c)
	m := reflect.ValueOf(&sync.Mutex{}).MethodByName("Lock")
	m.Call(nil)
	type h struct {
		c  chan int
		mu sync.Mutex
	}
	x := &h{c: c}
	pc := (*chan int)(unsafe.Pointer(uintptr(unsafe.Pointer(x)) + unsafe.Offsetof(x.c)))
	*pc <- 2
	(*sync.Mutex)(unsafe.Pointer(uintptr(unsafe.Pointer(x)) + unsafe.Offsetof(x.mu))).Lock()
	x.mu.Unlock()
	fmt.Println(<-x.c)
	var ptr atomic.Pointer[chan int]
	ptr.Store(&c)
	*ptr.Load() <- 3
	fmt.Println(<-*ptr.Load())
	var sm sync.Map
	sm.Store("c", c)
	cc, _ := sm.Load("c")
	cc.(chan int) <- 4
	fmt.Println(<-cc.(chan int), cap(cc.(chan int)))
	type T struct {
		n int
		s string
	}
	t := T{1, "x"}
	t2 := t
	tc := make(chan T, 1)
	tc <- t2
	t2.n = 5
	fmt.Println(<-tc, (func() T { tc <- t; return <-tc })().n)
	sized := make(chan struct{}, 2)
	sized <- struct{}{}
	fmt.Println(len(sized), unsafe.Sizeof(<-sized))
	var arr [len([3]int{})]chan int
	fmt.Println(len(arr))
}

func where(skip int) string {
	_, f, l, _ := runtime.Caller(skip + 1)
	return fmt.Sprint(f[strings.LastIndex(f, "/")+1:], ":", l)
}

func lines() {
	c := make(chan string, 3)
	c <- where(
		0)
	c <- func() string { return where(0) }()
	fmt.Println(<-c,
		<-c)
	defer func() {
		fmt.Println(recover())
		var pcs [10]uintptr
		n := runtime.Callers(0, pcs[:])
		fr := runtime.CallersFrames(pcs[:n])
		for {
			f, more := fr.Next()
			if strings.HasPrefix(f.Function, "main.") {
				fmt.Println(f.Function, f.Line)
			}
			if !more {
				break
			}
		}
	}()
	close(c)
	select {
	case c <- "closed":
	}
}

func deferred() (s string) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	c := make(chan string, 5)
	mu.Lock()
	for i := range 2 {
		defer mu.Unlock()
		if i == 0 {
			defer mu.Lock()
		}
		defer func(c chan<- string) { c <- fmt.Sprint(i) }(c)
		defer close(make(chan int))
	}
	wg.Add(1)
	defer wg.Done()
	defer func() { s = "named" }()
	defer func(n int) { fmt.Println("n", n, len(c)) }(cap(c))
	return <-func() chan string { c <- "x"; return c }()
}
