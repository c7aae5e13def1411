package rewrite

import (
	"go/ast"
	"go/types"
)

// stackTexts are the functions that make a text of stacks, by the name that go/types gives them, with the hooks that take our frames
// out of it. They are no operations: they have no site.
var stackTexts = map[string]string{"runtime.Stack": "Stack", "runtime/debug.Stack": "DebugStack", "runtime/debug.PrintStack": "PrintStack"}

// stackText rewrites a mention of one of them: runtime.Stack becomes Stack(runtime.Stack), whether it is called on the spot or not.
func (f *file) stackText(id *ast.Ident) {
	fn, ok := f.info.Uses[id].(*types.Func)
	if !ok {
		return
	}
	hook := stackTexts[fn.FullName()]
	if hook == "" {
		return
	}
	name, _, _, pkg := f.mention(id)
	more := ""
	if hook == "PrintStack" {
		if pkg == "" {
			return // Stack may mean something else there
		}
		more = ", " + pkg + "Stack"
	}
	f.open(f.at(name.Pos()), f.depth(), f.hook(hook)+"(")
	f.close(f.at(name.End()), f.depth(), more+")")
}
