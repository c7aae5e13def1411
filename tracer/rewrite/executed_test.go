package rewrite_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// noRecord is a comment of a line in a program: what is done there ends in a panic before it can be recorded.
const noRecord = "// no record"

// checkExecuted holds that the sites of the main module which a native run executes are those that have a record. Of a select
// one for the statement or for one of its cases is enough; a case is executed when it is chosen, and which one is chosen where
// several can go on is left to chance, as are the operations that are named.
func checkExecuted(t *testing.T, b *target, records []record, chance ...string) {
	t.Helper()
	recorded := map[int]bool{}
	for _, r := range records {
		recorded[r.site.ID] = true
	}
	blocks, executed, own := b.coverage(t), 0, 0
	for _, f := range b.result.Files {
		if strings.HasPrefix(f.Rel, "xsync/") || strings.HasPrefix(f.Rel, "golang.org/") {
			continue // which way x/sync takes depends on the time
		}
		source, sites := readSource(t, f), sitesIn(b.result.Sites, f.Rel)
		chosen := map[point]int{} // by select statement: cases that were executed, less those that have a record
		for _, s := range sites {
			at := point{s.Line, s.Col}
			ran, seen := blocks.executed(f.Rel, source, s), recorded[s.ID]
			if own++; ran {
				executed++
			}
			if slices.Contains(chance, s.Op) {
				continue
			}
			if s.Select {
				chosen[source.stmt[source.clauseOf(at)]] += btoi(ran) - btoi(seen)
				continue
			}
			seen = seen || s.Op == rewrite.OpSelect && slices.ContainsFunc(sites, func(c rewrite.Site) bool {
				return c.Select && recorded[c.ID] && source.stmt[source.clauseOf(point{c.Line, c.Col})] == at
			})
			if want := ran && !strings.Contains(source.lines[s.Line-1], noRecord); want != seen {
				t.Errorf("%s:%d:%d %s: got a record: %v, executed: %v: %s", f.Rel, s.Line, s.Col, s.Op, seen, ran, strings.TrimSpace(source.lines[s.Line-1]))
			}
		}
		for stmt, n := range chosen {
			if n != 0 {
				t.Errorf("%s:%d select: %d more cases were executed than have a record", f.Rel, stmt.line, n)
			}
		}
	}
	if executed < own*9/10 {
		t.Errorf("only %d of %d sites are executed", executed, own)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// executed tells by the coverage whether an operation was executed.
func (b blocks) executed(file string, source *source, s rewrite.Site) bool {
	at := point{s.Line, s.Col}
	clause := source.clauseOf(at)
	switch {
	case s.Select: // it is the body that says so
		at = source.body[clause]
	case clause.compare(at) <= 0 && at.compare(source.body[clause]) < 0: // an operand of a case
		at = source.stmt[clause]
	}
	if s.Op == rewrite.OpSelect && source.labels[at] { // a jump to the label does not count
		return slices.ContainsFunc(source.clauses, func(c point) bool { return source.stmt[c] == at && b.ran(file, source.body[c]) })
	}
	if s.Func == "main.init" {
		return true // the value of a variable of the package
	}
	return b.ran(source.place(file, at))
}

func sitesIn(s *rewrite.Sites, file string) (list []rewrite.Site) {
	for _, site := range s.Sites {
		if s.Files[site.File] == file {
			list = append(list, site)
		}
	}
	return list
}

// A point is a place in a file by line and column.
type point struct{ line, col int }

func (p point) compare(q point) int {
	return cmp.Or(cmp.Compare(p.line, q.line), cmp.Compare(p.col, q.col))
}

// A source is a file with what a site does not say of its select statement. Clauses are known by where they begin.
type source struct {
	lines   []string
	clauses []point
	body    map[point]point // of a clause: behind its colon
	stmt    map[point]point // the select statement
	labels  map[point]bool  // statements with a label
}

func readSource(t *testing.T, f rewrite.TracedFile) *source {
	t.Helper()
	text, err := os.ReadFile(f.Abs)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, f.Abs, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	at := func(p token.Pos) point {
		place := fset.PositionFor(p, false)
		return point{place.Line, place.Column}
	}
	s := &source{lines: strings.Split(string(text), "\n"), body: map[point]point{}, stmt: map[point]point{}, labels: map[point]bool{}}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.LabeledStmt:
			s.labels[at(n.Stmt.Pos())] = true
		case *ast.SelectStmt:
			for _, c := range n.Body.List {
				clause := at(c.Pos())
				s.clauses = append(s.clauses, clause)
				s.body[clause], s.stmt[clause] = at(c.(*ast.CommClause).Colon+1), at(n.Pos())
			}
		}
		return true
	})
	slices.SortFunc(s.clauses, point.compare)
	return s
}

// clauseOf is the clause that a place before its colon belongs to.
func (s *source) clauseOf(p point) point {
	i, found := slices.BinarySearchFunc(s.clauses, p, point.compare)
	if !found {
		i--
	}
	if i < 0 {
		return point{}
	}
	return s.clauses[i]
}

// place is where coverage has a place of the file: that of the line that a //line comment gives it, without a column.
func (s *source) place(file string, p point) (string, point) {
	for n := p.line - 1; n > 0; n-- {
		text, found := strings.CutPrefix(s.lines[n-1], "//line ")
		name, line, _ := strings.Cut(text, ":")
		if from, err := strconv.Atoi(line); found && err == nil {
			return name, point{from + p.line - n - 1, 0}
		}
	}
	return file, p
}

// blocks are the basic blocks of a program's files, as go tool cover knows them, and how often each was run.
type blocks map[string][]block

type block struct {
	from, to point
	count    int
}

// ran reports whether the statement at p was run.
func (b blocks) ran(file string, p point) bool {
	for _, k := range b[file] {
		if k.from == p || k.from.compare(p) <= 0 && p.compare(k.to) < 0 {
			return k.count > 0
		}
	}
	return false
}

// coverage runs the native program once more, counted.
func (b *target) coverage(t *testing.T) blocks {
	t.Helper()
	out, data := filepath.Join(t.TempDir(), "covered"), t.TempDir()
	goBuild(t, b.dir, append([]string{"-cover", "-o", out}, append(b.flags, ".")...)...)
	t.Setenv("GOCOVERDIR", data)
	run(t, out, "")
	profile := filepath.Join(data, "profile.txt")
	if said, err := exec.CommandContext(t.Context(), "go", "tool", "covdata", "textfmt", "-i="+data, "-o="+profile).CombinedOutput(); err != nil {
		t.Fatalf("go tool covdata: %v\n%s", err, said)
	}
	text, err := os.ReadFile(profile)
	if err != nil {
		t.Fatal(err)
	}
	list := blocks{}
	for line := range strings.Lines(string(text)) {
		name, place, found := strings.Cut(strings.TrimPrefix(line, b.result.ModulePath+"/"), ":")
		var k block
		var statements int
		if _, err := fmt.Sscanf(place, "%d.%d,%d.%d %d %d", &k.from.line, &k.from.col, &k.to.line, &k.to.col, &statements, &k.count); !found || err != nil {
			continue // the line that tells the mode
		}
		list[name] = append(list[name], k)
	}
	return list
}
