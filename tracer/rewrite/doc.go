// Package rewrite puts hook calls into Go source: source files go in, the same lines come out with calls of package
// tracevizhook around each channel and lock operation, together with an overlay for `go build -overlay` and a table of
// the injection points (Sites). It splices at byte offsets of the original text, adds and removes no line, and never
// writes into the target's module. It does not build and does not run anything but the go command's own queries.
package rewrite
