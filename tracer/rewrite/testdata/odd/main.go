// Command odd has programs that are rarely written like this: names that look like those of the hooks, operations inside of operations,
// operands with side effects, names of the language that mean something else.
package main

import (
	"errors"
	"fmt"
	"iter"
	"sync"

	_tvh "example.com/odd/hook"
	tracevizhook "example.com/odd/hook"
	"example.com/odd/trace"
)

var _tvp, _tvs1, _i = 1, 2, 3

// initialised out of order through channels
var (
	third  = second() + <-pipe
	pipe   = make(chan int, 4)
	first  = fill(pipe)
	locked = func() int { mu.Lock(); defer mu.Unlock(); return first }()
	mu     sync.Mutex
)

func second() int         { return first * 10 }
func fill(c chan int) int { c <- 7; c <- 8; return 3 }

func init() { fmt.Println("init", third, first, locked, <-pipe) }

func say(s string) string                    { fmt.Print(s, " "); return s }
func ch(s string, c chan string) chan string { fmt.Print("ch:", s, " "); return c }

type number interface{ ~chan int | ~chan<- int }

func sendAny[C ~chan E | ~chan<- E, E any](c C, e E)      { c <- e }
func recvAny[C ~chan E | ~<-chan E, E any](c C) (E, bool) { e, ok := <-c; return e, ok }
func rangeAny[C ~chan E, E any](c C) (n int) {
	for range c {
		n++
	}
	return
}
func selAny[C ~chan E, E any](c C, e E) string {
	select {
	case c <- e:
		return "sent"
	case v, ok := <-c:
		return fmt.Sprint("got", v, ok)
	}
}
func closeAny[C ~chan E, E any](c C) int { close(c); return len(c) + cap(c) }
func makeAny[C ~chan E, E any](n int) C  { return make(C, n) }
func core[C number](c C)                 { c <- 5 }

type named chan int
type nest chan chan chan int
type funcs chan func(chan int) <-chan int

type box[T any] struct {
	sync.Mutex
	*sync.Cond
	c chan T
}

func newBox[T any]() *box[T] {
	b := &box[T]{c: make(chan T, 1)}
	b.Cond = sync.NewCond(&b.Mutex)
	return b
}
func (b *box[T]) put(v T) { b.Lock(); defer b.Unlock(); b.c <- v; b.Signal() }
func (b *box[T]) get() T {
	b.Lock()
	for len(b.c) == 0 {
		b.Wait()
	}
	v := <-b.c
	b.Unlock()
	return v
}

func generics() {
	c := make(named, 3)
	sendAny(c, 1)
	sendAny[chan<- int](chan<- int(c), 2)
	fmt.Println(recvAny[named](c))
	fmt.Println(recvAny[<-chan int]((<-chan int)(c)))
	fmt.Println(selAny(c, 9), <-c)
	core((chan int)(c))
	core[chan<- int](c)
	fmt.Println(closeAny(c), rangeAny(c))
	d := makeAny[chan string](2)
	d <- "x"
	fmt.Println(<-d)
	b := newBox[string]()
	go b.put("boxed")
	fmt.Println(b.get())
	g := &_tvh.Guarded[[]int]{}
	g.Set([]int{1})
	f := g.Get
	l := g.Lock
	u := (*_tvh.Guarded[[]int]).Unlock
	l()
	u(g)
	fmt.Println(f(), _tvh.R, tracevizhook.S)
	var e _tvh.Embeds[sync.Mutex, *sync.Mutex]
	e.With(func() { fmt.Println("with") })
}
func nil2(c named) named { return c }

func selects() {
	a, b := make(chan string, 1), make(chan string, 1)
	arr := [2]string{}
	idx := func() int { fmt.Print("idx "); return 1 }
	m := map[string]string{}
	a <- "A"
	select {
	case arr[idx()] = <-ch("a", a):
		fmt.Println("a", arr)
	case ch("b", nil) <- say("v"):
	}
	b <- "B"
	select {
	case m[say("key")] = <-ch("b", b):
		fmt.Println(m)
	case ch("a", nil) <- say("v2"):
	}
	var ok bool
	var x any
	close(a)
	select {
	case x, ok = <-a:
		fmt.Println(x, ok)
	}
	*func() *any { fmt.Print("ptr "); return &x }(), ok = <-b2("z")
	fmt.Println(x, ok)
loop:
	for v := range gen(10) {
		switch {
		default:
			select {
			case b <- fmt.Sprint(v):
				continue loop
			case w := <-b:
				if v > 5 {
					break loop
				}
				if v%2 == 0 {
					goto next
				}
				fmt.Print(w, " ")
			}
		}
	next:
		fmt.Print("n", v, " ")
	}
	fmt.Println()
	i := 0
again:
	select {
	case b <- "again":
		i++
		goto again
	case <-b:
		if i++; i < 5 {
			goto again
		}
	}
	fmt.Println(i)
}

func b2(s string) chan string { c := make(chan string, 1); c <- s; return c }

func gen(n int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := range n {
			select {
			case c <- i:
			}
		}
	}()
	return c
}

func seq(c chan int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		defer fmt.Println("seq done")
		for v := range c {
			c2 := make(chan int, 1)
			c2 <- v
			if !yield(<-c2, nil) {
				return
			}
		}
		yield(0, errors.New("end"))
	}
}

func iterators() (res int) {
	c := make(chan int, 5)
	for i := range 5 {
		c <- i
	}
	out := make(chan int, 100)
	for v, err := range seq(c) {
		defer func() { out <- v; res += v }()
		if v == 1 {
			continue
		}
		for w := range seq2(out) {
			if w == 3 {
				break
			}
			select {
			case out <- w:
			default:
			}
		}
		if v == 3 || err != nil {
			return len(out)
		}
	}
	return -1
}
func seq2(out chan int) iter.Seq[int] {
	return func(y func(int) bool) {
		for i := range 5 {
			if !y(i) {
				return
			}
		}
	}
}

func main() {
	bom()
	crlf()
	latin()
	long()
	dc := make(chan int, 2)
	deepf(dc)
	fmt.Println(deep(dc))
	generics()
	selects()
	fmt.Println(iterators())
	nests()
	shadows()
	reflects()
	lines()
	fmt.Println(deferred())
	values()
	consts()
	tc := make(chan string, 1)
	trace.Log(tc)
	fmt.Println(<-tc, _tvp, _tvs1, _i)
	var c chan int
	defer func() {
		c = make(chan int)
		close(c)
		c <- 1
	}()
	close(c)
}
