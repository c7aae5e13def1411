// Package hook has the name of ours.
package hook

import "sync"

type Guarded[T any] struct {
	sync.RWMutex
	v T
}

func (g *Guarded[T]) Set(v T) { g.Lock(); defer g.Unlock(); g.v = v }
func (g *Guarded[T]) Get() T  { g.RLock(); defer g.RUnlock(); return g.v }

type Embeds[T any, P interface {
	*T
	sync.Locker
}] struct{ inner T }

func (e *Embeds[T, P]) With(f func()) { P(&e.inner).Lock(); defer P(&e.inner).Unlock(); f() }

var R, S, Make, Close = 1, 2, 3, 4
