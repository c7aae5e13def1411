package index

// goidTable maps the runtime's goroutine numbers to references: GID+1 for goroutines of the program, -(i+1) for sys[i],
// 0 for unknown ones. The numbers are handed out in order, so pages of a slice serve them; a map holds strays, so that a
// damaged number can't make the table grow without bound.
type goidTable struct {
	pages  []*[pageLen]int32
	strays map[int64]int32
}

const (
	pageBits = 10
	pageLen  = 1 << pageBits
	maxPages = 1 << 18 // 268 million goroutines
)

func (t *goidTable) get(id int64) int32 {
	if page := id >> pageBits; page >= 0 && page < int64(len(t.pages)) && t.pages[page] != nil {
		if ref := t.pages[page][id&(pageLen-1)]; ref != 0 {
			return ref
		}
	}
	return t.strays[id]
}

func (t *goidTable) set(id int64, ref int32) {
	page := id >> pageBits
	if page < 0 || page >= maxPages || page > int64(2*len(t.pages)+1024) {
		if t.strays == nil {
			t.strays = map[int64]int32{}
		}
		t.strays[id] = ref
		return
	}
	delete(t.strays, id)
	for int64(len(t.pages)) <= page {
		t.pages = append(t.pages, nil)
	}
	p := &t.pages[page]
	if *p == nil {
		*p = new([pageLen]int32)
	}
	(*p)[id&(pageLen-1)] = ref
}

// drop forgets a goroutine that has ended.
func (t *goidTable) drop(id int64) {
	if t.get(id) != 0 {
		delete(t.strays, id)
		t.set(id, 0)
	}
}
