//go:build tracevizhook

package hook

import (
	"errors"
	"internal/abi"
	"internal/reflectlite"
	"strconv"
	"unsafe"
)

// Texts of sent values. They are read from the hook's own copy of the value and from memory that can't change (strings,
// values boxed in interfaces), never through a pointer of the program, and no method of the program is called: both
// could change what the program does.

const (
	maxText   = 32 // bytes of a value's text
	maxString = 24 // bytes of a string that are shown
	maxFields = 4  // fields of a struct that is shown
)

// valueOf writes the text of the value of type t at p and returns its length, 0 if the value has no short text or is left
// out by sampling.
//
//go:norace
func valueOf(text *[maxText]byte, t *abi.Type, p unsafe.Pointer) int {
	if valuesOff || !showable(t) || !wantValue() {
		return 0
	}
	return format(text, t, p)
}

// format is the rare part of valueOf, apart so that the common one needs no buffer.
//
//go:norace
//go:noinline
func format(text *[maxText]byte, t *abi.Type, p unsafe.Pointer) int {
	var buf [4 * maxText]byte
	b := appendValue(buf[:0], t, p)
	if len(b) > maxText {
		return 0
	}
	return copy(text[:], b)
}

//go:norace
func showable(t *abi.Type) bool {
	switch t.Kind() {
	case abi.Interface:
		return true
	case abi.Struct:
		fields := (*abi.StructType)(unsafe.Pointer(t)).Fields
		if len(fields) == 0 || len(fields) > maxFields {
			return false
		}
		for i := range fields {
			if basic(fields[i].Typ.Kind()) {
				return true
			}
		}
		return false
	}
	return basic(t.Kind())
}

//go:norace
func basic(k abi.Kind) bool {
	return abi.Bool <= k && k <= abi.Float64 || k == abi.String
}

// appendValue shows a value of a showable type. The functions below it do not call each other in a circle, which would move
// the buffer to the heap.
//
//go:norace
func appendValue(b []byte, t *abi.Type, p unsafe.Pointer) []byte {
	if t.Kind() == abi.Interface {
		return appendInterface(b, (*abi.InterfaceType)(unsafe.Pointer(t)), p)
	}
	return appendPlain(b, t, p)
}

// appendInterface shows what is in an interface value: a basic value or small struct as such, an error of errors.New by its
// text, anything else by its type.
//
//go:norace
func appendInterface(b []byte, t *abi.InterfaceType, p unsafe.Pointer) []byte {
	i := *(*iface)(p)
	if i.tab == nil {
		return append(b, "nil"...)
	}
	dynamic := (*abi.Type)(unsafe.Pointer(i.tab)) // an empty interface holds the type itself
	if len(t.Methods) > 0 {
		dynamic = i.tab.Type
	}
	switch {
	case dynamic == plainError:
		return appendString(b, *(*string)(i.data))
	case showable(dynamic) && !dynamic.IsDirectIface():
		return appendPlain(b, dynamic, i.data)
	}
	var named any
	(*iface)(unsafe.Pointer(&named)).tab = (*abi.ITab)(unsafe.Pointer(dynamic))
	name := reflectlite.TypeOf(named).String()
	if len(name) > maxText {
		return tooLong(b)
	}
	return append(b, name...)
}

// appendPlain shows a basic value, or a struct with the values of its basic fields.
//
//go:norace
func appendPlain(b []byte, t *abi.Type, p unsafe.Pointer) []byte {
	if t.Kind() != abi.Struct {
		return appendBasic(b, t.Kind(), p)
	}
	b = append(b, '{')
	fields := (*abi.StructType)(unsafe.Pointer(t)).Fields
	for i := range fields {
		if i > 0 {
			b = append(b, ' ')
		}
		name := fields[i].Name.Name()
		if len(b)+len(name) > maxText {
			return tooLong(b)
		}
		b = append(append(b, name...), ':')
		if !basic(fields[i].Typ.Kind()) {
			b = append(b, "…"...)
			continue
		}
		b = appendBasic(b, fields[i].Typ.Kind(), unsafe.Add(p, fields[i].Offset))
		if len(b) > maxText {
			return b
		}
	}
	return append(b, '}')
}

// tooLong makes b longer than a text may be, so that its maker drops it. The buffer never grows, which would allocate.
//
//go:norace
func tooLong(b []byte) []byte { return b[:maxText+1] }

//go:norace
func appendBasic(b []byte, k abi.Kind, p unsafe.Pointer) []byte {
	switch k {
	case abi.Bool:
		return strconv.AppendBool(b, *(*uint8)(p) != 0)
	case abi.Int:
		return strconv.AppendInt(b, int64(*(*int)(p)), 10)
	case abi.Int64:
		return strconv.AppendInt(b, *(*int64)(p), 10)
	case abi.Int8:
		return strconv.AppendInt(b, int64(*(*int8)(p)), 10)
	case abi.Int16:
		return strconv.AppendInt(b, int64(*(*int16)(p)), 10)
	case abi.Int32:
		return strconv.AppendInt(b, int64(*(*int32)(p)), 10)
	case abi.Uint, abi.Uintptr:
		return strconv.AppendUint(b, uint64(*(*uint)(p)), 10)
	case abi.Uint64:
		return strconv.AppendUint(b, *(*uint64)(p), 10)
	case abi.Uint8:
		return strconv.AppendUint(b, uint64(*(*uint8)(p)), 10)
	case abi.Uint16:
		return strconv.AppendUint(b, uint64(*(*uint16)(p)), 10)
	case abi.Uint32:
		return strconv.AppendUint(b, uint64(*(*uint32)(p)), 10)
	case abi.Float32:
		return strconv.AppendFloat(b, float64(*(*float32)(p)), 'g', -1, 32)
	case abi.Float64:
		return strconv.AppendFloat(b, *(*float64)(p), 'g', -1, 64)
	case abi.String:
		return appendString(b, *(*string)(p))
	}
	return b
}

// appendString quotes s, cut so that the whole fits into a text.
//
//go:norace
func appendString(b []byte, s string) []byte {
	if len(s) > 0 && unsafe.StringData(s) == nil {
		return append(b, `""`...) // torn by a data race of the program
	}
	begin, keep := len(b), min(len(s), maxString)
	for {
		for keep > 0 && keep < len(s) && s[keep]&0xc0 == 0x80 {
			keep-- // not inside a rune
		}
		b = strconv.AppendQuote(b[:begin], s[:keep])
		if keep < len(s) {
			b = append(b[:len(b)-1], `…"`...)
		}
		if keep == 0 || len(b)-begin <= maxText {
			return b
		}
		keep = keep * 2 / 3
	}
}

// plainError is the type of what errors.New returns, a pointer to a string that can't change.
var plainError = abi.TypeOf(errors.New(""))
