package index

import "golang.org/x/exp/trace"

// testStart is the function in which the goroutine of each test of package testing starts.
const testStart = "testing.tRunner"

// maxLabels bounds how many names that a program chose itself, such as those of its tasks, are told apart as reasons: the runtime's
// own reasons for blocking, on which states rest, need their place among the 255.
const maxLabels = 128

// label is reason for a name that the program chose. Of more than maxLabels names the rest is one.
func (in *interner) label(s string) (id uint8, known bool) {
	if _, known = in.reasonID[s]; !known && len(in.reasons) >= maxLabels {
		return in.reason("other"), s == "other"
	}
	return in.reason(s), true
}

// taskBegin adds the beginning of a task. The first task of a test's goroutine is the test, which names the goroutine: tests are
// not workers of one role.
func (b *builder) taskBegin(e *trace.Event) {
	name := e.Task().Type
	b.annotation(e, KindTaskBegin, name, "")
	g := b.who(e)
	if g < 0 || b.strs[b.gs[g].start] != testStart || b.strs[b.gs[g].role] != testStart || name == "" {
		return
	}
	role := b.in.str(name)
	for int(role) >= len(b.roles) {
		b.roles = append(b.roles, 0)
	}
	b.roles[role]++
	b.gs[g].role, b.gs[g].ord = role, b.roles[role]
}
