package server

import (
	"bufio"
	"io"
	"mime"
	"net/http"

	"github.com/trace-viz/trace-viz/internal/bundle"
	"github.com/trace-viz/trace-viz/internal/export"
)

// An exporter writes a recording in the format of another tool, or as one file.
type exporter struct {
	kind  string                            // of the content
	whole bool                              // needs a recording, not a trace alone
	write func(w io.Writer, e *entry) error // after the first byte an error can only end the connection
}

// exporters by the name that ends the path; the file that is saved bears it too.
var exporters = map[string]exporter{
	"export.tviz": {"application/octet-stream", true, func(w io.Writer, e *entry) error { return bundle.Pack(w, e.src.Dir()) }},
	"chrome.json": {"application/json", false, func(w io.Writer, e *entry) error {
		v := e.view()
		return export.Chrome(w, v.Index, v.Findings)
	}},
	"waits.pb.gz": {"application/octet-stream", false, func(w io.Writer, e *entry) error { return export.Waits(e.view().Index).Write(w) }},
}

// serveExport sends a recording as one file.
func serveExport(w http.ResponseWriter, r *http.Request, e *entry) {
	name := r.PathValue("file")
	x, ok := exporters[name]
	if !ok {
		fail(w, http.StatusNotFound, "there are the exports export.tviz, chrome.json and waits.pb.gz", "file")
		return
	}
	v := e.view()
	switch {
	case v.Live:
		fail(w, http.StatusConflict, "the recording is not complete yet", "")
		return
	case v.Index == nil:
		fail(w, http.StatusNotFound, unread(v), "")
		return
	case x.whole && v.Rec.Trace != "":
		fail(w, http.StatusNotFound, "this is a trace alone and one file already", "")
		return
	}
	out := &begun{w: w, kind: x.kind, name: e.id + map[bool]string{true: bundle.Ext, false: "-" + name}[x.whole]}
	b := bufio.NewWriterSize(out, 64<<10)
	err := x.write(b, e)
	if err == nil {
		err = b.Flush()
	}
	switch {
	case err == nil:
	case !out.sent:
		fail(w, http.StatusInternalServerError, "the recording can't be exported: "+err.Error(), "")
	default:
		// What was sent must not pass for the whole.
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			c.Close()
		}
	}
}

// begun sends the headers of a download with its first byte, so that an error before that can still be told.
type begun struct {
	w          http.ResponseWriter
	kind, name string
	sent       bool
}

func (b *begun) Write(p []byte) (int, error) {
	if !b.sent {
		b.sent = true
		b.w.Header().Set("Content-Type", b.kind)
		b.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": b.name}))
	}
	return patient{b.w}.Write(p)
}
