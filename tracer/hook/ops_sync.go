//go:build tracevizhook

package hook

import (
	"sync"
	"unsafe"
)

// Locks need no hook lock: a record of taking one is written while it is held, and one of giving it up before that, so the
// log has them in the order in which they happened.
//
// Each operation has three forms: Xxx is a call of the method, XxxF makes the method value, XxxX the method expression,
// whose original is an argument so that what it names stays used.

//go:norace
func pointer[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

// MuLock is m.Lock().
//
//go:norace
func MuLock(m *sync.Mutex, site uint32) {
	if !at(site) {
		m.Lock()
		return
	}
	if m.TryLock() {
		emit(Lock, pointer(m), site)
		return
	}
	emit(LockBlock, pointer(m), site)
	m.Lock()
	emit(LockDone, pointer(m), site)
}

// MuUnlock is m.Unlock().
//
//go:norace
func MuUnlock(m *sync.Mutex, site uint32) {
	if on() {
		emit(Unlock, pointer(m), site)
	}
	m.Unlock()
}

// MuTryLock is m.TryLock().
//
//go:norace
func MuTryLock(m *sync.Mutex, site uint32) bool {
	ok := m.TryLock()
	if on() {
		emit(tried(ok, Lock), pointer(m), site)
	}
	return ok
}

//go:norace
func tried(ok bool, op Op) Op {
	if !ok {
		return TryFailed
	}
	return op
}

// RwLock is m.Lock().
//
//go:norace
func RwLock(m *sync.RWMutex, site uint32) {
	if !at(site) {
		m.Lock()
		return
	}
	if m.TryLock() {
		emit(Lock, pointer(m), site)
		return
	}
	emit(LockBlock, pointer(m), site)
	m.Lock()
	emit(LockDone, pointer(m), site)
}

// RwUnlock is m.Unlock().
//
//go:norace
func RwUnlock(m *sync.RWMutex, site uint32) {
	if on() {
		emit(Unlock, pointer(m), site)
	}
	m.Unlock()
}

// RwTryLock is m.TryLock().
//
//go:norace
func RwTryLock(m *sync.RWMutex, site uint32) bool {
	ok := m.TryLock()
	if on() {
		emit(tried(ok, Lock), pointer(m), site)
	}
	return ok
}

// RwRLock is m.RLock().
//
//go:norace
func RwRLock(m *sync.RWMutex, site uint32) {
	if !at(site) {
		m.RLock()
		return
	}
	if m.TryRLock() {
		emit(RLock, pointer(m), site)
		return
	}
	emit(RLockBlock, pointer(m), site)
	m.RLock()
	emit(RLockDone, pointer(m), site)
}

// RwRUnlock is m.RUnlock().
//
//go:norace
func RwRUnlock(m *sync.RWMutex, site uint32) {
	if on() {
		emit(RUnlock, pointer(m), site)
	}
	m.RUnlock()
}

// RwTryRLock is m.TryRLock().
//
//go:norace
func RwTryRLock(m *sync.RWMutex, site uint32) bool {
	ok := m.TryRLock()
	if on() {
		emit(tried(ok, RLock), pointer(m), site)
	}
	return ok
}

// GroupAdd is g.Add(delta).
//
//go:norace
func GroupAdd(g *sync.WaitGroup, site uint32, delta int) {
	if at(site) {
		emit1(WGAdd, pointer(g), site, int64(delta))
	}
	g.Add(delta)
}

// GroupDone is g.Done().
//
//go:norace
func GroupDone(g *sync.WaitGroup, site uint32) {
	if at(site) {
		emit1(WGAdd, pointer(g), site, -1)
	}
	g.Done()
}

// GroupWait is g.Wait().
//
//go:norace
func GroupWait(g *sync.WaitGroup, site uint32) {
	if !at(site) {
		g.Wait()
		return
	}
	emit(WGWait, pointer(g), site)
	g.Wait()
	emit(WGDone, pointer(g), site)
}

// GroupGo is g.Go(f).
//
//go:norace
func GroupGo(g *sync.WaitGroup, site uint32, f func()) {
	if !at(site) {
		g.Go(f)
		return
	}
	emit1(WGAdd, pointer(g), site, 1)
	g.Go(func() {
		defer emit1(WGAdd, pointer(g), site, -1) // the counter goes down however f ends
		f()
	})
}

// CvWait is c.Wait().
//
//go:norace
func CvWait(c *sync.Cond, site uint32) {
	if !at(site) {
		c.Wait()
		return
	}
	_, l := resolve(c.L)
	emit1(CondWait, pointer(c), site, int64(l))
	c.Wait()
	emit1(CondWoken, pointer(c), site, int64(l))
}

// CvSignal is c.Signal().
//
//go:norace
func CvSignal(c *sync.Cond, site uint32) {
	if at(site) {
		emit(CondSignal, pointer(c), site)
	}
	c.Signal()
}

// CvBroadcast is c.Broadcast().
//
//go:norace
func CvBroadcast(c *sync.Cond, site uint32) {
	if at(site) {
		emit(CondBroadcast, pointer(c), site)
	}
	c.Broadcast()
}

// onceLayout is sync.Once: whether it is done, and the lock that is held while the function runs. The array below does not
// compile when the two differ in size.
type onceLayout struct {
	done  uint32
	state uint32
	sema  uint32
}

var _ = [1]byte{}[unsafe.Sizeof(sync.Once{})-unsafe.Sizeof(onceLayout{})]

// OnceDo is o.Do(f). A call that finds the work done long ago is not recorded.
//
//go:norace
func OnceDo(o *sync.Once, site uint32, f func()) {
	peek := (*onceLayout)(unsafe.Pointer(o))
	if !at(site) || loadWord(&peek.done) != 0 {
		o.Do(f)
		return
	}
	wait := loadWord(&peek.state) != 0
	if wait {
		emit(OnceWait, pointer(o), site)
	}
	ran := false
	o.Do(func() {
		ran = true
		emit(OnceRun, pointer(o), site)
		defer emit(OnceRan, pointer(o), site)
		f()
	})
	if wait && !ran {
		emit(OnceWoken, pointer(o), site)
	}
}
