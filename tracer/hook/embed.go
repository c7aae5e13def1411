package hook

import "embed"

// Source is the source of what is linked into a target: the files of this folder for the import path "tracevizhook", and
// those of runtimetrace for package runtime/trace.
//
//go:embed *.go runtimetrace/*.go
var Source embed.FS
