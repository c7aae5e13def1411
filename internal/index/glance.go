package index

// Glance returns what a walk over all events looks at, of event i, which must be one: a few columns, for a small part of
// what Event costs. obj is that of a hook event, -1 otherwise.
func (ix *Index) Glance(i int) (kind EventKind, g GID, obj OID, at int64) {
	ev := uint32(i)
	kind, obj = ix.kind(ev), None
	if kind.Hook() && kind != KindSelect {
		obj = OID(ix.other(ev))
	}
	return kind, GID(ix.g(ev)), obj, ix.time(ev)
}
