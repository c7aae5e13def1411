package rewrite

import (
	"fmt"
	"go/version"
	"strings"
)

// oldestGo is the oldest release of Go whose programs get hooks: older ones lack parts of the runtime that the hooks use. Newer ones
// than are tested are not refused, for nothing is known against them.
const oldestGo = "go1.26"

// An UnsupportedError says that the go command, where the target is built, is too old.
type UnsupportedError struct {
	Found string // as go env GOVERSION has it
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("unsupported Go toolchain: the go command here is %s, and hooks need %s or newer; "+
		"GOTOOLCHAIN=%s.0+auto, or a toolchain line in go.mod, selects one", e.Found, oldestGo, oldestGo)
}

// Supported is an *UnsupportedError if the go command is too old. found is what go env GOVERSION says.
func Supported(found string) error { return supported(found) }

// supported refuses a go command that is too old. Versions of development builds have no order and pass.
func supported(found string) error {
	for word := range strings.FieldsSeq(found) {
		if version.IsValid(word) && version.Compare(word, oldestGo) < 0 {
			return &UnsupportedError{found}
		}
	}
	return nil
}
