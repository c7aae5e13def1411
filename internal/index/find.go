package index

import "strings"

// Find returns the first events, at most max, that have a value or a message in which text occurs, in whatever case. Values that
// were sampled away are not found.
func (ix *Index) Find(text string, max int) []int {
	text = strings.ToLower(text)
	found := map[uint32]bool{} // by string
	var list []int
	for c, ch := range ix.chunks {
		if ch.hook == nil {
			continue
		}
		first := c << chunkBits
		for i := first; i < min(first+chunkLen, ix.n) && len(list) < max; i++ {
			switch ix.kind(uint32(i)) {
			case KindLog, KindSend, KindSendBlock, KindSelectSend:
			default:
				continue // no text, or that of the send
			}
			id := ix.val(uint32(i))
			has, known := found[id]
			if !known {
				has = strings.Contains(strings.ToLower(ix.strs[id]), text)
				found[id] = has
			}
			if has {
				list = append(list, i)
			}
		}
	}
	return list
}
