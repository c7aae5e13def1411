package server

import (
	"testing"
	"time"
)

func TestQueueLatestWins(t *testing.T) {
	q := newQueue(10)
	put := func(id uint32, op string) *request {
		r := &request{ID: id, Op: op}
		old, ok := q.put(r)
		if !ok {
			t.Fatal("the queue is closed")
		}
		if old != nil {
			return old
		}
		return nil
	}
	for id, op := range []string{"window", "events", "window", "state", "events", "window", "state"} {
		old := put(uint32(id), op)
		want := map[int]uint32{2: 0, 5: 2, 6: 3}
		if w, ok := want[id]; ok != (old != nil) || ok && old.ID != w {
			t.Errorf("request %d replaced %+v", id, old)
		}
	}
	for _, want := range []uint32{5, 1, 6, 4} {
		r, ok := q.take()
		if !ok || r.ID != want {
			t.Fatalf("got %+v, want request %d", r, want)
		}
		if !q.newest(r) {
			t.Errorf("request %d is not the newest", r.ID)
		}
	}
	r := &request{ID: 20, Op: "state"}
	q.put(r)
	q.take()
	q.put(&request{ID: 21, Op: "state"})
	if q.newest(r) {
		t.Error("a request that was being answered is still the newest after a newer one came")
	}
	if e := (&request{ID: 22, Op: "events"}); !q.newest(e) {
		t.Error("an operation of which all count was superseded")
	}
}

func TestQueueIsBoundedAndCloses(t *testing.T) {
	q := newQueue(2)
	full := make(chan bool)
	go func() {
		for range 3 {
			q.put(&request{Op: "events"})
		}
		full <- true
		_, ok := q.put(&request{Op: "events"})
		full <- ok
	}()
	q.take()
	<-full // the third found room when one was taken
	select {
	case <-full:
		t.Fatal("a fourth request found room")
	case <-time.After(50 * time.Millisecond):
	}
	q.close()
	if ok := <-full; ok {
		t.Error("put on a closed queue says that it was taken")
	}
	if _, ok := q.take(); ok {
		t.Error("a closed queue still gives")
	}
}
