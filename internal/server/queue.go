package server

import (
	"slices"
	"sync"
)

// latestWins are the operations of which only the newest request matters: the page asks for them while the view moves, and
// an answer to where it was is worth nothing.
var latestWins = []string{"window", "state", "totals", "find"}

// A queue holds the requests of one connection in order, at most one of each operation that is in latestWins.
type queue struct {
	mu     sync.Mutex
	cond   sync.Cond
	max    int
	closed bool
	list   []*request
	last   map[string]*request // newest request of an operation in latestWins
}

func newQueue(max int) *queue {
	q := &queue{max: max, last: map[string]*request{}}
	q.cond.L = &q.mu
	return q
}

// put adds a request, waiting while the queue is full. It returns the request that it replaced, if any, and false when the
// queue was closed.
func (q *queue) put(r *request) (old *request, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if slices.Contains(latestWins, r.Op) {
		q.last[r.Op] = r
		if i := slices.IndexFunc(q.list, func(o *request) bool { return o.Op == r.Op }); i >= 0 {
			old, q.list[i] = q.list[i], r
			return old, !q.closed
		}
	}
	for len(q.list) >= q.max && !q.closed {
		q.cond.Wait()
	}
	if q.closed {
		return nil, false
	}
	q.list = append(q.list, r)
	q.cond.Broadcast()
	return nil, true
}

// take removes the oldest request, waiting for one; false when the queue was closed.
func (q *queue) take() (*request, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.list) == 0 && !q.closed {
		q.cond.Wait()
	}
	if q.closed {
		return nil, false
	}
	r := q.list[0]
	q.list = slices.Delete(q.list, 0, 1)
	q.cond.Broadcast()
	return r, true
}

// newest tells whether no newer request made r pointless while it was answered.
func (q *queue) newest(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	last, ok := q.last[r.Op]
	return !ok || last == r
}

// close wakes everyone who waits.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.cond.Broadcast()
}
