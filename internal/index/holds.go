package index

// Holds calls f with the stretches in which lock o was held for writing, in the order of time. One that was held at the end
// of the recording ends there.
func (ix *Index) Holds(o OID, f func(g GID, t0, t1 int64)) {
	obj := &ix.objs[o]
	if obj.kind != KindMutex && obj.kind != KindRWMutex {
		return
	}
	holder, since := int32(None), int64(0)
	for _, s := range obj.steps {
		if s.a == holder {
			continue
		}
		at := ix.time(s.ev)
		if holder >= 0 {
			f(GID(holder), since, at)
		}
		holder, since = s.a, at
	}
	if holder >= 0 {
		f(GID(holder), since, ix.end)
	}
}
