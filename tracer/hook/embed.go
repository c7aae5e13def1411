package hook

import "embed"

// Source is the source of what is linked into a target: the files of this folder for the import path "tracevizhook", and
// those of runtimetrace for package runtime/trace and poll for internal/poll.
//
//go:embed *.go runtimetrace/*.go poll/*.go
var Source embed.FS
