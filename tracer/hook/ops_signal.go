//go:build tracevizhook

package hook

import (
	"context"
	"internal/abi"
	"internal/runtime/atomic"
	"unsafe"
)

// What signal.NotifyContext returns is a struct of package signal around a context that can be cancelled. Both who cancels it, its
// function stop and the goroutine that waits for the signal, call a function in that struct. So that one is wrapped, and a record
// tells who came first, on whose goroutine. Wrapping stop would tell nothing of the signal.

// signalType is the type behind those contexts, 0 until one was made. It stays 0 where a release of Go has another struct.
var signalType atomic.Uintptr

// NotifyContextAs is the function signal.NotifyContext itself. S is os.Signal: package os must not be imported, or it would be
// initialised before us.
//
//go:norace
func NotifyContextAs[S any](orig func(context.Context, ...S) (context.Context, context.CancelFunc), site uint32) func(context.Context, ...S) (context.Context, context.CancelFunc) {
	return func(parent context.Context, signals ...S) (context.Context, context.CancelFunc) {
		c, stop := orig(parent, signals...)
		if on() {
			madeForSignal(parent, c, site)
		}
		return c, stop
	}
}

// madeForSignal records a context that a signal cancels.
//
//go:norace
func madeForSignal(parent, c context.Context, site uint32) {
	cancel := signalCancel(c)
	if cancel == nil {
		return
	}
	if cancelType.Load() == 0 {
		probe, end := context.WithCancel(context.Background())
		end()
		learn(probe)
	}
	inner := *(*context.Context)((*iface)(unsafe.Pointer(&c)).data)
	if t := uintptr(unsafe.Pointer(typeOf(inner))); t != cancelType.Load() && t != deadlineType.Load() {
		return
	}
	signalType.Store(uintptr(unsafe.Pointer(typeOf(c))))
	from := cancellable(parent)
	if from == 0 {
		from = unknown // whoever sends the signal can cancel it
	}
	obj := learn(inner)
	emit1(ContextMake, obj, site, int64(from))
	wrapped := cancelsCause(*cancel, obj, site)
	// The goroutine that waits for the signal may read it at the same time.
	(*atomic.UnsafePointer)(unsafe.Pointer(cancel)).Store(*(*unsafe.Pointer)(unsafe.Pointer(&wrapped)))
}

// signalCancel finds the function in the struct behind c, nil if that does not begin with a context and such a function.
//
//go:norace
func signalCancel(c context.Context) *context.CancelCauseFunc {
	i := (*iface)(unsafe.Pointer(&c))
	if i.tab == nil || i.tab.Type.Kind() != abi.Pointer {
		return nil
	}
	s := i.tab.Type.Elem()
	if s == nil || s.Kind() != abi.Struct {
		return nil
	}
	fields := s.StructType().Fields
	if len(fields) < 2 || fields[0].Name.Name() != "Context" || fields[0].Typ.Kind() != abi.Interface || fields[0].Offset != 0 ||
		fields[1].Name.Name() != "cancel" || fields[1].Typ.Kind() != abi.Func || fields[1].Typ.FuncType().NumIn() != 1 {
		return nil
	}
	return (*context.CancelCauseFunc)(unsafe.Add(i.data, fields[1].Offset))
}
