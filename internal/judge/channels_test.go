package judge

import "testing"

// What a goroutine sends to itself is no message between goroutines; a queue that two use is one, whoever takes from it.
func TestMessages(t *testing.T) {
	o := ownIn(t, `
main go a main.work main.go:10
main make self 1
main make jobs 3
main send jobs 1
main send jobs 2
main recv jobs
main end
a start 1
a send self 1
a recv self
a send self 2
a recv self
a recv jobs
a end
`)
	if got := o.messages(); got != 2 {
		t.Errorf("got %d messages, wanted the two of jobs", got)
	}
}

func TestMostUnread(t *testing.T) {
	const text = `
site make main.go:8 reports "chan string"
main go a main.work main.go:10
main make reports 4 @main.go:8
main end
a start 1
a send reports 1
a send reports 2
a recv reports
`
	if got := ownIn(t, text+"a end\n").mostUnread(); got != (places{1, "reports"}) {
		t.Errorf("got %+v, wanted the one that is left in reports", got)
	}
	if got := ownIn(t, text+"a recv reports\na end\n").mostUnread(); got.n != 0 {
		t.Errorf("got %+v, wanted nothing: all is received", got)
	}
}

// A semaphore lets in as many as its channel holds, or as there are tokens in it; a queue of jobs is none.
func TestSemaphore(t *testing.T) {
	const begin = `
site make main.go:8 slots "chan struct{}"
main go a main.work main.go:10
main go b main.work main.go:10
main make slots 10 @main.go:8
`
	for _, c := range []struct {
		name, text string
		want       places
	}{
		{"send first", "main end\na start 1\na send slots 0\na recv slots\na end\nb start 1\nb send slots 0\nb recv slots\nb end\n", places{10, "slots"}},
		{"tokens", "main send slots 0\nmain send slots 0\nmain send slots 0\nmain end\na start 1\na recv slots\na send slots 0\na end\nb start 1\nb recv slots\nb send slots 0\nb end\n", places{3, "slots"}},
		{"queue", "main end\na start 1\na send slots 0\na end\nb start 1\nb recv slots\nb end\n", places{}},
	} {
		if got := ownIn(t, begin+c.text).semaphore(); got != c.want {
			t.Errorf("%s: got %+v, wanted %+v", c.name, got, c.want)
		}
	}
}
