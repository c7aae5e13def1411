//go:build tracevizhook

package hook

// Method values and method expressions. Bind makes f := mu.Unlock out of MuUnlock, Expr makes (*sync.Mutex).Unlock; its
// second argument is the original, so that the import that it needs stays used. Like a method value, Bind allocates.

// Held is p, and panics if that is an interface value that is nil, as the language does where a method value of it is made and where
// the call of its method is deferred or begins a goroutine: not first when the hook is called.
//
//go:norace
func Held[P any](p P) P {
	if any(p) == nil {
		var none interface{ Lock() }
		none.Lock()
	}
	return p
}

// Bind is the method value of a method without parameters.
//
//go:norace
func Bind[P any](op func(P, uint32), p P, site uint32) func() {
	p = Held(p)
	return func() { op(p, site) }
}

// Bind1 is the method value of a method with one parameter.
//
//go:norace
func Bind1[P, A any](op func(P, uint32, A), p P, site uint32) func(A) {
	return func(a A) { op(p, site, a) }
}

// BindB is the method value of a method that returns a bool or another result.
//
//go:norace
func BindB[P, R any](op func(P, uint32) R, p P, site uint32) func() R {
	p = Held(p)
	return func() R { return op(p, site) }
}

// Bind1B is the method value of a method with one parameter and a result.
//
//go:norace
func Bind1B[P, A, R any](op func(P, uint32, A) R, p P, site uint32) func(A) R {
	return func(a A) R { return op(p, site, a) }
}

// Expr is the method expression of a method without parameters.
//
//go:norace
func Expr[P any](op func(P, uint32), _ func(P), site uint32) func(P) {
	return func(p P) { op(p, site) }
}

// Expr1 is the method expression of a method with one parameter.
//
//go:norace
func Expr1[P, A any](op func(P, uint32, A), _ func(P, A), site uint32) func(P, A) {
	return func(p P, a A) { op(p, site, a) }
}

// ExprB is the method expression of a method with a result.
//
//go:norace
func ExprB[P, R any](op func(P, uint32) R, _ func(P) R, site uint32) func(P) R {
	return func(p P) R { return op(p, site) }
}

// Expr1B is the method expression of a method with one parameter and a result.
//
//go:norace
func Expr1B[P, A, R any](op func(P, uint32, A) R, _ func(P, A) R, site uint32) func(P, A) R {
	return func(p P, a A) R { return op(p, site, a) }
}

// At begins the call of a method whose name stands on another line than its operand. Its parts stay on theirs.
//
//go:norace
func At[P any](op func(P, uint32), p P) Called[P] { return Called[P]{op, Held(p)} }

// At1 is At for a method with one parameter.
//
//go:norace
func At1[P, A any](op func(P, uint32, A), p P) Called1[P, A] { return Called1[P, A]{op, p} }

// AtB is At for a method with a result.
//
//go:norace
func AtB[P, R any](op func(P, uint32) R, p P) CalledB[P, R] { return CalledB[P, R]{op, Held(p)} }

// At1B is At for a method with one parameter and a result.
//
//go:norace
func At1B[P, A, R any](op func(P, uint32, A) R, p P) Called1B[P, A, R] {
	return Called1B[P, A, R]{op, p}
}

// Called, Called1, CalledB and Called1B are a method and its operand.
type (
	Called[P any] struct {
		op func(P, uint32)
		p  P
	}
	Called1[P, A any] struct {
		op func(P, uint32, A)
		p  P
	}
	CalledB[P, R any] struct {
		op func(P, uint32) R
		p  P
	}
	Called1B[P, A, R any] struct {
		op func(P, uint32, A) R
		p  P
	}
)

// Call calls the method.
//
//go:norace
func (c Called[P]) Call(site uint32) { c.op(c.p, site) }

// Call calls the method.
//
//go:norace
func (c Called1[P, A]) Call(site uint32, a A) { c.op(c.p, site, a) }

// Call calls the method.
//
//go:norace
func (c CalledB[P, R]) Call(site uint32) R { return c.op(c.p, site) }

// Call calls the method.
//
//go:norace
func (c Called1B[P, A, R]) Call(site uint32, a A) R { return c.op(c.p, site, a) }
