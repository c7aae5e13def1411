// Package flame turns a pprof profile into the tree of a flame graph. It is for the wall-clock profiles that fgprof takes
// in the traced program, whose hooks it leaves out; it does not draw.
package flame

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// Limits against hostile profiles: a gzip bomb, a stack without end. A stack that is deeper is cut at its outer end.
const (
	maxUnpacked = 32 << 20
	maxDepth    = 512
	maxNodes    = 50_000
)

// A Graph is a profile as a tree.
type Graph struct {
	Unit  string `json:"unit"` // "ns"
	Total int64  `json:"total"`
	Root  *Node  `json:"root"`
	// LeftOut is the time of samples that are in Total but not in the tree, because it became too large.
	LeftOut int64 `json:"left_out"`
}

// A Node is a function in the context of its callers. Value includes the callees; children are ordered by value, largest
// first, then by name.
type Node struct {
	Name     string  `json:"name"`
	Value    int64   `json:"value"`
	Children []*Node `json:"children"`

	index map[string]*Node
}

// Read reads a profile, gzipped or not. The sample type is the one in nanoseconds; a profile without one is an error.
func Read(r io.Reader) (*Graph, error) {
	data, err := unpack(r)
	if err != nil {
		return nil, err
	}
	p, err := profile.ParseUncompressed(data)
	if err != nil {
		return nil, fmt.Errorf("parse profile: %w", err)
	}
	if err := p.CheckValid(); err != nil {
		return nil, fmt.Errorf("parse profile: %w", err)
	}
	value := slices.IndexFunc(p.SampleType, func(t *profile.ValueType) bool { return t.Unit == "nanoseconds" })
	if value < 0 {
		return nil, errors.New("the profile has no values in nanoseconds")
	}
	return build(p, value), nil
}

// build adds up the samples. Values that are negative, or would overflow the sum, are left out.
func build(p *profile.Profile, value int) *Graph {
	g := &Graph{Unit: "ns", Root: &Node{Name: "all"}}
	nodes := 0
	for _, s := range p.Sample {
		v := s.Value[value]
		names := stack(s)
		if v <= 0 || g.Total+v < g.Total || ownGoroutine(names) {
			continue
		}
		names = slices.DeleteFunc(names, isOurs)
		g.Total += v
		if nodes >= maxNodes {
			g.LeftOut += v
			continue
		}
		g.Root.Value += v
		at := g.Root
		for _, name := range names {
			n := at.index[name]
			if n == nil {
				n = &Node{Name: name}
				if at.index == nil {
					at.index = map[string]*Node{}
				}
				at.index[name] = n
				at.Children = append(at.Children, n)
				nodes++
			}
			n.Value += v
			at = n
		}
	}
	g.Root.order()
	return g
}

// isOurs tells whether a function belongs to the hooks in the traced program. Those are no part of it.
func isOurs(name string) bool {
	return strings.HasPrefix(name, "tracevizhook.") || strings.HasPrefix(name, "tracevizhook/")
}

// ownGoroutine tells whether a stack is of a goroutine that the hooks run: its outermost function, the runtime's aside, is
// of theirs.
func ownGoroutine(names []string) bool {
	i := slices.IndexFunc(names, func(n string) bool { return !strings.HasPrefix(n, "runtime.") })
	return i >= 0 && isOurs(names[i])
}

// stack returns the names of a sample's functions from the outermost to the innermost, inlined ones included.
func stack(s *profile.Sample) []string {
	var names []string
	for _, l := range s.Location {
		if len(l.Line) == 0 {
			names = append(names, fmt.Sprintf("%#x", l.Address))
		}
		for _, line := range l.Line {
			if line.Function == nil || line.Function.Name == "" {
				names = append(names, "?")
				continue
			}
			names = append(names, line.Function.Name)
		}
		if len(names) >= maxDepth {
			break
		}
	}
	slices.Reverse(names)
	return names
}

// order sorts the children, makes empty lists of missing ones, and frees the maps.
func (n *Node) order() {
	n.index = nil
	if n.Children == nil {
		n.Children = []*Node{}
	}
	slices.SortFunc(n.Children, func(a, b *Node) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Name, b.Name))
	})
	for _, c := range n.Children {
		c.order()
	}
}

// unpack reads everything, and unzips it if it is zipped, up to a limit.
func unpack(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		if data, err = gunzip(data); err != nil {
			return nil, fmt.Errorf("unzip profile: %w", err)
		}
	}
	if len(data) > maxUnpacked {
		return nil, fmt.Errorf("the profile has more than %d MB", maxUnpacked>>20)
	}
	return data, nil
}

// gunzip unzips up to one byte more than maxUnpacked, so that the caller can tell that there is more.
func gunzip(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(z, maxUnpacked+1))
}
